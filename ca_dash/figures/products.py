"""Figures and tables of products: what sells, what is bought together, and what its lines add up to. Input: rows of `products/*`."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from ca_dash.choices import MEASURE, text_of
from ca_dash.figures import base, ranked
from ca_dash.format import label, money, number
from ca_dash.states import Missing
from ca_dash.theme import Style

UNITS: dict[str, base.Unit] = {"orders": "count", "units": "count", "line_value": "money"}
LINES = 6
PAIR_TITLES = {"product_a": "Product A", "product_b": "Product B", "confidence_ab": "Confidence A → B", "confidence_ba": "Confidence B → A",
               "orders": "Orders with both", "orders_a": "Orders with A", "orders_b": "Orders with B"}  # fmt: skip


def top_products(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """The ten products with most of the chosen measure."""
    return _top(data, "product", style)


def top_categories(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """The ten categories with most of the chosen measure."""
    return _top(data, "category", style)


def product_table(*, data: pd.DataFrame, style: Style) -> pd.DataFrame:
    """The whole list, names first, as sold."""
    rows = data.assign(rest=data["product"] == ranked.OTHER).sort_values(["rest", "orders"], ascending=[True, False])
    named = rows.assign(product=[_name(p, style) if p == ranked.OTHER else p for p in rows["product"]])
    return named[["product", "product_name", "orders", "units", "line_value", "customers"]]


def pair_table(*, data: pd.DataFrame, style: Style) -> pd.DataFrame:
    """Pairs by lift, with the products' names where they are known."""
    rows = data.sort_values(["lift", "orders"], ascending=False)
    table = pd.DataFrame(
        {
            "product_a": [_name(product, style) for product in rows["product_a"]],
            "product_b": [_name(product, style) for product in rows["product_b"]],
            **{
                name: rows[name].to_numpy()
                for name in ("lift", "orders", "support", "confidence_ab", "confidence_ba", "orders_a", "orders_b")
            },
        }
    )
    table.attrs["titles"] = PAIR_TITLES
    return table


def trend(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """The chosen measure of the best sold products over time; the others are one line."""
    measure = style.choice(MEASURE)
    _need_money(data, measure)
    totals = data[data["product"] != ranked.OTHER].groupby("product")[measure].sum().sort_values(ascending=False, kind="stable")
    best = list(totals.index[:LINES])
    rows = data.assign(line=data["product"].where(data["product"].isin(best), ranked.OTHER))
    rows = rows.groupby(["period", "line"], as_index=False)[measure].sum(min_count=1)
    rows = ranked.by_grain(rows, key="line", columns=[measure], style=style)
    fig = base.figure(style, y=text_of(MEASURE, measure), unit=UNITS[measure])
    lines = [*best, *([ranked.OTHER] if ranked.OTHER in set(rows["line"]) else [])]
    for position, line in enumerate(lines):
        color = style.palette[-1] if line == ranked.OTHER else style.color(position)
        name = ranked.shortened(_name(line, style))
        base.add_series(
            fig,
            data=rows[rows["line"] == line],
            y=measure,
            name=name,
            color=color,
            unit=UNITS[measure],
            style=style,
            is_shown=line != ranked.OTHER,
        )
    base.time_axis(fig, style=style, grain=style.grain, data=rows)
    return fig


def line_value(*, data: pd.DataFrame, style: Style) -> go.Figure:
    """What basket lines add up to, what was paid for the same orders, and the difference as bars."""
    fig = base.figure(style, y="Amount per month", unit="money")
    base.add_bars(
        fig, data=data, y="difference", name="Difference: revenue less line value", color=style.color(1), unit="money", style=style
    )
    for column, name, position in (("line_value", "Line value", 0), ("revenue", "Revenue of the same orders", 2)):
        base.add_series(fig, data=data, y=column, name=name, color=style.color(position), unit="money", style=style)
    base.time_axis(fig, style=style, grain="monthly", data=data)
    covered, orders = data["orders_with_lines"].sum(), data["orders"].sum()
    if covered < orders:
        fig.update_layout(meta={"note": f"{number(orders - covered, 0, style.locale)} orders have no basket lines"})
    return fig


def _top(data: pd.DataFrame, key: str, style: Style) -> go.Figure:
    measure = style.choice(MEASURE)
    _need_money(data, measure)
    rows = data[data[key] != ranked.OTHER].sort_values([measure, "orders", key], ascending=[False, False, True]).head(10)
    names = _names(rows, key, style)
    hovers = [
        f"<b>{base.plain(name)}</b><br>{number(orders, 0, style.locale)} orders, {number(units, 0, style.locale)} units, "
        f"{number(customers, 0, style.locale)} customers<br>line value {money(value, style.currency, style.locale)}"
        for name, orders, units, customers, value in zip(
            names, rows["orders"], rows["units"], rows["customers"], rows["line_value"], strict=True
        )
    ]
    title = "Line value" if measure == "line_value" else text_of(MEASURE, measure)
    return ranked.bars(names=names, values=rows[measure], hovers=hovers, unit=UNITS[measure], title=title, style=style)


def _names(rows: pd.DataFrame, key: str, style: Style) -> Sequence[str]:
    if "product_name" not in rows:
        return [label(value) if value == ranked.NONE else str(value) for value in rows[key]]
    return [_name(product, style) if pd.isna(name) else str(name) for product, name in zip(rows[key], rows["product_name"], strict=True)]


def _name(product: str, style: Style) -> str:
    return label(product) if product == ranked.OTHER else style.names.get(product, str(product))


def _need_money(data: pd.DataFrame, measure: str) -> None:
    if measure == "line_value" and len(data) and data["line_value"].isna().all():
        raise Missing(
            "Several currencies", "Amounts of two currencies are never added up. Choose a currency as the scope, or another measure."
        )
