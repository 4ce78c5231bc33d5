"""docs/contract, section 6 for one view: rows as tuples in the order of the columns. Lines are those of purchased sessions."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import combinations
from typing import Any

from ca_assets_tests.oracle.families.toplist import OTHER, customers, ranked, rows_of
from ca_assets_tests.oracle.figures import total
from ca_assets_tests.oracle.rows import Record
from ca_assets_tests.oracle.world import View

Rows = list[tuple[Any, ...]]
Sold = list[tuple[Record, Record]]  # (order, line)
DAILY_PRODUCTS = 10
MOST_PAIRS = 1000


def top_products(view: View) -> Rows:
    """`top_products`."""
    groups = _groups(view, "product")
    names = ranked(_members(groups))
    return [
        (row, _name_of(groups[row]) if row != OTHER else None, *_figures(view, _all(groups, inside), True))
        for row, inside in rows_of(names, view.shop.top)
    ]


def top_categories(view: View) -> Rows:
    """`top_categories`."""
    groups = _groups(view, "category")
    names = ranked(_members(groups))
    return [(row, *_figures(view, _all(groups, inside), True)) for row, inside in rows_of(names, view.shop.top)]


def daily_products(view: View) -> Rows:
    """`daily_products`: the first 10 products and the others, on every day."""
    groups = _groups(view, "product")
    rows: Rows = []
    for row, inside in rows_of(ranked(_members(groups)), DAILY_PRODUCTS):
        days: defaultdict[dt.date, Sold] = defaultdict(list)
        for order, line in _all(groups, inside):
            days[order["day"]].append((order, line))
        rows += [(day, complete, row, *_figures(view, days[day], False)) for day, complete in view.session_periods("daily")]
    return rows


def _groups(view: View, column: str) -> dict[str, Sold]:
    """Product (category) → its lines with their orders."""
    groups = defaultdict(list)
    for order in view.orders:
        for line in view.lines_of.get(order["id"], []):
            groups[line[column]].append((order, line))
    return dict(groups)


def _members(groups: dict[str, Sold]) -> dict[str, set[tuple[str, str]]]:
    return {name: {(order["id"], order["client"]) for order, _ in sold} for name, sold in groups.items()}


def _all(groups: dict[str, Sold], names: Iterable[str]) -> Sold:
    return [pair for name in names for pair in groups[name]]


def _name_of(sold: Sold) -> str | None:
    named = [(order["session_start_date"], line["product_name"]) for order, line in sold if line["product_name"] is not None]
    newest = max((moment for moment, _ in named), default=None)
    return min((name for moment, name in named if moment == newest), default=None)


def _figures(view: View, sold: Sold, with_customers: bool) -> tuple[Any, ...]:
    """orders, units, line_value, and customers."""
    orders = {(order["id"], order["client"]) for order, _ in sold}
    figures = (len(orders), total(line["quantity"] for _, line in sold), _line_value(view, (line for _, line in sold)))
    return (*figures, customers(orders)) if with_customers else figures


def _line_value(view: View, lines: Iterable[Record]) -> float | None:
    return None if view.mixed else total(line["price"] * line["quantity"] for line in lines)


def product_pairs(view: View) -> Rows:
    """`product_pairs`: the first 1,000 by lift; a pair can only be frequent when both of its products are."""
    baskets = [{line["product"] for line in lines} for order in view.orders if (lines := view.lines_of.get(order["id"]))]
    single = Counter(product for basket in baskets for product in basket)

    def frequent(orders: int) -> bool:
        return orders >= view.shop.pair_orders and 1000 * orders >= len(baskets)

    pairs: Counter[tuple[str, str]] = Counter()
    for basket in baskets:
        pairs.update(combinations(sorted(product for product in basket if frequent(single[product])), 2))
    rows = [_pair(a, b, orders, single, len(baskets)) for (a, b), orders in pairs.items() if frequent(orders)]
    return sorted(rows, key=lambda row: (-row[-1], -row[2], row[0], row[1]))[:MOST_PAIRS]


def _pair(a: str, b: str, orders: int, single: Counter[str], baskets: int) -> tuple[Any, ...]:
    lift = (orders * baskets) / (single[a] * single[b])
    return a, b, orders, single[a], single[b], baskets, orders / baskets, orders / single[a], orders / single[b], lift


def line_value_monthly(view: View) -> Rows:
    """`line_value_monthly`: what the lines add up to, beside what was paid."""
    months = defaultdict(list)
    for order in view.orders:
        months[view.clock.first_day(order["day"], "monthly")].append(order)
    return [(period, complete, *_month(view, months[period])) for period, complete in view.session_periods("monthly")]


def _month(view: View, orders: list[Record]) -> tuple[Any, ...]:
    with_lines = [order for order in orders if order["id"] in view.lines_of]
    if view.mixed:
        return len(orders), len(with_lines), None, None, None, None
    value = _line_value(view, (line for order in with_lines for line in view.lines_of[order["id"]]))
    assert value is not None
    revenue = total(order["payment_amount"] for order in with_lines)
    return len(orders), len(with_lines), value, revenue, total(order["discount_amount"] for order in with_lines), revenue - value
