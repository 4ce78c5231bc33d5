"""Figures of orders, revenue and its parts by day, week or month. Input: rows of `stats/{daily,weekly,monthly}_*`."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from ca_dash.figures import base
from ca_dash.theme import Style


def orders(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Orders per period."""
    return _bars(data, style, "orders", "Orders", "count")


def revenue(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Revenue (before refunds) per period."""
    return _bars(data, style, "revenue", "Revenue", "money")


def parts(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Net revenue, discount and refunds per period as lines."""
    fig = base.figure(style, y="Amount", unit="money")
    for position, (column, name) in enumerate((("net_revenue", "Net revenue"), ("discount", "Discount"), ("refunds", "Refunds"))):
        base.add_series(fig, data=data, y=column, name=name, color=style.color(position), unit="money", style=style)
    base.time_axis(fig, style=style, grain=style.grain, data=data)
    return fig


def average_amount(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """Mean amount of a week's orders."""
    fig = base.figure(style, y="Average amount per order", unit="money")
    base.add_series(fig, data=data, y="average_amount", name="Average amount", color=style.accent, unit="money", style=style, fill=True)
    base.time_axis(fig, style=style, grain="weekly", data=data)
    fig.update_layout(showlegend=False)
    return fig


def _bars(data: pd.DataFrame, style: Style, column: str, name: str, unit: base.Unit) -> go.Figure:
    fig = base.figure(style, y=name, unit=unit)
    if len(data) > 130:  # bars of less than five pixels shimmer
        base.add_series(fig, data=data, y=column, name=name, color=style.accent, unit=unit, style=style, width=1.6, fill=True)
    else:
        base.add_bars(fig, data=data, y=column, name=name, color=style.accent, unit=unit, style=style)
    base.time_axis(fig, style=style, grain=style.grain, data=data)
    fig.update_layout(showlegend=False)
    return fig
