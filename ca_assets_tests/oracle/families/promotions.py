"""docs/contract, section 7 for one view: rows as tuples in the order of the columns. Promoted = has a promotion_id."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from ca_assets_tests.oracle.families.toplist import NONE, ranked, rows_of
from ca_assets_tests.oracle.figures import rate, ratio, total
from ca_assets_tests.oracle.rows import Record
from ca_assets_tests.oracle.world import View

Rows = list[tuple[Any, ...]]
DAILY_PROMOTIONS = 10


def _rows_with_orders(view: View, shown: int) -> list[tuple[str, list[Record]]]:
    """The organic row, the first promotions, the others: each with its orders."""
    orders: defaultdict[str | None, list[Record]] = defaultdict(list)
    for order in view.orders:
        orders[order["promotion_id"]].append(order)
    promoted = {name: {(order["id"], order["client"]) for order in members} for name, members in orders.items() if name is not None}
    rows = rows_of(ranked(promoted), shown)
    return [(NONE, orders[None])] + [(row, [order for name in names for order in orders[name]]) for row, names in rows]


def summary(view: View) -> Rows:
    """`summary`."""
    return [(row, *_figures(view, orders)) for row, orders in _rows_with_orders(view, view.shop.top)]


def _figures(view: View, orders: list[Record]) -> tuple[Any, ...]:
    assert view.first_orders is not None
    clients = [order["client"] for order in orders if order["client"] is not None]
    count, of_clients, customers = len(orders), len(clients), len(set(clients))
    revenue, discount = _money(view, orders)
    first = sum(order["id"] in view.first_orders for order in orders)
    shares = (first, *rate(first, of_clients), ratio(of_clients, customers))
    return count, of_clients, customers, revenue, discount, ratio(revenue, count), *shares


def _money(view: View, orders: list[Record]) -> tuple[float | None, float | None]:
    """revenue and discount; null in a scope of several currencies."""
    if view.mixed:
        return None, None
    return total(order["payment_amount"] for order in orders), total(order["discount_amount"] for order in orders)


def daily_share(view: View) -> Rows:
    """`daily_share`."""
    days = _by(view.orders, "day")
    return [(day, complete, *_share(days[day])) for day, complete in view.session_periods("daily")]


def hourly_share(view: View) -> Rows:
    """`hourly_share`: the whole session range by hour of day."""
    hours = _by(view.orders, "hour")
    return [(hour, view.session_days, *_share(hours[hour])) for hour in range(24)]


def _share(orders: list[Record]) -> tuple[Any, ...]:
    promoted = sum(order["promotion_id"] is not None for order in orders)
    return len(orders), promoted, len(orders) - promoted, *rate(promoted, len(orders))


def daily_revenue(view: View) -> Rows:
    """`daily_revenue`: the first 10 promotions, the others, and no promotion, on every day."""
    rows: Rows = []
    for row, orders in _rows_with_orders(view, DAILY_PROMOTIONS):
        days: defaultdict[dt.date, list[Record]] = _by(orders, "day")
        rows += [(day, complete, row, len(days[day]), *_money(view, days[day])) for day, complete in view.session_periods("daily")]
    return rows


def _by(orders: list[Record], column: str) -> defaultdict[Any, list[Record]]:
    groups = defaultdict(list)
    for order in orders:
        groups[order[column]].append(order)
    return groups
