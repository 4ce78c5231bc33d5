"""Ranked bars: the largest values of something with names, largest on top; and daily rows added up to longer periods."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from ca_assets.contracts.reserved import OTHER
from ca_assets.contracts.units import Unit
from ca_dash.figures import base
from ca_dash.figures.base import Style

LONGEST = 30


def bars(
    *, names: Sequence[str], values: pd.Series, hovers: Sequence[str], unit: Unit, title: str, style: Style, color: str | None = None
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


def largest(data: pd.DataFrame, *, key: str, column: str, count: int, style: Style) -> tuple[pd.DataFrame, list[str]]:
    """Daily rows of the largest values of `key` by the sum of `column`, all others added up to one, in the page's periods.

    Returns rows (period, line, column) and the lines in the order of their size, the rest last where there is one.
    """
    totals = data[data[key] != OTHER].groupby(key)[column].sum().sort_values(ascending=False, kind="stable")
    lines = [str(value) for value in totals.index[:count]]
    rows = (
        data.assign(line=data[key].where(data[key].isin(lines), OTHER)).groupby(["period", "line"], as_index=False)[column].sum(min_count=1)
    )
    rest = [OTHER] if OTHER in set(rows["line"]) else []
    return by_grain(rows, columns=[column], style=style, key="line"), [*lines, *rest]


def by_grain(data: pd.DataFrame, *, columns: Sequence[str], style: Style, key: str | None = None) -> pd.DataFrame:
    """Daily rows (of each `key`) added up to the weeks or months of the page; one that ends after the last day is not complete."""
    if style.grain == "daily":
        return data
    days = pd.to_datetime(data["period"])
    weeks = days - pd.to_timedelta((days.dt.dayofweek - style.week_start) % 7, unit="D")
    first = weeks if style.grain == "weekly" else days.dt.to_period("M").dt.start_time
    groups = data.assign(period=first).groupby(["period", key] if key else ["period"], sort=True)
    sums = groups[list(columns)].sum(min_count=1).reset_index()
    length = 7 if style.grain == "weekly" else sums["period"].dt.days_in_month
    return sums.assign(complete=sums["period"] + pd.to_timedelta(length - 1, unit="D") <= days.max())
