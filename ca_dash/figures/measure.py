"""The one measure of a chart over periods: its line of earlier periods, and its lines for several values of a dimension."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from ca_assets.contracts.units import Unit
from ca_dash.figures import base
from ca_dash.figures.base import Style
from ca_dash.filters.comparison import EARLIER, EARLIER_PERIOD
from ca_dash.format import RESERVED, label, scope_parts, step_title, written

SCOPE = "scope"  # the column that says which scope a row is of
EARLIER_DASH = "3px,3px"


@dataclass(frozen=True)
class Measure:
    """The column that a chart over periods is about, and what it is called.

    `mean`: the column that is drawn in its place where the rows have it (single days are too restless for a line). `is_of_last_step`: the
    report has a row for each step of a funnel, and the measure is that of the last.
    """

    column: str
    name: str
    unit: Unit
    mean: str = ""
    is_of_last_step: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """What it needs of earlier periods."""
        return (self.column, self.mean) if self.mean else (self.column,)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of its report's key besides the period."""
        return ("step_order",) if self.is_of_last_step else ()

    def drawn(self, data: pd.DataFrame) -> str:
        """The column that is drawn."""
        return self.mean if self.mean and self.mean in data else self.column

    def drawn_unit(self, data: pd.DataFrame) -> Unit:
        """The unit of the column that is drawn: a mean of counts is no whole number."""
        return "ratio" if self.unit == "count" and self.drawn(data) == self.mean else self.unit

    def rows(self, data: pd.DataFrame) -> pd.DataFrame:
        """One row per period."""
        return data[data["step_order"] == data["step_order"].max()] if self.is_of_last_step and len(data) else data

    def title(self, data: pd.DataFrame) -> str:
        """What the axis says."""
        name = f"{self.name}: {step_title(str(data['step'].iloc[0])).lower()}" if self.is_of_last_step and len(data) else self.name
        return f"{name}, 7-day mean" if self.drawn(data) == self.mean else name


def add_earlier(fig: go.Figure, *, data: pd.DataFrame, measure: Measure, style: Style, name: str) -> None:
    """The measure in the earlier periods of `filters.comparison.with_earlier`, as a fine line below those of the periods that they are
    compared with; nothing where there are none.
    """
    if EARLIER_PERIOD not in data:
        return
    rows = measure.rows(data)
    y = base.numbers(rows[f"{EARLIER}{measure.drawn(data)}"])
    if not any(value is not None for value in y):
        return
    when = [written(day, style.locale.day, style.locale) for day in pd.to_datetime(rows[EARLIER_PERIOD])]
    shown = [
        f"{text} on {day}" for text, day in zip(base.texts(pd.Series(y, dtype=float), measure.drawn_unit(data), style), when, strict=True)
    ]
    fig.add_scatter(
        x=base.days(rows["period"]),
        y=y,
        name=f"{name}, 7-day mean" if measure.drawn(data) == measure.mean else name,
        mode="lines" if len(rows) > 1 else "markers",
        line={"color": style.muted, "width": 1.5, "dash": EARLIER_DASH},
        customdata=shown,
        hovertemplate="%{customdata}",
    )
    fig.update_layout(showlegend=True)


def split(*, data: pd.DataFrame, measure: Measure, style: Style) -> go.Figure:
    """The measure as a line for each value of a dimension; `data` are the reports of these scopes one below the other."""
    parts = {str(scope): measure.rows(part) for scope, part in data.groupby(SCOPE, sort=False)}
    first = next(iter(parts.values()))
    fig = base.figure(style, y=measure.title(first), unit=measure.unit)
    dimension = ""
    for position, (scope, part) in enumerate(parts.items()):
        dimension, value = scope_parts(scope)
        name, color = base.plain(RESERVED.get(str(value), str(value))), style.color(position)
        base.add_series(
            fig, data=part, y=measure.drawn(part), name=name, color=color, unit=measure.drawn_unit(part), style=style, position=position
        )
    base.time_axis(fig, style=style, data=data)
    fig.update_layout(showlegend=True, legend={"title": {"text": label(dimension), "font": {"size": 12}}})
    return fig
