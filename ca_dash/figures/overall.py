"""Figures of orders and revenue over days, weeks, months, weekdays and hours. Input: rows of `stats/*`."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from ca_dash.figures import base
from ca_dash.format import weekday_number
from ca_dash.theme import Style


def with_week_mean(data: pd.DataFrame) -> pd.DataFrame:
    """A daily report with the mean of the seven days up to each day (before it is cut to a range); null in the first six."""
    columns = [c for c in ("orders", "revenue") if c in data]
    data = data.sort_values("period")
    return data.assign(**{f"{c}_mean": pd.to_numeric(data[c]).rolling(7).mean() for c in columns})


def daily_orders(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Orders per day as quiet bars under their 7-day mean."""
    return _daily(data, style, "orders", "Orders", "count")


def daily_revenue(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Revenue per day as quiet bars under its 7-day mean."""
    return _daily(data, style, "revenue", "Revenue", "money")


def weekdays(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Mean orders per weekday over the days of the range."""
    rows = data.assign(weekday=pd.to_datetime(data["period"]).dt.dayofweek).groupby("weekday")["orders"].mean().reset_index()
    first = weekday_number(style.week_start)
    rows = rows.sort_values("weekday", key=lambda days: (days - first) % 7)
    fig = base.figure(style, y="Orders per day", unit="decimal")
    short, titles = ([names[position] for position in rows["weekday"]] for names in (style.locale.short_weekdays, style.locale.weekdays))
    base.add_columns(fig, x=short, data=rows, y="orders", color=style.accent, unit="decimal", style=style, titles=titles)
    return fig


def hourly_orders(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Orders per hour of day, averaged over the days of the window."""
    return _hourly(data, style, "orders_per_day", "Orders per day", "decimal")


def hourly_revenue(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Revenue per hour of day, averaged over the days of the window."""
    return _hourly(data, style, "revenue_per_day", "Revenue per day", "money")


def _daily(data: pd.DataFrame, style: Style, column: str, name: str, unit: base.Unit) -> go.Figure:
    fig = base.figure(style, y=f"{name} per day", unit=unit)
    text = base.hover(unit, style)
    x = base.days(data["period"])
    fig.add_bar(
        x=x,
        y=base.numbers(data[column]),
        name=name,
        marker={"color": style.tint(style.accent, 0.32), "cornerradius": 2},
        hovertemplate=text,
    )
    mean_text = base.hover("decimal", style) if unit == "count" else text
    fig.add_scatter(
        x=x,
        y=base.numbers(data[f"{column}_mean"]),
        name="7-day mean",
        mode="lines",
        line={"color": style.accent, "width": 2.4},
        hovertemplate=mean_text,
    )
    base.time_axis(fig, style=style, grain="daily", data=data)
    return fig


def _hourly(data: pd.DataFrame, style: Style, column: str, name: str, unit: base.Unit) -> go.Figure:
    rows = data.sort_values("hour")
    fig = base.figure(style, y=name, unit=unit)
    titles = [f"{hour:02d}:00–{(hour + 1) % 24:02d}:00" for hour in rows["hour"]]
    base.add_columns(fig, x=[int(h) for h in rows["hour"]], data=rows, y=column, color=style.accent, unit=unit, style=style, titles=titles)
    base.hour_axis(fig)
    return fig
