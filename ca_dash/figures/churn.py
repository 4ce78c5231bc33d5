"""Figures of churn: how many customers are no longer engaged, and how customers come, go and come back. Input: rows of `churn/*`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ca_dash.figures import base
from ca_dash.format import hours, interval, number, rate, written
from ca_dash.theme import Style

MONTHS = 6


def too_few(data: pd.DataFrame, settings: Mapping[str, Any]) -> tuple[str, str] | None:
    """The refusal while no period has enough customers with two orders to know how often customers order."""
    if data["frequency_hours"].notna().any():
        return None
    needed = int(settings.get("churn_repeat_customers", 5))
    has = int(data["repeat_customers"].max()) if len(data) else 0
    return "Too few repeat customers", f"Churn needs {needed} customers with two orders or more; this selection has {has}."


def overall(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Engaged and lapsed customers as one bar, with the rate in large."""
    row = data.iloc[0]
    engaged, lapsed, locale = float(row["engaged"]), float(row["customers"] - row["engaged"]), style.locale
    fig = base.figure(style, y="")
    for name, value, color, place in (("Engaged", engaged, style.accent, "start"), ("No longer engaged", lapsed, style.color(1), "end")):
        fig.add_bar(
            x=[value],
            y=[0],
            name=name,
            orientation="h",
            width=0.5,
            marker={"color": color, "line": {"width": 0}},
            hovertemplate=f"{name}: {number(value, 0, locale)} of {number(row['customers'], 0, locale)} customers<extra></extra>",
            text=number(value, 0, locale),
            textposition="inside",
            insidetextanchor=place,
        )
    fig.update_layout(barmode="stack", hovermode="closest", margin={"t": 20}, legend={"y": 0.36, "yanchor": "top", "traceorder": "normal"})
    fig.update_xaxes(visible=False, range=[0, max(engaged + lapsed, 1)])
    fig.update_yaxes(visible=False, range=[-2.2, 2.6])
    band = interval(row["churn_rate_low"], row["churn_rate_high"], locale)
    words = f"95 % interval {band} · typical gap between orders {hours(row['frequency_hours'], locale)}"
    for text, size, color, y in ((rate(row["churn_rate"], 1, locale), 38, style.ink, 0.97), (words, 12, style.muted, 0.72)):
        font = {"size": size, "color": color}
        fig.add_annotation(text=text, x=0, y=y, xref="paper", yref="paper", xanchor="left", yanchor="top", showarrow=False, font=font)
    return fig


def weekly_rates(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Churn rate at the end of each week, with its 95 % interval."""
    return _rates(data, style, "weekly")


def monthly_rates(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Churn rate at the end of each month, with its 95 % interval."""
    return _rates(data, style, "monthly")


def weekly_gaps(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """The typical gap between orders by which each week was judged."""
    return _gaps(data, style, "weekly")


def monthly_gaps(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """The typical gap between orders by which each month was judged."""
    return _gaps(data, style, "monthly")


def bridge(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """From month to month: engaged customers at its start, new, come back, lapsed, engaged at its end. The newest months."""
    rows = data.sort_values("period").tail(MONTHS)
    fig = base.figure(style, y="Engaged customers")
    months, parts, values, measures = [], [], [], []
    names = (("opening", "Start", 1), ("new", "New", 1), ("reactivated", "Back", 1), ("lapsed", "Lapsed", -1), ("closing", "End", 1))
    for place, (_, row) in enumerate(rows.iterrows()):
        month = written(row["period"], style.locale.month, style.locale) + ("" if row["complete"] else " (so far)")
        for column, name, sign in names if place == 0 else names[1:]:
            months.append(month)
            parts.append(name)
            values.append(sign * int(row[column]))
            measures.append("absolute" if column == "opening" else "total" if column == "closing" else "relative")
    fig.add_waterfall(
        x=[months, parts],
        y=values,
        measure=measures,
        text=[_signed(value, measure, style) for value, measure in zip(values, measures, strict=True)],
        textposition="outside",
        cliponaxis=False,
        textfont={"size": 10, "color": style.ink},
        connector={"line": {"color": style.muted, "width": 1, "dash": "dot"}},
        increasing={"marker": {"color": style.color(2)}},
        decreasing={"marker": {"color": style.color(4)}},
        totals={"marker": {"color": style.accent}},
        hovertemplate="<b>%{x}</b><br>%{text} customers<extra></extra>",
    )
    fig.update_xaxes(tickfont={"size": 11}, showdividers=True, dividercolor=style.tint(style.muted, 0.3), nticks=None)
    fig.update_layout(showlegend=False, hovermode="closest", margin={"t": 22})
    if len(data) > len(rows):
        fig.update_layout(meta={"note": f"newest {len(rows)} of {len(data)} months of the range"})
    return fig


def moves(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Per month: customers won (new, come back) above zero, lapsed below, and the engaged ones as a line."""
    fig = base.figure(style, y="Customers")
    lost = data.assign(lapsed=-data["lapsed"])
    for column, name, position in (("new", "New", 2), ("reactivated", "Come back", 5), ("lapsed", "Lapsed", 4)):
        base.add_bars(fig, data=lost, y=column, name=name, color=style.color(position), unit="count", style=style)
    base.add_series(fig, data=data, y="closing", name="Engaged at the end", color=style.accent, unit="count", style=style)
    base.time_axis(fig, style=style, grain="monthly", data=data)
    fig.update_layout(barmode="relative", legend={"traceorder": "normal"})
    return fig


def _rates(data: pd.DataFrame, style: Style, grain: str) -> go.Figure:
    fig = base.figure(style, y="Churn rate", unit="rate")
    base.add_band(fig, data=data, low="churn_rate_low", high="churn_rate_high", color=style.accent, name="Churn rate", style=style)
    base.add_series(fig, data=data, y="churn_rate", name="Churn rate", color=style.accent, unit="rate", style=style)
    base.time_axis(fig, style=style, grain=grain, data=data)
    fig.update_layout(showlegend=False)
    refused = int(data["churn_rate"].isna().sum())
    if refused:
        fig.update_layout(meta={"note": f"{refused} periods with too few repeat customers have no rate"})
    return fig


def _gaps(data: pd.DataFrame, style: Style, grain: str) -> go.Figure:
    fig = base.figure(style, y="Days between orders", unit="decimal")
    rows = data.assign(days=data["frequency_hours"] / 24)
    base.add_series(fig, data=rows, y="days", name="Typical gap", color=style.color(2), unit="decimal", style=style)
    base.time_axis(fig, style=style, grain=grain, data=rows)
    fig.update_layout(showlegend=False)
    return fig


def _signed(value: int, measure: str, style: Style) -> str:
    text = number(value, 0, style.locale)
    return f"+{text}" if measure == "relative" and value > 0 else text
