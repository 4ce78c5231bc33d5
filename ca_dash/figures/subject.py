"""Figures of one product, client, promotion or dimension value. Each also gives the rows that it draws, for the table beside it.

Input: the tables of `analyses.search_terms.specs`. Days are added up to weeks or months where there are many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import plotly.graph_objects as go

from ca_assets.contracts.units import Unit
from ca_dash.figures import base, ranked
from ca_dash.figures.base import Style

MOST_DAYS, MOST_WEEKS = 92, 740
SUMS = ("orders", "revenue", "discount", "all_orders")
PERIODS = {"daily": "day", "weekly": "week", "monthly": "month"}
Drawn = tuple[go.Figure, pd.DataFrame]


def orders(*, data: pd.DataFrame, style: Style) -> Drawn:
    """Orders per period."""
    return _bars(data, style, "orders", "Orders", "count")


def line_value(*, data: pd.DataFrame, style: Style) -> Drawn:
    """Line value of a product per period."""
    return _bars(data, style, "revenue", "Line value", "money")


def revenue(*, data: pd.DataFrame, style: Style) -> Drawn:
    """Revenue per period."""
    return _bars(data, style, "revenue", "Revenue", "money")


def share(*, data: pd.DataFrame, style: Style) -> Drawn:
    """Of the shop's orders those of the subject."""
    rows, style = _by_period(data, style, SUMS)
    rows = rows.assign(share=rows["orders"] / rows["all_orders"].where(rows["all_orders"] > 0))
    fig = base.figure(style, y="Share of all orders", unit="share")
    base.add_series(fig, data=rows, y="share", name="Share", color=style.accent, unit="share", style=style, fill=True)
    base.time_axis(fig, style=style, data=rows)
    fig.update_layout(showlegend=False)
    return fig, rows


def revenue_and_discount(*, data: pd.DataFrame, style: Style) -> Drawn:
    """Revenue and discount per period, as lines."""
    rows, style = _by_period(data, style, SUMS)
    fig = base.figure(style, y="Amount", unit="money")
    for position, (column, name) in enumerate((("revenue", "Revenue"), ("discount", "Discount"))):
        base.add_series(fig, data=rows, y=column, name=name, color=style.color(position), unit="money", style=style, position=position)
    base.time_axis(fig, style=style, data=rows)
    return fig, rows


def customers(*, data: pd.DataFrame, style: Style) -> Drawn:
    """Customers of a day; over longer periods the mean of the days, as a customer may come on several."""
    grain = _grain(data)
    if grain == "daily":
        return _bars(data, style, "customers", "Customers", "count")
    rows, style = _by_period(data.assign(days=1.0), style, ("customers", "days"))
    rows = rows.assign(customers=rows["customers"] / rows["days"])
    fig = base.figure(style, y="Customers per day", unit="ratio")
    base.add_bars(fig, data=rows, y="customers", name="Customers per day", color=style.accent, unit="ratio", style=style)
    base.time_axis(fig, style=style, data=rows)
    return fig, rows


def related(*, data: pd.DataFrame, style: Style) -> Drawn:
    """Products by the number of orders that they are in."""
    rows = data.head(10)
    named = rows["product_name"].where(rows["product_name"].notna(), rows["product"])
    names = [str(name) for name in named]
    values = base.texts(rows["line_value"], "money", style)
    hovers = [
        f"<b>{base.plain(name)}</b> ({base.plain(str(id_))})<br>{int(count):,} orders, {value}"
        for name, id_, count, value in zip(names, rows["product"], rows["orders"], values, strict=True)
    ]
    fig = ranked.bars(names=names, values=rows["orders"], hovers=hovers, unit="count", title="Orders", style=style)
    return fig, data[::-1]  # tables show the last first


def _bars(data: pd.DataFrame, style: Style, column: str, name: str, unit: Unit) -> Drawn:
    rows, style = _by_period(data, style, SUMS)
    fig = base.figure(style, y=f"{name} per {PERIODS[style.grain]}", unit=unit)
    base.add_bars(fig, data=rows, y=column, name=name, color=style.accent, unit=unit, style=style)
    base.time_axis(fig, style=style, data=rows)
    fig.update_layout(showlegend=False)
    return fig, rows


def _grain(data: pd.DataFrame) -> str:
    return "daily" if len(data) <= MOST_DAYS else "weekly" if len(data) <= MOST_WEEKS else "monthly"


def _by_period(data: pd.DataFrame, style: Style, columns: Sequence[str]) -> tuple[pd.DataFrame, Style]:
    """The days added up to the periods that are drawn, and the style that says so."""
    style = replace(style, grain=_grain(data))  # type: ignore[arg-type]
    return ranked.by_grain(data, columns=columns, style=style), style
