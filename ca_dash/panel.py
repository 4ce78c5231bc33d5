"""A panel: one report, one figure function, one place on a page. Here is what a panel is, and its card with all that never changes.

Belongs here: what a panel, and the tiles on top of a page, are made of. Panels themselves stand in `panels/<family>.py`; their rows,
badge and states are made for each request in `app.views`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import dash_mantine_components as dmc
import pandas as pd
import plotly.graph_objects as go
from dash import html

from ca_assets.analyses.core.family import catalogue, spec_of
from ca_assets.analyses.core.report import Column, ReportSpec
from ca_assets.contracts.report_path import ReportPath
from ca_assets.contracts.units import GRAINS, Grain
from ca_dash.components.graph import graph
from ca_dash.components.icons import icon
from ca_dash.components.table import TableRows
from ca_dash.components.verdict import Verdicts
from ca_dash.figures.base import Style
from ca_dash.figures.measure import Measure
from ca_dash.filters.url import Choice, Filters
from ca_dash.format import age, column_title
from ca_dash.locales import current
from ca_dash.marks.mark import Behind
from ca_dash.reports import Frame, Reader

FigureFunction = Callable[..., go.Figure]
TableFunction = Callable[..., TableRows | Verdicts]
Prepare = Callable[[pd.DataFrame, Grain | None], pd.DataFrame]
Refuse = Callable[[pd.DataFrame, Mapping[str, Any]], tuple[str, str] | None]
SHOWN_MEANINGS = 9


@dataclass(frozen=True)
class Names:
    """Where the names of a panel's keys are: the columns `key` and `name` of a report."""

    report: ReportPath
    key: str
    name: str


@dataclass(frozen=True)
class Panel:
    """A report with its figure, or with rows as a table.

    `report` is `report_name/type` and may contain the names of choices in braces, and `{grain}`; `choose` decides where that is not
    enough. `period_grain`: that of the periods in its rows, where the report is no series of them alone. `choices` are those that its
    report or its figure follows. `figure` draws; without one `table` gives the rows of a table that is always shown, or
    verdicts. `prepare` sees all
    rows before they are cut to the range, and adds the columns `added`. `refuse` tells from the rows and the shop's settings that there
    are too few data: title and remedy. `draws_money`: the figure is of amounts, which a scope of several currencies has none of.
    `definition` is said below that of the report. `ignores_range` says why a panel shows everything whatever the range. `adds_days`:
    the figure adds daily rows up to the page's periods and wants whole ones. `ends_with_range`: it is of all days up to the range's last.
    `measure`: what its chart over periods is about, where that is one thing: then it can be compared with earlier periods and split by a
    dimension. `is_scrolled`: on phones it keeps its width, and is moved sideways. `empty`: what to say of no rows instead of the usual
    advice. `names`: where it looks up names. `reads_table`: a published table whose rows its figure gets besides. `also`: another report
    that it reads. `behind`: the lists of orders or customers that its marks open; None where they stand for neither.
    """

    id: str
    title: str
    report: str
    figure: FigureFunction | None
    definition: str
    table: TableFunction | None = None
    choices: tuple[Choice, ...] = ()
    choose: Callable[[Mapping[str, str]], str] | None = None
    prepare: Prepare | None = None
    added: tuple[Column, ...] = ()
    refuse: Refuse | None = None
    names: Names | None = None
    also: ReportPath | None = None
    measure: Measure | None = None
    behind: Behind | None = None
    reads_table: str = ""
    draws_money: bool = False
    adds_days: bool = False
    ends_with_range: bool = False
    empty: str = ""
    ignores_range: str = ""
    period_grain: Grain | None = None
    is_wide: bool = False
    is_scrolled: bool = False
    height: int = 300

    @property
    def kind(self) -> str:
        """Prefix of its parts' ids: charts and tables have callbacks of their own."""
        return "panel" if self.figure else "rows"

    @property
    def follows_dates(self) -> bool:
        """Whether it shows other rows for other dates."""
        spec = self.specs()[0]
        return not self.ignores_range and bool(spec.grain or spec.has_windows or self.period_grain or self.ends_with_range)

    @property
    def follows_grain(self) -> bool:
        """Whether its report is another one for days, weeks, months."""
        return "{grain}" in self.report

    def spec(self, choices: Mapping[str, str], grain: Grain) -> ReportSpec:
        """The contract of the report for the values of its choices and the page's periods."""
        return catalogue()[self.choose(choices) if self.choose else self.report.format_map({**choices, "grain": grain})]

    def specs(self) -> tuple[ReportSpec, ...]:
        """The contracts of all reports that it may show, that of the defaults first."""
        options = [[(choice.name, value) for value in choice.values] for choice in self.choices]
        grains = GRAINS if self.follows_grain else GRAINS[:1]
        specs = {spec.path: spec for grain in grains for values in product(*options) for spec in [self.spec(dict(values), grain)]}
        return tuple(specs.values())


@dataclass(frozen=True)
class Selection:
    """Reports as a page's filters select them: of their scope, as of their day."""

    reader: Reader
    filters: Filters

    def frame(self, path: ReportPath) -> Frame:
        """A report's rows. Raises NotPublished."""
        return self.reader.frame(path, self.filters.scope, self.filters.as_of)

    def frame_at_end(self, path: ReportPath) -> Frame:
        """The rows of a report of all days up to the range's last (`Reader.frame_at_end`). Raises NotPublished."""
        return self.reader.frame_at_end(path, self.filters.scope, self.filters.end, self.filters.as_of)

    def frame_of_range(self, path: ReportPath) -> Frame:
        """The rows of a report with windows for exactly the chosen days. Raises NotPublished and NotComputed."""
        shop = self.reader.shop()
        window = self.filters.window_for(spec_of(str(path)), shop.report_dates if shop else ())
        if window is None:
            return self.reader.frame(path, self.filters.scope, days=(self.filters.start, self.filters.end))
        return self.reader.frame(replace(path, window=window.days), self.filters.scope, window.end)

    def age(self, frame: Frame) -> str:
        """What must be said of rows that are older than the page (`format.age`)."""
        return age(frame.day, self.filters.as_of, current())


@dataclass(frozen=True)
class Tiles:
    """Figures on top of a page: `make` gives `count` tiles from reports of the page's filters."""

    make: Callable[[Selection, Style], list[html.Div]]
    count: int
    follow_dates: bool = False


def card(panel: Panel) -> html.Section:
    """The panel's card: title, badge, definition, menu, and a body of fixed height."""
    title_id = f"title-{panel.id}"
    head = html.Header(
        [
            html.H2(panel.title, id=title_id, className="ca-panel-title"),
            html.Span(id={"type": f"{panel.kind}-badge", "id": panel.id}, className="ca-badge-slot"),
            html.Div([_definition(panel), _menu(panel)], className="ca-panel-actions"),
        ],
        className="ca-panel-head",
    )
    state = html.Div(id={"type": f"{panel.kind}-state", "id": panel.id}, className="ca-panel-state", **{"aria-live": "polite"})
    body = html.Div(
        [_picture(panel), state],
        id={"type": f"{panel.kind}-body", "id": panel.id},
        className="ca-panel-body is-pending",
        style={"height": f"{panel.height}px"},
    )
    return html.Section([head, body], className="ca-panel is-wide" if panel.is_wide else "ca-panel", **{"aria-labelledby": title_id})


def _picture(panel: Panel) -> html.Div:
    """The place of the chart or table. A chart is one image to a screen reader, which finds the numbers in its table view."""
    if panel.figure is None:
        return html.Div(id={"type": "rows-table", "id": panel.id}, className="ca-rows")
    name = f"Chart: {panel.title}. Its numbers are in the table view of the panel’s menu."
    if panel.behind:
        name += f" The menu also shows the {' or '.join(panel.behind.rows)} behind them."
    look = "ca-has-lists" if panel.behind else ""
    chart = html.Div(graph({"type": "panel-figure", "id": panel.id}, panel.height), className=look, role="img", **{"aria-label": name})
    if not panel.is_scrolled:
        return chart
    return html.Div(chart, className="ca-scrolled", tabIndex=0, role="group", **{"aria-label": f"{panel.title}, may be moved sideways"})


def _definition(panel: Panel) -> dmc.Popover:
    """The button that shows the definition, which may be longer than its window: a keyboard scrolls only what can have the focus."""
    name = {"aria-label": f"Definition of {panel.title}"}
    text = html.Div(_definition_text(panel), className="ca-definition-text", tabIndex=0, role="group", **name)
    button = dmc.ActionIcon(icon("info", 17), variant="subtle", color="gray", size="md", **name)
    return dmc.Popover(
        [dmc.PopoverTarget(button), dmc.PopoverDropdown(text, className="ca-definition")],
        width=330,
        position="bottom-end",
        withArrow=True,
        shadow="md",
        trapFocus=True,
        keepMounted=False,
    )


def _definition_text(panel: Panel) -> list[Any]:
    spec = panel.specs()[0]
    if spec.is_series or panel.period_grain:
        extent = "Cut to the chosen range; periods that touch it are shown whole. Dotted or hatched: not over yet."
    elif spec.has_windows:
        extent = "No series of periods: computed for exactly the chosen days, which the badge names."
    elif panel.ends_with_range:
        extent = "All days up to the last of the chosen ones."
    else:
        extent = "All known data."
    explained = [column for column in spec.columns if column.meaning and column.name not in spec.key][:SHOWN_MEANINGS]
    meanings = [part for column in explained for part in (html.Dt(column_title(column.name)), html.Dd(column.meaning))]
    options = {choice.name: "|".join(choice.values) for choice in panel.choices} | {"grain": "|".join(GRAINS)}
    rest = [
        html.P(spec.definition),
        html.Dl(meanings),
        html.P(["Report ", html.Code(panel.report.format_map(options))], className="ca-muted"),
    ]
    return [
        html.P(html.Strong(panel.title)),
        html.P(panel.definition),
        html.P(panel.ignores_range or extent, className="ca-muted"),
        html.Details([html.Summary("Exact definition and columns"), *rest]),
    ]


def _menu(panel: Panel) -> dmc.Menu:
    entries = [("table", "View as table", "table"), ("csv", "Download CSV", "download")]
    entries += [("png", "Download picture", "image")] if panel.figure else []
    entries += [("marks", f"Show the {' or '.join(panel.behind.rows)}", "people")] if panel.behind else []
    entries.append(("comments", "Comments", "comment"))
    entries.append(("how", "How this is computed", "code"))
    items = [
        dmc.MenuItem(text, id={"type": f"panel-{kind}", "id": panel.id}, leftSection=icon(picture, 16), n_clicks=0)
        for kind, text, picture in entries
    ]
    button = dmc.ActionIcon(
        icon("dots", 18), variant="subtle", color="gray", size="md", **{"aria-label": f"Table and downloads of {panel.title}"}
    )
    return dmc.Menu(
        [dmc.MenuTarget(button), dmc.MenuDropdown(items)],
        position="bottom-end",
        shadow="md",
        width=230,
        keepMounted=False,  # a list that is only hidden cannot take the focus at the moment it opens, and then no key reaches it
        menuItemTabIndex=0,
    )
