"""Figures and the table of promotions: what each brought and cost, and how orders with and without one compare. Input: `promotions/*`."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from ca_assets.analyses.core.intervals import ratio, wilson
from ca_assets.contracts.reserved import NONE, OTHER
from ca_dash.components.states import Missing
from ca_dash.components.table import TableRows
from ca_dash.figures import base, ranked
from ca_dash.figures.base import Style
from ca_dash.format import interval, label, money

ORGANIC = "Organic (no promotion)"
LINES = 5
BARS = 10


def summary(*, data: pd.DataFrame, style: Style) -> TableRows:
    """The table of promotions, organic orders first, with the sum of what adds up as its last row."""
    place = data["promotion_id"].map({NONE: 0, OTHER: 2}).fillna(1)
    rows = data.assign(place=place).sort_values(["place", "orders"], ascending=[True, False])
    lows, highs = rows["first_order_rate_low"], rows["first_order_rate_high"]
    shown = rows[["orders", "customers", "revenue", "discount", "average_amount", "first_orders", "first_order_rate"]].assign(
        interval=[interval(low, high, style.locale) for low, high in zip(lows, highs, strict=True)],
        orders_per_customer=rows["orders_per_customer"],
    )
    shown.insert(0, "promotion", [promotion_name(promotion) for promotion in rows["promotion_id"]])
    sums = shown[["orders", "revenue", "discount", "first_orders"]].sum(min_count=1)
    return TableRows(
        shown,
        titles={"first_order_rate": "Share of first orders", "interval": "95% interval"},
        wide=("promotion",),
        total={"promotion": "All orders", **{name: None if pd.isna(value) else float(value) for name, value in sums.items()}},
    )


def daily_orders(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Promoted and organic orders per day, week or month."""
    rows = ranked.by_grain(data, columns=["organic_orders", "promoted_orders"], style=style)
    fig = base.figure(style, y="Orders")
    for column, name, position in (("organic_orders", "Organic", 0), ("promoted_orders", "With a promotion", 1)):
        base.add_bars(fig, data=rows, y=column, name=name, color=style.color(position), unit="count", style=style)
    fig.update_layout(barmode="stack", legend={"traceorder": "normal"}, bargap=0.12 if len(rows) > 60 else 0.28)
    base.time_axis(fig, style=style, data=rows)
    return fig


def daily_rate(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Share of each day's, week's or month's orders that had a promotion, with its 95% interval."""
    fig = base.figure(style, y="Share of orders", unit="rate")
    name = "With a promotion"
    of_orders = base.Share("promoted_orders", "orders", "promoted_rate_low", "promoted_rate_high")
    rows = ranked.by_grain(data, columns=["promoted_orders", "orders"], style=style)
    low, high = wilson(rows["promoted_orders"].to_numpy(float), rows["orders"].to_numpy(float))
    rate = ratio(rows["promoted_orders"].to_numpy(float), rows["orders"].to_numpy(float))
    data = rows.assign(promoted_rate=rate, promoted_rate_low=low, promoted_rate_high=high)
    base.add_band(fig, data=data, low="promoted_rate_low", high="promoted_rate_high", color=style.color(1), name=name, style=style)
    base.add_series(
        fig, data=data, y="promoted_rate", name=name, color=style.color(1), unit="rate", style=style, width=1.6, share=of_orders
    )
    base.time_axis(fig, style=style, data=data)
    fig.update_layout(showlegend=False)
    return fig


def hourly_orders(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Promoted and organic orders by hour of day, per day of the window."""
    rows = data.sort_values("hour")
    fig = base.figure(style, y="Orders per day")
    hours = [int(hour) for hour in rows["hour"]]
    for column, name, position in (("organic_orders", "Organic", 0), ("promoted_orders", "With a promotion", 1)):
        values = base.numbers(rows[column] / rows["days"])
        fig.add_bar(x=hours, y=values, name=name, marker={"color": style.color(position)}, hovertemplate="%{y:,.2f}")
    fig.update_layout(barmode="stack", legend={"traceorder": "normal"})
    base.hour_axis(fig)
    return fig


def hourly_rate(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Share of promoted orders by hour of day, with its 95% interval as an error bar."""
    rows = data.sort_values("hour")
    fig = base.figure(style, y="Share of orders", unit="rate")
    rates = rows["promoted_rate"].astype(float)
    error = {
        "type": "data",
        "symmetric": False,
        "array": base.numbers(rows["promoted_rate_high"] - rates),
        "arrayminus": base.numbers(rates - rows["promoted_rate_low"]),
        "color": style.tint(style.color(1), 0.55),
        "thickness": 1.5,
        "width": 3,
    }
    fig.add_scatter(
        x=[int(hour) for hour in rows["hour"]],
        y=base.numbers(rates),
        error_y=error,
        mode="markers",
        marker={"color": style.color(1), "size": 8},
        name="With a promotion",
        customdata=rows[["promoted_orders", "orders"]].to_numpy(),
        hovertemplate="%{y:.1%}, %{customdata[0]:,.0f} of %{customdata[1]:,.0f} orders<extra></extra>",
    )
    fig.update_layout(showlegend=False)
    base.hour_axis(fig)
    return fig


def by_promotion(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Revenue and discount of each promotion over the range."""
    sums = data[data["promotion_id"] != NONE].groupby("promotion_id")[["orders", "revenue", "discount"]].sum(min_count=1)
    rows = sums[sums["orders"] > 0].sort_values("revenue", ascending=False).head(BARS)
    if rows.empty:
        raise _no_orders()
    names = [promotion_name(str(promotion)) for promotion in rows.index]
    fig = base.figure(style, y="")
    for column, name, position in (("revenue", "Revenue", 0), ("discount", "Discount", 1)):
        texts = [money(value, style.currency, style.locale) for value in rows[column]]
        hovers = [f"<b>{base.plain(who)}</b><br>{name} {text}<extra></extra>" for who, text in zip(names, texts, strict=True)]
        fig.add_bar(
            x=base.numbers(rows[column]),
            y=list(range(len(names))),
            name=name,
            orientation="h",
            text=[money(value, style.currency, style.locale, is_short=True) for value in rows[column]],
            textposition="outside",
            cliponaxis=False,
            textfont={"size": 11, "color": style.ink},
            marker={"color": style.color(position), "cornerradius": 3},
            hovertemplate=hovers,
        )
    top = max((value or 0 for value in base.numbers(rows["revenue"])), default=0) or 1
    title = f"Amount ({style.currency})" if style.currency else "Amount"
    fig.update_xaxes(range=[0, top * 1.28], showgrid=False, showticklabels=False, showline=False, ticks="", title={"text": title})
    ranked.name_axis(fig, names, style)
    fig.update_layout(barmode="group", hovermode="closest", bargap=0.25, legend={"traceorder": "normal"})
    return fig


def revenue_trend(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Revenue of the largest promotions over time; the others are one line, organic orders are left to the table."""
    return _trend(data, style, "revenue", "Revenue")


def discount_trend(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Discount given with the largest promotions over time; the others are one line."""
    return _trend(data, style, "discount", "Discount")


def promotion_name(promotion: str) -> str:
    """A promotion for people; orders without one are organic."""
    return ORGANIC if promotion == NONE else label(promotion) if promotion == OTHER else promotion


def _trend(data: pd.DataFrame, style: Style, column: str, title: str) -> go.Figure:
    used = data.groupby("promotion_id")["orders"].transform("sum") > 0
    promoted = data[used & (data["promotion_id"] != NONE)]
    if promoted.empty:
        raise _no_orders()
    rows, lines = ranked.largest(promoted, key="promotion_id", column=column, count=LINES, style=style)
    fig = base.figure(style, y=title, unit="money")
    for position, line in enumerate(lines):
        color = style.palette[-1] if line == OTHER else style.color(position)
        name = ranked.shortened(promotion_name(line))
        base.add_series(
            fig, data=rows[rows["line"] == line], y=column, name=name, color=color, unit="money", style=style, position=position
        )
    base.time_axis(fig, style=style, data=rows)
    return fig


def _no_orders() -> Missing:
    return Missing("No promoted orders", "No order of this range had a promotion. Choose a longer range.")
