"""A panel: one report, one figure function, one place on a page. Here are its card and the panels' registry.

Belongs here: what a panel is and its unchanging parts. Its figure, badge and states come from `view`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
import pandas as pd
import plotly.graph_objects as go
from dash import html

from ca_assets.analyses.report import ReportSpec, catalogue
from ca_dash.choices import CHOICES
from ca_dash.graph import graph
from ca_dash.icons import icon

FigureFunction = Callable[..., go.Figure]
TableFunction = Callable[..., pd.DataFrame]
Prepare = Callable[[pd.DataFrame], pd.DataFrame]
Refuse = Callable[[pd.DataFrame, Mapping[str, Any]], tuple[str, str] | None]
Values = Mapping[str, str]


@dataclass(frozen=True)
class Panel:
    """A report with its figure, or with rows as a table.

    `report` may contain the names of choices in braces (`{grain}`); `choose` decides where that is not enough. `figure` draws; without
    one `rows` gives the rows of a table that is always shown. `prepare` sees all rows before they are cut to the range.
    `refuse` tells from the rows and the shop's settings that there are too few data: title and remedy. `money` names the
    columns that are null when a scope mixes currencies; `definition` is used until the analysis states its own. `ignores_range`
    says why a panel shows everything whatever the range. `has_names` wants products' names;
    `adds_days` figures add daily rows up to the page's periods and want whole ones.
    """

    id: str
    title: str
    report: str
    figure: FigureFunction | None
    definition: str = ""
    prepare: Prepare | None = None
    money: tuple[str, ...] = ()
    ignores_range: str = ""
    is_wide: bool = False
    height: int = 300
    choose: Callable[[Values], str] | None = None
    rows: TableFunction | None = None
    refuse: Refuse | None = None
    needs: tuple[str, ...] = ()
    has_names: bool = False
    adds_days: bool = False

    @property
    def kind(self) -> str:
        """Prefix of its parts' ids: charts and tables have callbacks of their own."""
        return "panel" if self.figure else "rows"

    def path(self, values: Values) -> str:
        """The report's `report_name/type` for the values of choices and grain."""
        return self.choose(values) if self.choose else self.report.format_map(values)

    def spec(self, values: Values | None = None) -> ReportSpec | None:
        """The report's contract; None while no installed analysis states it."""
        defaults = {name: choice.default for name, choice in CHOICES.items()} | {"grain": "daily"}
        return catalogue().get(self.path(values or defaults))


PANELS: dict[str, Panel] = {}


def register(panels: tuple[Panel, ...]) -> None:
    """Make panels known by id to callbacks and exports."""
    for panel in panels:
        if PANELS.get(panel.id, panel).report != panel.report:
            raise ValueError(f"two panels are called {panel.id!r}")
        PANELS[panel.id] = panel


def card(panel: Panel) -> html.Section:
    """The panel's card: title, badge, definition, menu, and a body of fixed height."""
    title_id = f"title-{panel.id}"
    head = html.Header(
        [
            html.H2(panel.title, id=title_id, className="ca-panel-title"),
            html.Span(id={"type": f"{panel.kind}-badge", "id": panel.id}, className="ca-badge-slot"),
            html.Div([_info(panel), _menu(panel)], className="ca-panel-actions"),
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
    words = f"Chart: {panel.title}. Its numbers are in the table view of the panel’s menu."
    return html.Div(graph({"type": "panel-figure", "id": panel.id}, panel.height), role="img", **{"aria-label": words})


def _info(panel: Panel) -> dmc.Popover:
    return dmc.Popover(
        [
            dmc.PopoverTarget(
                dmc.ActionIcon(
                    icon("info", 17), variant="subtle", color="gray", size="md", **{"aria-label": f"Definition of {panel.title}"}
                )
            ),
            dmc.PopoverDropdown(_scrolled(panel), className="ca-definition"),
        ],
        width=330,
        position="bottom-end",
        withArrow=True,
        shadow="md",
        trapFocus=True,
        keepMounted=False,
    )


def _scrolled(panel: Panel) -> html.Div:
    """The definition, which may be longer than its window: a keyboard scrolls only what can have the focus."""
    words = {"aria-label": f"Definition of {panel.title}"}
    return html.Div(_definition(panel), className="ca-definition-text", tabIndex=0, role="group", **words)


def _definition(panel: Panel) -> list[Any]:
    spec = panel.spec()
    parts: list[Any] = [html.P(html.Strong(panel.title)), html.P(spec.definition if spec else panel.definition)]
    if spec and panel.definition:
        parts.append(html.P(panel.definition))
    parts.append(html.P(panel.ignores_range or _range_text(spec), className="ca-muted"))
    if spec:
        shown = [column for column in spec.columns if column.meaning and column.name not in spec.key]
        parts.append(html.Dl([part for column in shown[:9] for part in (html.Dt(column.name.replace("_", " ")), html.Dd(column.meaning))]))
    parts.append(html.P(["Report ", html.Code(_report_name(panel))], className="ca-muted"))
    return parts


def _report_name(panel: Panel) -> str:
    """The report with all values of its choices: `funnels/sessions_daily|weekly|monthly`."""
    options = {name: "|".join(choice.values) for name, choice in CHOICES.items()} | {"grain": "daily|weekly|monthly"}
    return panel.report.format_map(options)


def _range_text(spec: ReportSpec | None) -> str:
    if spec is None or spec.is_series:
        return "Cut to the chosen range; periods that touch it are shown whole. Dotted or hatched: not over yet."
    return (
        "No series of periods: computed for the last 7, 28, 90, 365 days or all; the badge names the one shown."
        if spec.has_windows
        else "All known data."
    )


def _menu(panel: Panel) -> dmc.Menu:
    entries = [("table", "View as table", "table"), ("csv", "Download CSV", "download")]
    entries += [("png", "Download picture", "image")] if panel.figure else []
    items = [
        dmc.MenuItem(text, id={"type": f"panel-{kind}", "id": panel.id}, leftSection=icon(picture, 16), n_clicks=0)
        for kind, text, picture in entries
    ]
    button = dmc.ActionIcon(
        icon("dots", 18), variant="subtle", color="gray", size="md", **{"aria-label": f"Table and downloads of {panel.title}"}
    )
    return dmc.Menu([dmc.MenuTarget(button), dmc.MenuDropdown(items)], position="bottom-end", shadow="md", width=190, keepMounted=True)
