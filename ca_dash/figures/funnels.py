"""Figures of the session funnel and of customers' volumes. Input: rows of `funnels/sessions_*` and `funnels/customers_*`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go

from ca_dash.figures import base
from ca_dash.figures.base import Style
from ca_dash.format import MINUS, number, rate


def session_steps(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Sessions with each step over the range, and their share of all sessions."""
    rows = data.groupby(["step_order", "step"], as_index=False)["sessions"].sum().sort_values("step_order")
    total = float(rows["sessions"].iloc[0]) if len(rows) else 0.0
    shares = [value / total if total else None for value in rows["sessions"]]
    return steps(names=rows["step"], counts=rows["sessions"], shares=shares, style=style, what="sessions", of="all sessions")


def steps(
    *,
    names: pd.Series,
    counts: pd.Series,
    shares: Sequence[float | None],
    style: Style,
    what: str,
    of: str,
    remarks: Sequence[str] | None = None,
) -> go.Figure:
    """Horizontal bars of a funnel, first step on top, each with its count and share; `remarks` are further lines of the hovers."""
    labels = [base.step_label(str(name)) for name in names]
    top = max((float(count) for count in counts), default=0.0) or 1.0
    texts = [
        f"<b>{number(c, 0, style.locale)}</b>" + ("" if share == 1 else f"  {rate(share, 1, style.locale)}")
        for c, share in zip(counts, shares, strict=True)
    ]
    hovers = [
        f"<b>{name}</b><br>{number(count, 0, style.locale)} {what}, {rate(share, 1, style.locale)} of {of}{remark}<extra></extra>"
        for name, count, share, remark in zip(labels, counts, shares, remarks or [""] * len(labels), strict=True)
    ]
    fig = base.figure(style, y="")
    fig.add_bar(
        x=base.numbers(counts),
        y=labels,
        orientation="h",
        text=texts,
        textposition="outside",
        cliponaxis=False,
        hovertemplate=hovers,
        textfont={"size": 12, "color": style.ink},
        marker={"color": style.accent, "cornerradius": 4},
    )
    _say_losses(fig, [float(count) for count in counts], style)
    fig.update_xaxes(range=[0, top * 1.5], showgrid=False, showticklabels=False, showline=False, ticks="")
    fig.update_yaxes(
        autorange="reversed",
        showgrid=False,
        tickfont={"size": 12, "color": style.ink},
        rangemode="normal",
        nticks=None,
        dtick=1,
        ticksuffix="  ",
    )
    fig.update_layout(hovermode="closest", bargap=0.5, showlegend=False)
    return fig


def _say_losses(fig: go.Figure, counts: Sequence[float], style: Style) -> None:
    """Between two steps what was lost there: −60%, 3,240 lost here."""
    for place, (before, after) in enumerate(pairwise(counts)):
        if after < before:
            words = f"{MINUS}{rate((before - after) / before, 0, style.locale)}, {number(before - after, 0, style.locale)} lost here"
            look = {"xanchor": "left", "showarrow": False, "font": {"size": 11, "color": style.muted}}
            fig.add_annotation(x=0, y=place + 0.5, text=words, **look)


def session_rates(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Each step's share of the period's sessions, with its 95% interval."""
    fig = base.figure(style, y="Share of sessions", unit="rate")
    of_sessions = base.Share("sessions", "total_sessions", "rate_low", "rate_high")
    for position, step in enumerate(base.step_names(data)):
        if position == 0:
            continue  # all sessions are all sessions; the other steps keep the colours that they have in the charts beside
        rows, name = data[data["step"] == step], base.step_label(step)
        color = style.color(position)
        base.add_band(fig, data=rows, low="rate_low", high="rate_high", color=color, name=name, style=style, position=position)
        base.add_series(fig, data=rows, y="rate", name=name, color=color, unit="rate", style=style, position=position, share=of_sessions)
    base.time_axis(fig, style=style, data=data)
    return fig


def session_volumes(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Sessions with each step per period."""
    return _volumes(data, style, "sessions", "Sessions")


def session_hours(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Sessions with each step by hour of day, averaged over the days of the window."""
    return _hours(data, style, "sessions_per_day", "Sessions per day")


def customer_volumes(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Customers whose step fell in the period: volumes, not a funnel."""
    return _volumes(data, style, "customers", "Customers")


def customer_hours(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Customers by the hour of day of each step, averaged over all days."""
    return _hours(data, style, "customers_per_day", "Customers per day")


def customer_totals(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Customers with each step in the range: side by side, because they are volumes of different people."""
    rows = data.groupby(["step_order", "step"], as_index=False)["customers"].sum().sort_values("step_order")
    labels = [base.step_label(str(step)) for step in rows["step"]]
    texts = [number(count, 0, style.locale) for count in rows["customers"]]
    fig = base.figure(style, y="Customers")
    hovers = [f"<b>{name}</b><br>{text} customers<extra></extra>" for name, text in zip(labels, texts, strict=True)]
    fig.add_bar(
        x=[name.replace(" ", "<br>") for name in labels],  # a word a line, so that neighbours keep apart on a phone
        y=base.numbers(rows["customers"]),
        text=texts,
        textposition="outside",
        cliponaxis=False,
        constraintext="none",
        hovertemplate=hovers,
        textfont={"color": style.ink, "size": 12},
        marker={"color": [style.color(position) for position in range(len(labels))], "cornerradius": 4},
    )
    fig.update_layout(hovermode="closest", showlegend=False, bargap=0.4, margin={"t": 26})
    return fig


def _volumes(data: pd.DataFrame, style: Style, column: str, title: str) -> go.Figure:
    fig = base.figure(style, y=title)
    for position, step in enumerate(base.step_names(data)):
        rows = data[data["step"] == step]
        base.add_series(
            fig, data=rows, y=column, name=base.step_label(step), color=style.color(position), unit="count", style=style, position=position
        )
    base.time_axis(fig, style=style, data=data)
    return fig


def _hours(data: pd.DataFrame, style: Style, column: str, title: str) -> go.Figure:
    fig = base.figure(style, y=title)
    text = base.hover("ratio", style)
    for position, step in enumerate(base.step_names(data)):
        rows = data[data["step"] == step].sort_values("hour")
        fig.add_bar(
            x=[int(hour) for hour in rows["hour"]],
            y=base.numbers(rows[column]),
            name=base.step_label(step),
            hovertemplate=text,
            marker={"color": style.color(position), "cornerradius": 2},
            visible=True if position < base.MAX_SERIES else "legendonly",
        )
    fig.update_layout(barmode="group", bargap=0.18, bargroupgap=0)
    base.hour_axis(fig)
    return fig
