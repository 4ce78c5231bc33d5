"""An empty lake in a home whose path needs quoting, and an engine: as the tests of the index have them."""

from __future__ import annotations

from ca_assets_tests.index.conftest import con, lake, settings

__all__ = ["con", "lake", "settings"]
