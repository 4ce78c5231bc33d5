"""Figures of orders, revenue and customers over days, weeks, months, weekdays, hours, and as distributions. Input: rows of `stats/*`."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from ca_assets.contracts.units import Grain, Unit
from ca_dash.figures import base
from ca_dash.figures.base import Style
from ca_dash.format import money

SINGLE_COUNTS = 12
MOST_BARS = 130  # more bars would be less than five pixels wide and shimmer
LABELLED_BINS = 6


def with_week_mean(data: pd.DataFrame, grain: Grain | None) -> pd.DataFrame:
    """A daily report with the mean of the seven days up to each day (before it is cut to a range), null in the first six; others as they
    are.
    """
    if grain != "daily":
        return data
    columns = [name for name in ("orders", "revenue") if name in data]
    data = data.sort_values("period")
    return data.assign(**{f"{name}_mean": pd.to_numeric(data[name]).rolling(7).mean() for name in columns})


def orders_over_time(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Orders per day as quiet bars under their 7-day mean, or per week or month."""
    return _daily(data, style, "orders", "Orders", "count") if style.grain == "daily" else orders(data=data, style=style)


def revenue_over_time(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Revenue per day as quiet bars under its 7-day mean, or per week or month."""
    return _daily(data, style, "revenue", "Revenue", "money") if style.grain == "daily" else revenue(data=data, style=style)


def orders(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Orders per period."""
    return _per_period(data, style, "orders", "Orders", "count")


def revenue(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Revenue (before refunds) per period."""
    return _per_period(data, style, "revenue", "Revenue", "money")


def revenue_parts(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Net revenue, discount and refunds per period as lines."""
    fig = base.figure(style, y="Amount", unit="money")
    for position, (column, name) in enumerate((("net_revenue", "Net revenue"), ("discount", "Discount"), ("refunds", "Refunds"))):
        base.add_series(fig, data=data, y=column, name=name, color=style.color(position), unit="money", style=style, position=position)
    base.time_axis(fig, style=style, data=data)
    return fig


def average_amount(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Mean amount of a period's orders."""
    fig = base.figure(style, y="Average amount per order", unit="money")
    base.add_series(fig, data=data, y="average_amount", name="Average amount", color=style.accent, unit="money", style=style, fill=True)
    base.time_axis(fig, style=style, data=data)
    fig.update_layout(showlegend=False)
    return fig


def weekdays(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Mean orders per weekday over the days of the range."""
    rows = data.assign(weekday=pd.to_datetime(data["period"]).dt.dayofweek).groupby("weekday")["orders"].mean().reset_index()
    rows = rows.sort_values("weekday", key=lambda days: (days - style.week_start) % 7)
    fig = base.figure(style, y="Orders per day")
    short, titles = ([names[day] for day in rows["weekday"]] for names in (style.locale.short_weekdays, style.locale.weekdays))
    base.add_columns(fig, x=short, data=rows, y="orders", color=style.accent, unit="ratio", style=style, titles=titles)
    return fig


def hourly_orders(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Orders per hour of day, averaged over the days of the window."""
    return _hourly(data, style, "orders_per_day", "Orders per day", "ratio")


def hourly_revenue(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Revenue per hour of day, averaged over the days of the window."""
    return _hourly(data, style, "revenue_per_day", "Revenue per day", "money")


def payment_amounts(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Customers by the average amount of their orders; the last bin is open and drawn apart."""
    rows = data.sort_values("bin")
    fig = base.figure(style, y="Customers", x=f"Average order amount ({style.currency})" if style.currency else "Average order amount")
    titles = []
    for low, high in zip(rows["amount_low"], rows["amount_high"], strict=True):
        first, end = money(low, style.currency, style.locale), money(high, style.currency, style.locale)
        titles.append(f"{first} or more" if pd.isna(high) else f"{first} to below {end}")
    base.add_columns(fig, x=list(range(len(rows))), data=rows, y="customers", color=style.accent, unit="count", style=style, titles=titles)
    is_open = rows["amount_high"].isna()
    fig.update_traces(marker={"color": [style.palette[-1] if flag else style.accent for flag in is_open]})
    lows = [money(low, style.currency, style.locale, is_short=True) for low in rows["amount_low"]]
    step = max(1, len(rows) // LABELLED_BINS)
    ticks = list(range(0, len(rows) - max(2, step // 2 + 1), step))  # the last bin has a label of its own and keeps room for it
    marks = [(tick - 0.5, lows[tick]) for tick in ticks] + [(len(rows) - 1, f"> {lows[-1]}")]
    fig.update_xaxes(tickvals=[place for place, _ in marks], ticktext=[text for _, text in marks])
    fig.update_layout(bargap=0.06)
    return fig


def orders_per_customer(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Customers with exactly k orders; from 12 on together."""
    counts = data.assign(group=data["orders"].clip(upper=SINGLE_COUNTS)).groupby("group")["customers"].sum()
    rows = counts.reindex(range(1, int(counts.index.max()) + 1), fill_value=0).rename_axis("group").reset_index()
    fig = base.figure(style, y="Customers", x="Orders")
    names = [f"{count} or more" if count == SINGLE_COUNTS else str(count) for count in rows["group"]]
    titles = [f"{name} order{'' if name == '1' else 's'}" for name in names]
    labels = [f"{SINGLE_COUNTS}+" if count == SINGLE_COUNTS else str(count) for count in rows["group"]]
    base.add_columns(fig, x=labels, data=rows, y="customers", color=style.accent, unit="count", style=style, titles=titles)
    fig.update_xaxes(type="category", dtick=1, nticks=None)
    return fig


def sessions_per_customer(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Sessions per customer with a session in the period."""
    name = "Sessions per customer"
    fig = base.figure(style, y=name)
    base.add_series(fig, data=data, y="sessions_per_customer", name=name, color=style.accent, unit="ratio", style=style)
    base.time_axis(fig, style=style, data=data)
    fig.update_layout(showlegend=False)
    return fig


def orders_per_active_customer(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Orders per customer with a session, and per customer with an order, in the period."""
    fig = base.figure(style, y="Orders per customer")
    for position, (column, name) in enumerate((("orders_per_buyer", "per buyer"), ("orders_per_customer", "per visitor"))):
        base.add_series(fig, data=data, y=column, name=name, color=style.color(position), unit="ratio", style=style, position=position)
    base.time_axis(fig, style=style, data=data)
    return fig


def _daily(data: pd.DataFrame, style: Style, column: str, name: str, unit: Unit) -> go.Figure:
    fig = base.figure(style, y=f"{name} per day", unit=unit)
    text, x = base.hover(unit, style), base.days(data["period"])
    quiet = {"color": style.tint(style.accent, 0.32), "cornerradius": 2}
    fig.add_bar(x=x, y=base.numbers(data[column]), name=name, marker=quiet, hovertemplate=text)
    fig.add_scatter(
        x=x,
        y=base.numbers(data[f"{column}_mean"]),
        name="7-day mean",
        mode="lines",
        line={"color": style.accent, "width": 2.4},
        hovertemplate=base.hover("ratio", style) if unit == "count" else text,
    )
    base.time_axis(fig, style=style, data=data)
    return fig


def _per_period(data: pd.DataFrame, style: Style, column: str, name: str, unit: Unit) -> go.Figure:
    fig = base.figure(style, y=name, unit=unit)
    if len(data) > MOST_BARS:
        base.add_series(fig, data=data, y=column, name=name, color=style.accent, unit=unit, style=style, width=1.6, fill=True)
    else:
        base.add_bars(fig, data=data, y=column, name=name, color=style.accent, unit=unit, style=style)
    base.time_axis(fig, style=style, data=data)
    fig.update_layout(showlegend=False)
    return fig


def _hourly(data: pd.DataFrame, style: Style, column: str, name: str, unit: Unit) -> go.Figure:
    rows = data.sort_values("hour")
    fig = base.figure(style, y=name, unit=unit)
    titles = [f"{hour:02d}:00–{(hour + 1) % 24:02d}:00" for hour in rows["hour"]]
    base.add_columns(fig, x=[int(h) for h in rows["hour"]], data=rows, y=column, color=style.accent, unit=unit, style=style, titles=titles)
    base.hour_axis(fig)
    return fig
