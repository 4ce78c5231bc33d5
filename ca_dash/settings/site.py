"""Which settings pages there are: the `PAGE` of every module of `ca_dash/settings/pages`, listed nowhere."""

from __future__ import annotations

import importlib
import pkgutil

import ca_dash.settings.pages
from ca_dash.settings.page import SettingsPage


def find_settings_pages() -> tuple[SettingsPage, ...]:
    """All pages in their order. ValueError when two have the same path."""
    package = ca_dash.settings.pages
    found: list[SettingsPage] = [
        importlib.import_module(f"{package.__name__}.{module.name}").PAGE for module in pkgutil.iter_modules(package.__path__)
    ]
    if len({page.path for page in found}) < len(found):
        raise ValueError(f"two settings pages have the same path: {sorted(page.path for page in found)}")
    return tuple(sorted(found, key=lambda page: (page.order, page.path)))
