"""The page that connects the source `baskets`."""

from __future__ import annotations

from ca_dash.settings.connect.source_page import source_page

PAGE = source_page("baskets")
