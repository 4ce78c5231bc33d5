"""The average customer's way from the download through the orders, as a picture. Input: rows of `journey/average`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ca_dash.figures import base
from ca_dash.figures.cohorts import ordinal
from ca_dash.format import hours, money, number
from ca_dash.theme import Style

SHOWN = 8
SPLIT = 0.56


def no_orders(data: pd.DataFrame, settings: Mapping[str, Any]) -> tuple[str, str] | None:
    """The refusal while nobody has ordered."""
    if len(data) and data["orders_per_buyer"].notna().any():
        return None
    return "No orders yet", "A journey begins with the first order; nobody in this selection has placed one."


def average(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Steps from top to bottom: mean time since the step before (left bars) and mean amount of the order (right bars)."""
    rows = _shown(data.sort_values("step_order"))
    places = list(range(len(rows)))
    fig = base.figure(style, y="")
    days = [None if value is None else value / 24 for value in base.numbers(rows["average_hours"])]
    gaps = [_gap(step, value, style) for step, value in zip(rows["step"], rows["average_hours"], strict=True)]
    _bars(fig, days, gaps, _hovers(rows, "average_hours", style), color=style.accent, axis="x")
    amounts = base.numbers(rows["average_amount"])
    texts = ["" if value is None else money(value, style.currency, style.locale) for value in amounts]
    _bars(fig, amounts, texts, _hovers(rows, "average_amount", style), color=style.color(2), axis="x2")
    _path(fig, places, style)
    titles = [
        f"<b>{step_name(step)}</b><br>{number(n, 0, style.locale)} customers"
        for step, n in zip(rows["step"], rows["customers"], strict=True)
    ]
    _frame(fig, titles, days, amounts, style)
    if len(rows) < len(data):
        fig.update_layout(meta={"note": f"{len(data) - len(rows)} later orders are in the table"})
    return fig


def step_name(step: str) -> str:
    """`order_2` → 2nd order."""
    kind, _, count = step.partition("_")
    if kind == "order" and count.isdigit():
        return f"{ordinal(int(count))} order"
    return {"download": "Download", "since_last_order": "Today"}.get(step, step)


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    """At most so many steps: the first ones and the last."""
    return rows if len(rows) <= SHOWN else pd.concat([rows.head(SHOWN - 1), rows.tail(1)])


def _gap(step: str, value: float | None, style: Style) -> str:
    if step == "download" or value is None or pd.isna(value):
        return ""
    return f"{hours(value, style.locale)} {'since the last order' if step == 'since_last_order' else 'later'}"


def _hovers(rows: pd.DataFrame, column: str, style: Style) -> list[str]:
    texts = []
    for step, value, count, timed in zip(rows["step"], rows[column], rows["customers"], rows["hours_customers"], strict=True):
        if column == "average_hours":
            what = "days since the last order" if step == "since_last_order" else "since the step before"
            text = f"{hours(value, style.locale)} {what.removeprefix('days ')}, mean over {number(timed, 0, style.locale)} customers"
        else:
            text = f"{money(value, style.currency, style.locale)}, mean over {number(count, 0, style.locale)} orders"
        texts.append(f"<b>{step_name(step)}</b><br>{text}<extra></extra>")
    return texts


def _bars(fig: go.Figure, values: Sequence[float | None], texts: Sequence[str], hovers: Sequence[str], *, color: str, axis: str) -> None:
    fig.add_bar(
        x=list(values),
        y=list(range(len(values))),
        orientation="h",
        width=0.42,
        xaxis=axis,
        text=list(texts),
        textposition="outside",
        cliponaxis=False,
        textfont={"size": 12},
        marker={"color": color, "cornerradius": 3},
        hovertemplate=list(hovers),
        showlegend=False,
    )


def _path(fig: go.Figure, places: Sequence[int], style: Style) -> None:
    """The way itself: a line with a stop at each step."""
    marker = {"size": 13, "color": style.accent, "line": {"width": 2, "color": style.tint(style.accent, 0.35)}}
    fig.add_scatter(
        x=[0] * len(places),
        y=list(places),
        mode="lines+markers",
        line={"color": style.accent, "width": 2},
        marker=marker,
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
    )


def _frame(fig: go.Figure, titles: Sequence[str], days: Sequence[float | None], amounts: Sequence[float | None], style: Style) -> None:
    quiet = {"showgrid": False, "showticklabels": False, "showline": False, "ticks": "", "zeroline": False}
    longest, dearest = (max((value or 0 for value in values), default=0) or 1 for values in (days, amounts))
    title = f"Average amount ({style.currency})" if style.currency else "Average amount"
    fig.update_layout(
        xaxis={**quiet, "domain": [0, SPLIT], "range": [0, longest * 1.9], "title": {"text": "Time since the step before"}},
        xaxis2={
            **quiet,
            "domain": [SPLIT + 0.04, 1],
            "range": [0, dearest * 1.55],
            "anchor": "y",
            "title": {"text": title, "font": {"size": 11, "color": style.muted}},
        },
        hovermode="closest",
        showlegend=False,
        bargap=0.5,
    )
    fig.update_yaxes(
        tickvals=list(range(len(titles))),
        ticktext=[f"{title}  " for title in titles],
        range=[len(titles) - 0.5, -0.5],
        autorange=False,
        showgrid=False,
        rangemode="normal",
        nticks=None,
        tickfont={"size": 12, "color": style.ink},
        ticklabelstandoff=8,
    )
