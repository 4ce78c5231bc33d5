"""The average customer's way from the download through the orders, as a picture. Input: rows of `journey/average`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ca_dash.figures import base
from ca_dash.figures.base import Style
from ca_dash.format import hours, money, number, step_title, written

SHOWN = 8
FIRST, LAST = "download", "since_last_order"


def no_orders(data: pd.DataFrame, settings: Mapping[str, Any]) -> tuple[str, str] | None:
    """The refusal while nobody has ordered."""
    if len(data) and data["orders_per_buyer"].notna().any():
        return None
    return "No orders yet", "A journey begins with the first order; nobody in this selection has placed one."


def average(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Steps from top to bottom on one line; each with the mean time since the step before (bar) and the mean amount of the order."""
    steps = data.sort_values("step_order")
    rows = steps if len(steps) <= SHOWN else pd.concat([steps.head(SHOWN - 1), steps.tail(1)])
    days = [None if value is None else value / 24 for value in base.numbers(rows["average_hours"])]
    fig = base.figure(style, y="")
    fig.add_bar(
        x=days,
        y=[place + 0.2 for place in range(len(rows))],
        orientation="h",
        width=0.24,
        marker={"color": style.tint(style.accent, 0.5), "cornerradius": 3},
        hovertemplate=[_hover(row, style) for row in rows.to_dict("records")],
    )
    marker = {"size": 14, "color": style.accent, "line": {"width": 2, "color": style.tint(style.accent, 0.35)}}
    fig.add_scatter(
        x=[0] * len(rows),
        y=[place - 0.14 for place in range(len(rows))],
        mode="lines+markers+text",
        line={"color": style.accent, "width": 2},
        marker=marker,
        text=[_words(row, style) for row in rows.to_dict("records")],
        textposition="middle right",
        textfont={"size": 12, "color": style.ink},
        hoverinfo="skip",
        cliponaxis=False,
    )
    _frame(fig, rows, max((value or 0 for value in days), default=0) or 1, style)
    if len(rows) < len(data):
        fig.update_layout(meta={"note": f"{len(data) - len(rows)} later orders are in the table"})
    return fig


def step_name(step: str, style: Style) -> str:
    """A step for people: the download, an order by its number (2nd order), and at the end the day of the report."""
    if step == LAST:
        return "Today" if style.day is None else written(style.day, style.locale.day, style.locale)
    return step_title(step)


def _words(row: Mapping[str, Any], style: Style) -> str:
    """What stands beside a stop: 64.4 days later · £47.71."""
    if row["step"] == FIRST:
        return ""
    time = hours(row["average_hours"], style.locale)
    if row["step"] == LAST:
        return f"  <b>{time}</b> since last order"
    amount = row["average_amount"]
    return f"  <b>{time}</b> later" + ("" if amount is None or pd.isna(amount) else f" · {money(amount, style.currency, style.locale)}")


def _hover(row: Mapping[str, Any], style: Style) -> str:
    since = "since the last order" if row["step"] == LAST else "since the step before"
    time, timed = hours(row["average_hours"], style.locale), number(row["hours_customers"], 0, style.locale)
    text = f"<b>{step_name(row['step'], style)}</b><br>{time} {since}, mean over {timed} customers"
    if row["average_amount"] is not None and not pd.isna(row["average_amount"]):
        orders = number(row["customers"], 0, style.locale)
        text += f"<br>{money(row['average_amount'], style.currency, style.locale)}, mean over {orders} orders"
    return f"{text}<extra></extra>"


def _frame(fig: go.Figure, rows: pd.DataFrame, longest: float, style: Style) -> None:
    titles = [
        f"<b>{step_name(step, style)}</b><br>{number(count, 0, style.locale)} customers"
        for step, count in zip(rows["step"], rows["customers"], strict=True)
    ]
    fig.update_layout(hovermode="closest", showlegend=False)
    title = {"text": "Days since the step before"}
    fig.update_xaxes(range=[0, longest * 1.06], showgrid=False, zeroline=False, title=title)
    fig.update_yaxes(
        tickvals=list(range(len(titles))),
        ticktext=titles,
        range=[len(titles) - 0.5, -0.5],
        showgrid=False,
        rangemode="normal",
        nticks=None,
        tickfont={"size": 12, "color": style.ink},
        ticklabelstandoff=12,
    )
