"""Which settings pages there are: the `PAGE` of every module of `ca_dash/settings/pages` and the folders in it, listed nowhere."""

from __future__ import annotations

import importlib
import pkgutil

import ca_dash.settings.pages
from ca_dash.settings.page import SettingsPage


def find_settings_pages() -> tuple[SettingsPage, ...]:
    """All pages in their order. ValueError when two have the same path."""
    package = ca_dash.settings.pages
    modules = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    found: list[SettingsPage] = [importlib.import_module(module.name).PAGE for module in modules if not module.ispkg]
    if len({page.path for page in found}) < len(found):
        raise ValueError(f"two settings pages have the same path: {sorted(page.path for page in found)}")
    return tuple(sorted(found, key=lambda page: (page.order, page.path)))
