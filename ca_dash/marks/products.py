"""What the marks of products, categories and pairs stand for: the orders with them, and who placed these.

The row of all other products together has no list: which they are depends on the days and the filter.
"""

from __future__ import annotations

import pandas as pd

from ca_assets.contracts.reserved import OTHER
from ca_dash.figures import ranked
from ca_dash.figures.base import Style
from ca_dash.figures.products import LINES, MEASURE, TOP
from ca_dash.format import RESERVED
from ca_dash.marks.mark import Behind, Mark, Shown, axis_day, period_days, period_label


def top(key: str) -> Behind:
    """Orders with each of the first products or categories, by the place of its bar."""

    def marks(data: pd.DataFrame, shown: Shown) -> list[Mark]:
        """Of the rows that the chart draws."""
        measure, style = MEASURE.value_in(shown.style.choices), shown.style
        rows = data[data[key] != OTHER].sort_values([measure, "orders", key], ascending=[False, False, True]).head(TOP)
        return [
            shown.of_window(Mark(str(place), _name(row[key], style), "product_orders", int(row["orders"]), {key: row[key]}))
            for place, row in enumerate(rows.to_dict("records"))
        ]

    return Behind(("orders",), marks)


def listed(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Orders and customers of each product of the table."""
    rows = data[data["product"] != OTHER].sort_values("orders", ascending=False).to_dict("records")
    return [
        shown.of_window(
            Mark(
                f"{row['product']} {column}",
                f"{_name(row['product'], shown.style)}, {column}",
                members,
                int(row[column]),
                {"product": row["product"]},
            )
        )
        for row in rows
        for members, column in (("product_orders", "orders"), ("product_buyers", "customers"))
    ]


def pairs(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Orders with both products of each pair of the table."""
    rows = data.sort_values(["lift", "orders"], ascending=False).to_dict("records")
    return [
        shown.of_window(
            Mark(
                str(place),
                " and ".join(_name(row[side], shown.style) for side in ("product_a", "product_b")),
                "product_orders",
                int(row["orders"]),
                {"product": row["product_a"], "with_product": row["product_b"]},
            )
        )
        for place, row in enumerate(rows)
    ]


def trend(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """Orders with each of the best sold products per period."""
    measure, style = MEASURE.value_in(shown.style.choices), shown.style
    _, lines = ranked.largest(data, key="product", column=measure, count=LINES, style=style)
    rows = ranked.by_grain(data[data["product"].isin(lines)], columns=["orders"], style=style, key="product")
    return [
        Mark(
            axis_day(row["period"]),
            f"{_name(row['product'], style)}, {period_label(row['period'], style.grain, style)}",
            "product_orders",
            int(row["orders"]),
            {"product": row["product"]},
            period_days(row["period"], style.grain, shown.filters),
            ranked.shortened(_name(row["product"], style)),
        )
        for row in rows.to_dict("records")
        if row["product"] != OTHER
    ]


def line_value(data: pd.DataFrame, shown: Shown) -> list[Mark]:
    """The orders of each month that have basket lines; all three figures are of them."""
    style = shown.style
    return [
        Mark(
            axis_day(row["period"]),
            period_label(row["period"], "monthly", style),
            "product_orders",
            int(row["orders_with_lines"]),
            days=period_days(row["period"], "monthly", shown.filters),
        )
        for row in data.to_dict("records")
    ]


def _name(key: str, style: Style) -> str:
    return RESERVED.get(key) or style.names.get(key, key)


TOP_PRODUCTS, TOP_CATEGORIES = top("product"), top("category")
LIST = Behind(("orders", "customers"), listed)
PAIRS = Behind(("orders",), pairs)
TREND = Behind(("orders",), trend)
LINE_VALUE = Behind(("orders",), line_value)
