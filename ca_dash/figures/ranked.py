"""Ranked bars: the largest values of something with names, largest on top; and daily rows added up to longer periods."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from ca_dash.figures import base
from ca_dash.format import weekday_number
from ca_dash.theme import Style

LONGEST = 30
OTHER = "__other__"
NONE = "__none__"


def bars(
    *, names: Sequence[str], values: pd.Series, hovers: Sequence[str], unit: base.Unit, title: str, style: Style, color: str | None = None
) -> go.Figure:
    """Horizontal bars in the given order, each with its exact value at the end."""
    fig = base.figure(style, y="", x=None)
    numbers = base.numbers(values)
    texts = base.texts(values, unit, style)
    fig.add_bar(
        x=numbers,
        y=list(range(len(names))),
        orientation="h",
        text=texts,
        textposition="outside",
        cliponaxis=False,
        hovertemplate=[f"{text}<extra></extra>" for text in hovers],
        textfont={"size": 12, "color": style.ink},
        marker={"color": color or style.accent, "cornerradius": 3},
    )
    top = max((value or 0 for value in numbers), default=0) or 1
    room = 1.06 + 0.034 * max((len(text) for text in texts), default=0)
    fig.update_xaxes(range=[0, top * room], showgrid=False, showticklabels=False, showline=False, ticks="", title={"text": title})
    name_axis(fig, names, style)
    fig.update_layout(hovermode="closest", bargap=0.3, showlegend=False)
    return fig


def name_axis(fig: go.Figure, names: Sequence[str], style: Style) -> None:
    """Names down the left, first on top, shortened where they are long (hovers have them whole)."""
    fig.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=[shortened(name) for name in names],
        range=[len(names) - 0.4, -0.6],
        autorange=False,
        showgrid=False,
        rangemode="normal",
        nticks=None,
        tickfont={"size": 12, "color": style.ink},
        ticklabelstandoff=6,
    )


def shortened(name: str, longest: int = LONGEST) -> str:
    """A name that fits beside a bar."""
    return base.plain(name if len(name) <= longest else name[: longest - 1].rstrip() + "…")


def by_grain(data: pd.DataFrame, *, key: str, columns: Sequence[str], style: Style) -> pd.DataFrame:
    """Daily rows added up to the weeks or months of the page; one that ends after the last day is not complete."""
    days = pd.to_datetime(data["period"])
    if style.grain == "daily":
        return data
    first = week_starts(days, style.week_start) if style.grain == "weekly" else days.dt.to_period("M").dt.start_time
    groups = data.assign(period=first).groupby(["period", key], sort=True)
    sums = groups[list(columns)].sum(min_count=1).reset_index()
    length = 7 if style.grain == "weekly" else sums["period"].dt.days_in_month
    return sums.assign(complete=sums["period"] + pd.to_timedelta(length - 1, unit="D") <= days.max())


def week_starts(days: pd.Series, week_start: str) -> pd.Series:
    """First day of each day's week."""
    shift = (days.dt.dayofweek - weekday_number(week_start)) % 7
    return days - pd.to_timedelta(shift, unit="D")
