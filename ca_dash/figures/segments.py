"""Figures and tables of segments: their sizes, values by score, and bounds. Input: `segmentation/*` but for the moves."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ca_assets.analyses.core.segments.columns import METRIC_NAMES
from ca_assets.contracts.units import Unit
from ca_dash.components.table import TableRows
from ca_dash.figures import base
from ca_dash.figures.base import Style
from ca_dash.figures.segment import HOURS, SEGMENTS, color, segment_name
from ca_dash.format import money, number, rate
from ca_dash.theme import text_on

DIGITS = 1
BOUNDS = ("bound_low", "bound_high", "low", "high")
METRIC_TITLES = {metric: name.capitalize() for metric, name in METRIC_NAMES.items()}


def treemap(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Segments as areas of their customers."""
    rows = data[data["customers"] > 0].sort_values("segment_order")
    names, colors = [segment_name(s) for s in rows["segment"]], [color(s, style) for s in rows["segment"]]
    lines, hovers = [], []
    for row in rows.to_dict("records"):
        customers, share = number(row["customers"], 0, style.locale), rate(row["customer_share"], 1, style.locale)
        revenue = money(row["revenue"], style.currency, style.locale, is_short=True)
        of_revenue = rate(row["revenue_share"], 1, style.locale)
        lines.append(f"{customers} · {share}<br>{revenue}")  # short: small areas have a place for it, the rest is behind the pointer
        exact = money(row["revenue"], style.currency, style.locale)
        hovers.append(
            f"<b>{segment_name(row['segment'])}</b><br>{SEGMENTS[row['segment']].who}<br>{customers} customers ({share})<br>"
            f"{number(row['orders'], 0, style.locale)} orders, {exact} revenue ({of_revenue})"
        )
    fig = base.figure(style, y="")
    fig.add_treemap(
        labels=names,
        parents=[""] * len(rows),
        values=base.numbers(rows["customers"]),
        text=lines,
        customdata=hovers,
        hovertemplate="%{customdata}<extra></extra>",
        textinfo="label+text",
        textfont={"size": 13, "color": [text_on(shade) for shade in colors]},
        marker={"colors": colors, "line": {"width": 2, "color": style.surface}, "pad": {"t": 4, "l": 4, "r": 4, "b": 4}},
        root={"color": "rgba(0,0,0,0)"},
        pathbar={"visible": False},
        tiling={"packing": "squarify", "pad": 2},
    )
    fig.update_layout(margin={"t": 4, "l": 0, "r": 0, "b": 0}, hovermode="closest", uniformtext={"minsize": 11, "mode": "hide"})
    return fig


def summary(*, data: pd.DataFrame, style: Style) -> TableRows:
    """The segments as a table: how many, how much, who they are and what to do."""
    rows = data.sort_values("segment_order")
    shown = pd.DataFrame(
        {
            "segment": [segment_name(segment) for segment in rows["segment"]],
            "customers": rows["customers"].to_numpy(),
            "customer_share": rows["customer_share"].to_numpy(),
            "orders": rows["orders"].to_numpy(),
            "revenue": rows["revenue"].to_numpy(),
            "revenue_share": rows["revenue_share"].to_numpy(),
            "days_since": _days(rows["average_recency_hours"]).to_numpy(),
            "days_between": _days(rows["average_frequency_hours"]).to_numpy(),
            "average_monetary": rows["average_monetary"].to_numpy(),
        }
    )
    titles = {
        "customer_share": "Share of customers",
        "revenue_share": "Share of revenue",
        "days_since": "Days since the last order",
        "days_between": "Days between orders",
        "average_monetary": "Average amount",
    }
    return TableRows(shown, titles=titles, wide=("segment",))


def advice(*, data: pd.DataFrame, style: Style) -> TableRows:
    """Who the customers of each segment are, and what to do."""
    rows = data[data["customers"] > 0].sort_values("segment_order")
    looks = [(SEGMENTS[segment], count) for segment, count in zip(rows["segment"], rows["customers"], strict=True)]
    shown = pd.DataFrame(
        [(look.name, count, look.who, look.advice) for look, count in looks], columns=["segment", "customers", "who", "advice"]
    )
    return TableRows(shown, titles={"who": "Who they are", "advice": "What to do"}, wide=("who", "advice"))


def recency_bins(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Buyers by days since the last order, coloured by score."""
    return _histogram(data, "Days since the last order", "days", style)


def frequency_bins(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Buyers by days between orders, coloured by score."""
    return _histogram(data, "Days between orders", "days", style)


def monetary_bins(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Buyers by average amount, coloured by score."""
    title = METRIC_TITLES["monetary"]
    return _histogram(data, f"{title} ({style.currency})" if style.currency else title, "money", style)


def scores(*, data: pd.DataFrame, style: Style) -> TableRows:
    """Which values get which score; hours as days."""
    order = {"recency": 0, "frequency": 1, "monetary": 2}
    rows = data.assign(place=data["metric"].map(order)).sort_values(["place", "currency", "score"], ascending=[True, True, False])
    is_hours = rows["metric"] != "monetary"
    shown = pd.DataFrame(
        {
            "metric": [_metric_title(metric, currency, style) for metric, currency in zip(rows["metric"], rows["currency"], strict=True)],
            "score": rows["score"].to_numpy(),
            "customers": rows["customers"].to_numpy(),
            **{name: rows[name].where(~is_hours, rows[name] / HOURS).round(DIGITS + 1).to_numpy() for name in BOUNDS},
            "fits": rows["fits"].to_numpy(),
            "fitted_on": rows["fitted_on"].to_numpy(),
        }
    )
    titles = {
        "metric": "Value",
        "low": "Smallest",
        "high": "Largest",
        "bound_low": "From",
        "bound_high": "To",
        "fits": "Months behind the bounds",
        "fitted_on": "Newest month",
    }
    return TableRows(shown, titles=titles, wide=("metric",))


def _metric_title(metric: str, currency: str | None, style: Style) -> str:
    named = currency if isinstance(currency, str) else style.currency
    return f"{METRIC_TITLES[metric]} ({named})" if metric == "monetary" and named else METRIC_TITLES[metric]


def _histogram(data: pd.DataFrame, title: str, unit: Unit, style: Style) -> go.Figure:
    """Bars by bin, stacked by score; the last bin is open."""
    fig = base.figure(style, y="Customers", x=title)
    bins = data[["bin", "low", "high"]].drop_duplicates().sort_values("bin")
    ends = {row["bin"]: bin_title(row, unit, style) for row in bins.to_dict("records")}
    for position, score in enumerate(sorted((int(score) for score in data["score"].unique()), reverse=True)):
        part = data[data["score"] == score].sort_values("bin")
        fig.add_bar(
            x=[int(place) for place in part["bin"]],
            y=base.numbers(part["customers"]),
            name=f"Score {score}",
            marker={"color": style.color(position)},
            customdata=[ends[place] for place in part["bin"]],
            hovertemplate=f"<b>%{{customdata}}</b><br>score {score}: %{{y:,.0f}} customers<extra></extra>",
        )
    ticks = bins.iloc[:: max(1, len(bins) // 6)]
    fig.update_xaxes(tickvals=[int(place) for place in ticks["bin"]], ticktext=[_short(low, unit, style) for low in ticks["low"]])
    fig.update_layout(barmode="stack", bargap=0.06, hovermode="closest")
    return fig


def bin_title(row: dict[str, Any], unit: Unit, style: Style) -> str:
    low = _short(row["low"], unit, style)
    after = "" if unit == "money" else " days"
    return f"{low}{after} or more" if pd.isna(row["high"]) else f"{low} to below {_short(row['high'], unit, style)}{after}"


def _short(value: float, unit: Unit, style: Style) -> str:
    if unit == "money":
        return money(value, style.currency, style.locale, is_short=True)
    return number(value, 0 if value == int(value) else 2, style.locale)


def _days(hours: pd.Series) -> pd.Series:
    return (pd.to_numeric(hours) / HOURS).round(DIGITS)
