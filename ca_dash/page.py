"""A page: title, the sentence on what it answers, filter bar, tiles, panels; always in this order and place.

Each module of the packages of `ca_dash/pages` states one as `PAGE`; `app.site` finds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dash import html

from ca_dash.filters.bar import Controls
from ca_dash.filters.comparison import COMPARED
from ca_dash.filters.url import Choice
from ca_dash.panel import Panel, Tiles, card


@dataclass(frozen=True)
class Page:
    """What a page shows, and its place in the navigation: `group`, and `order` within it.

    `choices` are those that its filter bar offers; whether it offers periods follows from its panels. `note` is a standing remark.
    """

    path: str
    title: str
    question: str
    panels: tuple[Panel, ...]
    group: str
    order: int
    icon: str
    tiles: Tiles | None = None
    choices: tuple[Choice, ...] = ()
    note: str = ""

    @property
    def has_measures(self) -> bool:
        """Whether one of its charts can be compared with earlier periods and split by a dimension."""
        return any(panel.measure for panel in self.panels)

    @property
    def offered(self) -> tuple[Choice, ...]:
        """The choices of its filter bar."""
        return (*self.choices, COMPARED) if self.has_measures else self.choices

    @property
    def controls(self) -> Controls:
        """What its filter bar has and says: what all its panels need, and what one of them uses."""
        specs = [panel.specs()[0] for panel in self.panels]
        shared = set(specs[0].needs).intersection(*(spec.needs for spec in specs))
        return Controls(
            follows_dates=any(panel.follows_dates for panel in self.panels) or bool(self.tiles and self.tiles.follow_dates),
            has_grain=any(panel.follows_grain or panel.adds_days for panel in self.panels),
            adds_days=any(panel.adds_days for panel in self.panels),
            choices=self.offered,
            can_split=self.has_measures,
            needs=tuple(need for need in specs[0].needs if need in shared),
            starts_at_download=any(spec.starts_at_download for panel in self.panels for spec in panel.specs()),
        )


def content(page: Page) -> html.Div:
    """The page's parts, for callbacks to fill."""
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
        pending = [html.Div(className="ca-tile is-pending") for _ in range(page.tiles.count)]
        parts.append(html.Div(pending, id={"type": "tiles", "page": page.title}, className=f"ca-tiles has-{page.tiles.count}"))
    parts.append(html.Div([card(panel) for panel in page.panels], className="ca-panels"))
    if page.note:
        parts.append(html.P(page.note, className="ca-note"))
    return html.Div(parts, className="ca-page")
