"""Figures of churn: how many customers have lapsed, and how customers come, go and return. Input: rows of `churn/*`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ca_dash.figures import base
from ca_dash.figures.base import Style
from ca_dash.format import counted, hours, interval, number, rate, written
from ca_dash.theme import text_on

MONTHS = 6
MOVES = (("new", "New", 2), ("reactivated", "Returned", 5), ("lapsed", "Lapsed", 4))


def too_few(data: pd.DataFrame, settings: Mapping[str, Any]) -> tuple[str, str] | None:
    """The refusal while no period has enough customers with two orders to know how often customers order."""
    if data["frequency_hours"].notna().any():
        return None
    needed = int(settings.get("churn_repeat_customers", 5))
    has = "fewer"  # the bridge does not say how many
    if "repeat_customers" in data:
        has = str(int(data["repeat_customers"].max()) if len(data) else 0)
    return "Too few repeat customers", f"Churn needs {needed} customers with two orders or more; this selection has {has}."


def overall(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Active and lapsed customers as one bar, with the rate in large."""
    row = data.iloc[0]
    engaged, lapsed, locale = float(row["engaged"]), float(row["customers"] - row["engaged"]), style.locale
    fig = base.figure(style, y="")
    for name, value, color, place in (("Active", engaged, style.accent, "start"), ("Lapsed", lapsed, style.color(1), "end")):
        fig.add_bar(
            x=[value],
            y=[0],
            name=name,
            orientation="h",
            width=0.8,
            marker={"color": color, "line": {"width": 0}},
            hovertemplate=f"{name}: {number(value, 0, locale)} of {number(row['customers'], 0, locale)} customers<extra></extra>",
            text=number(value, 0, locale),
            textposition="inside",
            insidetextanchor=place,
            insidetextfont={"size": 13, "color": text_on(color)},
        )
    fig.update_layout(barmode="stack", hovermode="closest", margin={"t": 20}, legend={"y": 0.34, "yanchor": "top", "traceorder": "normal"})
    fig.update_xaxes(visible=False, range=[0, max(engaged + lapsed, 1)])
    fig.update_yaxes(visible=False, range=[-2.2, 2.6])
    band = interval(row["churn_rate_low"], row["churn_rate_high"], locale)
    details = f"95% interval {band}<br>typical gap between orders {hours(row['frequency_hours'], locale)}"
    for text, size, color, y in ((rate(row["churn_rate"], 1, locale), 38, style.ink, 0.97), (details, 12, style.muted, 0.74)):
        place = {"x": 0, "y": y, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "top", "align": "left"}
        fig.add_annotation(text=text, showarrow=False, font={"size": size, "color": color}, **place)
    return fig


def rates(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Churn rate at the end of each period, with its 95% interval."""
    fig = base.figure(style, y="Churn rate", unit="rate")
    base.add_band(fig, data=data, low="churn_rate_low", high="churn_rate_high", color=style.accent, name="Churn rate", style=style)
    lapsed = base.Share("lapsed", "customers", "churn_rate_low", "churn_rate_high")
    rows = data.assign(lapsed=data["customers"] - data["engaged"])
    base.add_series(fig, data=rows, y="churn_rate", name="Churn rate", color=style.accent, unit="rate", style=style, share=lapsed)
    base.time_axis(fig, style=style, data=data)
    fig.update_layout(showlegend=False)
    refused = int(data["churn_rate"].isna().sum())
    if refused:
        periods = counted(refused, {"weekly": "week", "monthly": "month"}.get(style.grain, "period"), style.locale)
        fig.update_layout(meta={"note": f"{periods} {'has' if refused == 1 else 'have'} too few repeat customers"})
    return fig


def gaps(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """The typical gap between orders by which each period was judged."""
    fig = base.figure(style, y="Days between orders")
    rows = data.assign(days=data["frequency_hours"] / 24)
    base.add_series(fig, data=rows, y="days", name="Typical gap", color=style.color(2), unit="days", style=style)
    base.time_axis(fig, style=style, data=rows)
    fig.update_layout(showlegend=False)
    return fig


def bridge(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """A waterfall from month to month: active at its start, new, returned, lapsed, active at its end. The newest months."""
    judged = data[data["frequency_hours"].notna()].sort_values("period")
    rows = judged.tail(MONTHS)
    steps, ticks = bridge_steps(rows, style)
    fig = base.figure(style, y="Active customers")
    for name, position in (("Active", 0), *((name, position) for _, name, position in MOVES)):
        bars = steps[steps["name"] == name]
        texts = [("" if name == "Active" or change <= 0 else "+") + number(change, 0, style.locale) for change in bars["change"]]
        fig.add_bar(
            x=list(bars["place"]),
            y=list(bars["change"]),
            base=list(bars["base"]),
            width=0.86,
            name=name,
            text=texts,
            textposition="outside",
            cliponaxis=False,
            textfont={"size": 11, "color": style.ink},
            marker={
                "color": style.color(position),
                "pattern": {"shape": ["" if flag else "/" for flag in bars["complete"]], "solidity": 0.35},
            },
            hovertemplate=[f"<b>{name}</b>, {month}<br>{text}<extra></extra>" for month, text in zip(bars["month"], texts, strict=True)],
        )
    fig.update_xaxes(tickvals=list(ticks), ticktext=list(ticks.values()), nticks=None, ticks="")
    fig.update_layout(barmode="overlay", hovermode="closest", legend={"traceorder": "normal"})
    notes = [f"newest {len(rows)} of {len(judged)} months of the range"] if len(judged) > len(rows) else []
    if len(data) > len(judged):
        notes.append(f"{len(data) - len(judged)} with too few repeat customers left out")
    if notes:
        fig.update_layout(meta={"note": "; ".join(notes)})
    return fig


def bridge_steps(rows: pd.DataFrame, style: Style) -> tuple[pd.DataFrame, dict[int, str]]:
    """Bars of the waterfall (place, change, base, what of which month) and the month under each month's last bar."""
    steps: list[dict[str, Any]] = []
    ticks: dict[int, str] = {}
    level = int(rows.iloc[0]["opening"])
    common: dict[str, Any] = {"month": "at the start", "complete": True, "period": rows.iloc[0]["period"]}
    steps.append({"place": 0, "name": "Active", "move": "opening", "change": level, "base": 0, **common})
    ticks[0] = "Start"
    for row in rows.to_dict("records"):
        common = {
            "month": written(row["period"], style.locale.month, style.locale),
            "complete": bool(row["complete"]),
            "period": row["period"],
        }
        for column, name, _ in MOVES:
            change = -int(row[column]) if column == "lapsed" else int(row[column])
            steps.append({"place": len(steps), "name": name, "move": column, "change": change, "base": level, **common})
            level += change
        month = "<br>".join(common["month"].rsplit(" ", 1))  # two lines fit under narrow bars
        ticks[len(steps)] = month if common["complete"] else f"{month}<br>so far"
        steps.append({"place": len(steps), "name": "Active", "move": "closing", "change": level, "base": 0, **common})
    return pd.DataFrame(steps), ticks


def moves(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Per month: customers won (new, returned) above zero, lapsed below, and the active ones as a line."""
    fig = base.figure(style, y="Customers")
    lost = data.assign(lapsed=-data["lapsed"])
    for column, name, position in MOVES:
        base.add_bars(fig, data=lost, y=column, name=name, color=style.color(position), unit="count", style=style)
    base.add_series(fig, data=data, y="closing", name="Active at the end", color=style.accent, unit="count", style=style)
    base.time_axis(fig, style=style, data=data)
    fig.update_layout(barmode="relative", legend={"traceorder": "normal"})
    return fig
