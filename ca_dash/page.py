"""A page: title, the sentence on what it answers, filter bar, tiles, panels; always in this order and place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import html

from ca_dash.choices import Choice
from ca_dash.panels import Panel, card, register

MakeTiles = Callable[..., list[html.Div]]


@dataclass(frozen=True)
class Page:
    """What a page shows. `note` is a standing remark.

    `tiles` makes `tile_count` tiles; `has_grain` offers daily, weekly, monthly in the filter bar, `choices` what else the page lets
    readers choose. `needs` names the parts of a shop without which the whole page has nothing to show ("baskets", "promotion_id");
    `uses_download` pages say so when the download date is only the first session, or not known of some clients.
    """

    title: str
    question: str
    panels: tuple[Panel, ...]
    tiles: MakeTiles | None = None
    tile_count: int = 6
    has_grain: bool = False
    choices: tuple[Choice, ...] = ()
    needs: tuple[str, ...] = ()
    uses_download: bool = False
    note: str = ""


PAGES: dict[str, Page] = {}


def layout(page: Page) -> Callable[[], html.Div]:
    """Register the page and its panels and give its layout function."""
    if PAGES.get(page.title, page) is not page:
        raise ValueError(f"two pages are called {page.title!r}")
    PAGES[page.title] = page
    register(page.panels)
    return lambda: _content(page)


def _content(page: Page) -> html.Div:
    parts: list[Any] = [
        html.Div([html.H1(page.title), html.P(page.question, className="ca-question")], className="ca-page-head"),
        html.Div(
            id={"type": "filter-bar", "page": page.title},
            className="ca-filter-slot",
            role="search",
            **{"aria-label": "Filters of this page"},
        ),
    ]
    if page.tiles:
        empty = [html.Div(className="ca-tile is-pending") for _ in range(page.tile_count)]
        parts.append(html.Div(empty, id={"type": "tiles", "page": page.title}, className=f"ca-tiles has-{page.tile_count}"))
    parts.append(html.Div([card(panel) for panel in page.panels], className="ca-panels"))
    if page.note:
        parts.append(html.P(page.note, className="ca-note"))
    return html.Div(parts, className="ca-page")
