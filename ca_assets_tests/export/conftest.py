"""The small lake of the index tests, which exports are made from."""

from ca_assets_tests.index.conftest import con, full_lake, lake, settings

__all__ = ["con", "full_lake", "lake", "settings"]
