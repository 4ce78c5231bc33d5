"""A mark of a chart (bar, point, cell, step) and the list that it opens; how marks and the traces of a figure belong together.

Belongs here: what all families share. Which mark stands for whom is said in their own files, from the same rows that the figure draws.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ca_assets.analyses.core.members import RowKind, member_sets
from ca_assets.contracts.units import Grain
from ca_assets.on_demand.request import ListQuestion
from ca_dash.figures.base import Style
from ca_dash.filters.url import LENGTHS, Filters
from ca_dash.format import day, days, scope_label, written
from ca_dash.lists.url import ListState, href

Days = tuple[dt.date, dt.date]


@dataclass(frozen=True)
class Mark:
    """`at`: where it is on the axis of categories or periods, as text (of a heat map `column/row`); `series`: the trace's name, None: any.

    `label` says in words what it is. It opens the set `members` with `values`, of `days` (None: all), as of `last`, in `scope` (both None:
    as the page says).
    `count`: how many the chart says there are; None where it shows their amount or another figure.
    """

    at: str
    label: str
    members: str
    count: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    days: Days | None = None
    series: str | None = None
    last: dt.date | None = None
    scope: str | None = None

    def of_scope(self, scope: str) -> Mark:
        """The same of one scope of several."""
        return replace(self, scope=scope, label=f"{scope_label(scope)}, {self.label}")


@dataclass(frozen=True)
class Shown:
    """How a panel's rows are shown. `window`: the days that rows without periods are of."""

    filters: Filters
    style: Style
    window: Days | None = None

    def of_window(self, mark: Mark) -> Mark:
        """A mark of rows without periods: of exactly their days, and as of the last of them."""
        return replace(mark, days=self.window, last=self.window[1] if self.window else None)


@dataclass(frozen=True)
class Behind:
    """Which lists a panel's marks open: `marks` makes them from the panel's rows; `rows` are what they list."""

    rows: tuple[RowKind, ...]
    marks: Callable[[pd.DataFrame, Shown], list[Mark]]


def mark_href(mark: Mark, filters: Filters, back: str = "") -> str:
    """The URL of a mark's list."""
    question = ListQuestion(
        mark.members, mark.scope or filters.scope, mark.last or filters.as_of, mark.days, tuple(sorted(mark.values.items()))
    )
    return href(ListState(member_sets()[mark.members], question, back=back), None)


def link_marks(fig: go.Figure, marks: Sequence[Mark], filters: Filters) -> None:
    """Give each point of a figure that stands for somebody the URL of its list; assets/app.js opens it at a click."""
    links = {(mark.series, mark.at): mark_href(mark, filters) for mark in marks if mark.count != 0}
    for trace in fig.data:
        if trace.hoverinfo == "skip":
            continue
        ids = _ids(trace, links)
        if ids:
            trace.ids = ids


def _ids(trace: Any, links: Mapping[tuple[str | None, str], str]) -> list[Any]:
    """Of each of its points the link, empty where there is none; nothing when none has one."""

    def link(at: str) -> str:
        return links.get((trace.name, at)) or links.get((None, at), "")

    if trace.type == "heatmap":
        grid = [[link(f"{column}/{row}") for column in trace.x] for row in trace.y]
        return grid if any(map(any, grid)) else []
    places = places_of(trace)
    ids = [link(str(at)) for at in places] if places is not None else []
    return ids if any(ids) else []


def places_of(trace: Any) -> Any:
    """Where its points are, or what the trace says they are (`at` of its meta); None of a trace of another kind, as streams."""
    if isinstance(trace.meta, Mapping) and "at" in trace.meta:
        return trace.meta["at"]
    if trace.type == "treemap":
        return trace.labels
    name = "y" if "orientation" in trace and trace.orientation == "h" else "x"
    return getattr(trace, name, None)


def period_days(start: Any, grain: Grain, filters: Filters) -> Days:
    """First and last day of a period, the last one known at most."""
    first = pd.Timestamp(start)
    return first.date(), min((first + LENGTHS[grain]).date() - dt.timedelta(days=1), filters.as_of)


def period_label(start: Any, grain: Grain, style: Style) -> str:
    """A period in words."""
    first = pd.Timestamp(start).date()
    if grain == "monthly":
        return written(first, style.locale.month, style.locale)
    return day(first, style.locale) if grain == "daily" else f"Week of {day(first, style.locale)}"


def axis_day(start: Any) -> str:
    """A period as it stands on a time axis."""
    return str(pd.Timestamp(start).date())


def span(marks: Sequence[Days]) -> Days:
    """From the first to the last day of some periods."""
    return min(first for first, _ in marks), max(last for _, last in marks)


def whole(value: Any) -> int | None:
    """A number of orders or customers; None where there is none."""
    return None if pd.isna(value) else int(value)


def range_label(chosen: Days, style: Style) -> str:
    """Some days in words."""
    return days(*chosen, style.locale)
