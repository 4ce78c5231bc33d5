"""A page: title, the sentence on what it answers, filter bar, tiles, panels; always in this order and place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import html

from ca_dash.panels import Panel, card, register


@dataclass(frozen=True)
class Page:
    """What a page shows. `has_grain` offers daily, weekly, monthly in its filter bar; `note` is a standing remark."""

    title: str
    question: str
    panels: tuple[Panel, ...]
    has_tiles: bool = False
    has_grain: bool = False
    note: str = ""


def layout(page: Page) -> Callable[[], html.Div]:
    """Register the page's panels and give its layout function."""
    register(page.panels)
    return lambda: _content(page)


def _content(page: Page) -> html.Div:
    parts: list[Any] = [
        html.Div([html.H1(page.title), html.P(page.question, className="ca-question")], className="ca-page-head"),
        html.Div(
            id={"type": "filter-bar", "grain": page.has_grain},
            className="ca-filter-slot",
            role="search",
            **{"aria-label": "Filters of this page"},
        ),
    ]
    if page.has_tiles:
        parts.append(
            html.Div(
                [html.Div(className="ca-tile is-pending") for _ in range(6)], id={"type": "tiles", "page": page.title}, className="ca-tiles"
            )
        )
    parts.append(html.Div([card(panel) for panel in page.panels], className="ca-panels"))
    if page.note:
        parts.append(html.P(page.note, className="ca-note"))
    return html.Div(parts, className="ca-page")
