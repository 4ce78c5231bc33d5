"""Which pages, panels and choices the application has: found in `ca_dash/pages`, listed nowhere."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cached_property

import ca_dash.pages
from ca_dash.filters.url import Choice
from ca_dash.page import Page
from ca_dash.panel import Panel

GROUPS = ("Overview", "Funnels", "Customers", "Orders", "Products", "Tests")  # their order in the navigation; others follow by name


@dataclass(frozen=True)
class Site:
    """All pages, in the order of the navigation."""

    pages: tuple[Page, ...]

    @cached_property
    def by_path(self) -> dict[str, Page]:
        """Pages by their path in the URL."""
        return {page.path: page for page in self.pages}

    def page_at(self, pathname: str | None) -> Page | None:
        """The page of a URL's path, with or without a slash at its end; None where there is none."""
        return self.by_path.get("/" + (pathname or "/").strip("/"))

    @cached_property
    def by_title(self) -> dict[str, Page]:
        """Pages by title."""
        return {page.title: page for page in self.pages}

    @cached_property
    def panels(self) -> dict[str, Panel]:
        """The panels of all pages by id; a panel may be on several pages. ValueError when two panels have the same id."""
        panels: dict[str, Panel] = {}
        for panel in (panel for page in self.pages for panel in page.panels):
            if panels.setdefault(panel.id, panel) is not panel:
                raise ValueError(f"two panels are called {panel.id!r}")
        return panels

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """What readers can choose on any page, by name."""
        offered = [choices for page in self.pages for choices in (page.offered, *(panel.choices for panel in page.panels))]
        choices = {choice.name: choice for part in offered for choice in part}
        return tuple(choices[name] for name in sorted(choices))


def find_site() -> Site:
    """The `PAGE` of every module of `ca_dash.pages` and its packages. ValueError when two pages have the same path or title."""
    package = ca_dash.pages
    modules = [module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.") if not module.ispkg]
    pages: list[Page] = [importlib.import_module(name).PAGE for name in modules]
    places = {name: place for place, name in enumerate(GROUPS)}
    site = Site(tuple(sorted(pages, key=lambda page: (places.get(page.group, len(places)), page.group, page.order))))
    if len(site.by_path) < len(pages) or len(site.by_title) < len(pages):
        raise ValueError(f"two pages have the same path or title: {sorted((page.path, page.title) for page in pages)}")
    return site
