"""docs/contract, section 5 for one view: rows as tuples in the order of the columns."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any

from ca_assets_tests.oracle.clock import DAY
from ca_assets_tests.oracle.figures import quantile, ratio, total
from ca_assets_tests.oracle.rows import Record
from ca_assets_tests.oracle.world import View

Rows = list[tuple[Any, ...]]
MICRO = Decimal("0.000001")


def orders_series(view: View, grain: str) -> Rows:
    """`daily|weekly|monthly_orders`."""
    counts = Counter(view.clock.first_day(order["day"], grain) for order in view.orders)
    return [(period, complete, counts[period]) for period, complete in view.session_periods(grain)]


def revenue_series(view: View, grain: str) -> Rows:
    """`daily|weekly|monthly_revenue`."""
    paid, refunded = defaultdict(list), defaultdict(list)
    for order in view.orders:
        paid[view.clock.first_day(order["day"], grain)].append(order)
        if view.known(order["refunded_at"]):
            refunded[view.clock.first_day(view.clock.day(order["refunded_at"]), grain)].append(order)
    return [(period, complete, *_money(view, paid[period], refunded[period])) for period, complete in view.session_periods(grain)]


def _money(view: View, paid: list[Record], refunded: list[Record]) -> tuple[float | None, ...]:
    """revenue, discount, refunds, net_revenue; null in a scope of several currencies."""
    if view.mixed:
        return None, None, None, None
    revenue = total(order["payment_amount"] for order in paid)
    refunds = total(order["refund_amount"] for order in refunded)
    return revenue, total(order["discount_amount"] for order in paid), refunds, revenue - refunds


def hourly_orders(view: View) -> Rows:
    """`hourly_orders`."""
    counts = Counter(order["hour"] for order in view.orders)
    return [(hour, counts[hour], view.session_days, counts[hour] / view.session_days) for hour in range(24)]


def hourly_revenue(view: View) -> Rows:
    """`hourly_revenue`."""
    paid = defaultdict(list)
    for order in view.orders:
        paid[order["hour"]].append(order)
    days = view.session_days
    revenue = {hour: _money(view, paid[hour], [])[0] for hour in range(24)}
    return [(hour, amount, days, ratio(amount, days)) for hour, amount in revenue.items()]


def weekly_sessions_per_customer(view: View) -> Rows:
    """`weekly_sessions_per_customer`."""
    sessions = _by_week(view, _of_clients(view.sessions))
    rows: Rows = []
    for week, complete in view.session_periods("weekly"):
        customers = _clients(sessions[week])
        rows.append((week, complete, len(sessions[week]), customers, ratio(len(sessions[week]), customers)))
    return rows


def weekly_orders_per_customer(view: View) -> Rows:
    """`weekly_orders_per_customer`."""
    sessions, orders = _by_week(view, _of_clients(view.sessions)), _by_week(view, _of_clients(view.orders))
    rows: Rows = []
    for week, complete in view.session_periods("weekly"):
        count, customers, buyers = len(orders[week]), _clients(sessions[week]), _clients(orders[week])
        rows.append((week, complete, count, customers, ratio(count, customers), buyers, ratio(count, buyers)))
    return rows


def weekly_payment_amount(view: View) -> Rows:
    """`weekly_payment_amount`."""
    orders = _by_week(view, view.orders)
    rows: Rows = []
    for week, complete in view.session_periods("weekly"):
        revenue = _money(view, orders[week], [])[0]
        rows.append((week, complete, len(orders[week]), revenue, ratio(revenue, len(orders[week]))))
    return rows


def _by_week(view: View, sessions: list[Record]) -> defaultdict[dt.date, list[Record]]:
    weeks = defaultdict(list)
    for session in sessions:
        weeks[view.clock.first_day(session["day"], "weekly")].append(session)
    return weeks


def _clients(sessions: list[Record]) -> int:
    return len({session["client"] for session in _of_clients(sessions)})


def _of_clients(sessions: list[Record]) -> list[Record]:
    """Those that are not guests'."""
    return [session for session in sessions if session["client"] is not None]


def payment_amount_distribution(view: View) -> Rows:
    """`payment_amount_distribution`: decimal bins."""
    amounts = defaultdict(list)
    for order in _of_clients(view.orders):
        amounts[order["client"]].append(order["payment_amount"])
    if view.mixed or not amounts:
        return []
    means = [total(paid) / len(paid) for paid in amounts.values()]
    lower, upper = quantile(means, 0.25), quantile(means, 0.75)
    assert lower is not None and upper is not None
    high = _rounded(min(max(means), upper + 1.5 * (upper - lower)))
    width = _width(high)
    last = _floor(high / width)
    counts = Counter(min(_floor(_rounded(mean) / width), last + 1) for mean in means)
    rows: Rows = [(i, float(i * width), float((i + 1) * width), counts[i]) for i in range(last + 1)]
    return [*rows, (last + 1, float((last + 1) * width), None, counts[last + 1])]


def _rounded(amount: float) -> Decimal:
    return Decimal(amount).quantize(MICRO, ROUND_HALF_EVEN)


def _floor(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_FLOOR))


def _width(high: Decimal) -> Decimal:
    """The smallest of {1, 2, 2.5, 5} × 10^n, at least 0.01, with 20 widths ≥ high."""
    power = Decimal("0.01")
    while True:
        for digit in ("1", "2", "2.5", "5"):
            if 20 * Decimal(digit) * power >= high:
                return Decimal(digit) * power
        power *= 10


def orders_per_customer(view: View) -> Rows:
    """`orders_per_customer`."""
    orders = Counter(order["client"] for order in _of_clients(view.orders))
    return sorted(Counter(orders.values()).items())


def kpis(view: View) -> Rows:
    """`kpis`: total, the last 7 days, the 7 days before."""
    last_first, previous_first = view.report_date - 6 * DAY, view.report_date - 13 * DAY
    days = (view.report_date - view.session_first).days + 1  # dates, also of days that never were
    whole = _metrics(view, lambda day: True)
    last = _metrics(view, lambda day: day >= last_first)
    previous = _metrics(view, lambda day: previous_first <= day < last_first)
    rows: Rows = []
    for metric in ("orders", "revenue", "visitors", "discount", "buyers", "refunds", "net_revenue"):
        now = last[metric] if days >= 7 else None
        before = previous[metric] if days >= 14 else None
        growth = ratio(now, before)
        rows.append((metric, whole[metric], now, before, None if growth is None else growth - 1))
    return rows


def _metrics(view: View, inside: Callable[[dt.date], bool]) -> dict[str, float | None]:
    sessions = [session for session in view.sessions if inside(session["day"])]
    orders = [order for order in view.orders if inside(order["day"])]
    refunded = [order for order in view.orders if view.known(order["refunded_at"]) and inside(view.clock.day(order["refunded_at"]))]
    revenue, discount, refunds, net_revenue = _money(view, orders, refunded)
    counts = {"orders": len(orders), "visitors": _clients(sessions), "buyers": _clients(orders)}
    return {**counts, "revenue": revenue, "discount": discount, "refunds": refunds, "net_revenue": net_revenue}
