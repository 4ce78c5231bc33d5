"""Figures and tables of products: what sells, what is bought together, and what its lines add up to. Input: rows of `products/*`."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from ca_assets.contracts.reserved import OTHER
from ca_assets.contracts.units import Unit
from ca_dash.components.states import Missing
from ca_dash.components.table import TableRows
from ca_dash.figures import base, ranked
from ca_dash.figures.base import Style
from ca_dash.filters.url import Choice
from ca_dash.format import RESERVED, is_missing, label, money, number

MEASURE = Choice("measure", "Measure", (("orders", "Orders"), ("units", "Units"), ("line_value", "Line value")))
UNITS: Mapping[str, Unit] = {"orders": "count", "units": "quantity", "line_value": "money"}
LINES = 6
TOP = 10
PAIR = ("product_a", "product_b")
PAIR_FIGURES = ("lift", "orders", "support", "confidence_ab", "confidence_ba", "orders_a", "orders_b")
PAIR_TITLES = {"product_a": "Product A", "product_b": "Product B", "lift": "Times likelier than chance", "support": "Share of orders",
               "confidence_ab": "Of A’s buyers, bought B", "confidence_ba": "Of B’s buyers, bought A",
               "orders": "Orders with both", "orders_a": "Orders with A", "orders_b": "Orders with B"}  # fmt: skip


def top_products(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """The ten products with most of the chosen measure."""
    return _top(data, "product", "product_name", style)


def top_categories(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """The ten categories with most of the chosen measure."""
    return _top(data, "category", None, style)


def product_table(*, data: pd.DataFrame, style: Style) -> TableRows:
    """The whole list, names first, as sold."""
    rows = data.assign(is_rest=data["product"] == OTHER).sort_values(["is_rest", "orders"], ascending=[True, False])
    named = rows.assign(product=[label(product) if product == OTHER else product for product in rows["product"]])
    return TableRows(named[["product", "product_name", "orders", "units", "line_value", "customers"]], wide=("product", "product_name"))


def pair_table(*, data: pd.DataFrame, style: Style) -> TableRows:
    """Pairs by lift, with the products' names where they are known."""
    rows = data.sort_values(["lift", "orders"], ascending=False)
    named = rows.assign(**{column: [_name(product, style) for product in rows[column]] for column in PAIR})
    return TableRows(named[[*PAIR, *PAIR_FIGURES]].reset_index(drop=True), titles=PAIR_TITLES, wide=PAIR)


def trend(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """The chosen measure of the best sold products over time; the others are one line."""
    measure = MEASURE.value_in(style.choices)
    _need_money(data, measure)
    rows, lines = ranked.largest(data, key="product", column=measure, count=LINES, style=style)
    fig = base.figure(style, y=MEASURE.text(measure), unit=UNITS[measure])
    for position, line in enumerate(lines):
        color = style.palette[-1] if line == OTHER else style.color(position)
        name = ranked.shortened(_name(line, style))
        base.add_series(
            fig,
            data=rows[rows["line"] == line],
            y=measure,
            name=name,
            color=color,
            unit=UNITS[measure],
            style=style,
            position=position,
            is_shown=line != OTHER,
        )
    base.time_axis(fig, style=style, data=rows)
    return fig


def line_value(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """What basket lines add up to, what was paid for the same orders, and the difference as bars."""
    fig = base.figure(style, y="Amount per month", unit="money")
    base.add_bars(
        fig, data=data, y="difference", name="Difference: revenue less line value", color=style.color(1), unit="money", style=style
    )
    for column, name, position in (("line_value", "Line value", 0), ("revenue", "Revenue of the same orders", 2)):
        base.add_series(fig, data=data, y=column, name=name, color=style.color(position), unit="money", style=style, position=position)
    base.time_axis(fig, style=style, data=data)
    covered, orders = data["orders_with_lines"].sum(), data["orders"].sum()
    if covered < orders:
        fig.update_layout(meta={"note": f"{number(orders - covered, 0, style.locale)} orders have no basket lines"})
    return fig


def _top(data: pd.DataFrame, key: str, name: str | None, style: Style) -> go.Figure:
    """Bars of the first values of `key`, called by their `name` where it is known."""
    measure = MEASURE.value_in(style.choices)
    _need_money(data, measure)
    rows = data[data[key] != OTHER].sort_values([measure, "orders", key], ascending=[False, False, True]).head(TOP)
    known = rows[name] if name else [None] * len(rows)
    names = [_name(str(value), style) if is_missing(text) else str(text) for value, text in zip(rows[key], known, strict=True)]
    hovers = [
        f"<b>{base.plain(text)}</b><br>{number(orders, 0, style.locale)} orders, {number(units, 0, style.locale)} units, "
        f"{number(customers, 0, style.locale)} customers<br>line value {money(value, style.currency, style.locale)}"
        for text, orders, units, customers, value in zip(
            names, rows["orders"], rows["units"], rows["customers"], rows["line_value"], strict=True
        )
    ]
    return ranked.bars(names=names, values=rows[measure], hovers=hovers, unit=UNITS[measure], title=MEASURE.text(measure), style=style)


def _name(key: str, style: Style) -> str:
    """A product or category for people: its name where one is known."""
    return RESERVED.get(key) or style.names.get(key, key)


def _need_money(data: pd.DataFrame, measure: str) -> None:
    if measure == "line_value" and len(data) and data["line_value"].isna().all():
        raise Missing(
            "Several currencies", "Amounts of two currencies are never added up. Choose a currency as the filter, or another measure."
        )
