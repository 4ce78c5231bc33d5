"""docs/contract, section 11: the reports of one scope and the table of the shop, as tuples in the order of the columns."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from fractions import Fraction
from typing import Any

from ca_assets_tests.oracle.clock import DAY
from ca_assets_tests.oracle.families.segments import ORDER, Buyer, Scored, md5, shop_segments
from ca_assets_tests.oracle.figures import ratio, total
from ca_assets_tests.oracle.rows import Record
from ca_assets_tests.oracle.world import View

Rows = list[tuple[Any, ...]]
NEW = "__new__"


def table(view: View) -> Rows:
    """`rfm_segments`."""
    rows: Rows = []
    for buyer, scores in _scored(view):
        money = (buyer.monetary, buyer.orders, buyer.order_days, buyer.revenue, buyer.first_order, buyer.last_order)
        three = (scores.recency, scores.frequency, scores.monetary, scores.segment)
        rows.append((buyer.client, buyer.currency, buyer.recency, buyer.frequency, *money, *three))
    return rows


def points(view: View) -> Rows:
    """`rfm/points`."""
    rows: Rows = []
    for buyer, scores in sorted(_scored(view), key=lambda pair: md5(pair[0].client))[:2000]:
        values = (buyer.recency, buyer.frequency, buyer.monetary)
        rows.append((buyer.client, buyer.currency, *values, scores.recency, scores.frequency, scores.monetary, scores.segment))
    return rows


def _is_refused(view: View) -> bool:
    return not shop_segments(view).is_fitted(view.report_date)


def _scored(view: View) -> list[tuple[Buyer, Scored]]:
    """The scope's buyers with what they are in the shop; none when refused."""
    if _is_refused(view):
        return []
    segments, day = shop_segments(view), view.report_date
    scored = segments.scored(day, segments.bounds(day))
    return [(segments.buyers(day)[client], scored[client]) for client in view.orders_of]


def _currency(view: View) -> str | None:
    """The one currency of a scope's orders."""
    names = {order["currency"] for order in view.orders if order["currency"] is not None}
    return names.pop() if len(names) == 1 else None


def summary(view: View) -> Rows:
    """`segmentation/summary`."""
    if _is_refused(view):
        return []
    members, rows = defaultdict(list), Rows()
    for buyer, scores in _scored(view):
        members[scores.segment].append(buyer)
    everybody = len(view.orders_of)
    revenue_of_all = _revenue([order for orders in view.orders_of.values() for order in orders])
    for place, name in enumerate(ORDER, start=1):
        buyers = members[name]
        orders = [order for buyer in buyers for order in view.orders_of[buyer.client]]
        revenue = None if view.mixed else _revenue(orders)
        averages = [
            _mean([buyer.recency for buyer in buyers]),
            _mean([buyer.frequency for buyer in buyers]),
            None if view.mixed else _mean([buyer.monetary for buyer in buyers if buyer.currency == _currency(view)]),
        ]
        share = ratio(len(buyers), everybody) if buyers else None
        revenue_share = ratio(revenue, revenue_of_all) if buyers else None
        rows.append((name, place, len(buyers), share, len(orders), revenue, revenue_share, *averages))
    return rows


def _revenue(orders: list[Record]) -> float:
    return total(order["payment_amount"] for order in orders)


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return ratio(total(known), len(known))


def scores(view: View) -> Rows:
    """`segmentation/scores`."""
    if _is_refused(view):
        return []
    members, rows = _scored(view), Rows()
    for (metric, currency), bounds in shop_segments(view).bounds(view.report_date).items():
        chosen = [(buyer, s) for buyer, s in members if currency is None or buyer.currency == currency]
        if metric == "monetary" and not chosen:
            continue
        clusters = len(bounds.bounds) + 1
        edges = [None, *bounds.bounds, None]
        for i in range(clusters):
            place = 5 - (clusters - 1 - i if metric == "monetary" else i)
            values = [v for buyer, s in chosen if getattr(s, metric) == place and (v := buyer.value(metric)) is not None]
            extremes = (min(values), max(values)) if values else (None, None)
            rows.append((metric, currency, place, len(values), *extremes, edges[i], edges[i + 1], bounds.fits, bounds.fitted_on))
    single = sum(buyer.order_days == 1 for buyer, _ in members)
    return [*rows, ("frequency", None, 0, single, None, None, None, None, None, None)]


def histogram(view: View, metric: str) -> Rows:
    """`segmentation/recency`, `frequency`, `monetary`: all figures are exact fractions of a millionth."""
    pairs = []
    for buyer, scored in _scored(view):
        value = buyer.value(metric)
        if value is None or (metric == "monetary" and (view.mixed or buyer.currency != _currency(view))):
            continue
        pairs.append((Fraction(round(value * 10**6)) / (1 if metric == "monetary" else 24), getattr(scored, metric)))
    if not pairs:
        return []
    x = sorted(value for value, _ in pairs)
    lower, upper = _quantile(x, Fraction(1, 4)), _quantile(x, Fraction(3, 4))
    fence = round(min(x[-1], upper + (upper - lower) * 3 / 2))
    width = _width(fence)
    last = fence // width + 1
    counts = Counter((min(round(value) // width, last), place) for value, place in pairs)
    return [
        (number, number * width / 10**6, None if number == last else (number + 1) * width / 10**6, place, customers)
        for (number, place), customers in counts.items()
    ]


def _quantile(ordered: list[Fraction], share: Fraction) -> Fraction:
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _width(fence: int) -> int:
    """In millionths: the smallest of {1, 2, 2.5, 5} × 10^n, at least 0.01, of which 20 reach the fence."""
    power = 10_000
    while True:
        for width in (power, 2 * power, 5 * power // 2, 5 * power):
            if 20 * width >= fence:
                return width
        power *= 10


def migration_monthly(view: View) -> Rows:
    """`segmentation/migration_monthly`."""
    if _is_refused(view):
        return []
    segments, rows = shop_segments(view), Rows()
    for period, complete in view.session_periods("monthly")[-13:]:
        before = period - DAY
        if not segments.is_fitted(before):
            continue
        end = min(view.clock.next_first_day(period, "monthly") - DAY, view.report_date)
        rows += [(period, complete, *row) for row in _moves(view, period, before, end)]
    return rows


def _moves(view: View, period: dt.date, before: dt.date, end: dt.date) -> Rows:
    segments = shop_segments(view)
    old, new = segments.bounds(before), segments.bounds(end)
    origin, target, still = segments.scored(before, old), segments.scored(end, new), segments.scored(end, new | old)
    moved: dict[tuple[str, str], list[str]] = defaultdict(list)
    for client, orders in view.orders_of.items():
        if orders[0]["session_start_date"] < segments.end(end):
            moved[origin[client].segment if client in origin else NEW, target[client].segment].append(client)
    spans = ((view.clock.first_day(before, "monthly"), before), (period, end))
    rows: Rows = []
    for (name, other), clients in moved.items():
        by_boundary = sum(name != other and still[client].segment == name for client in clients)
        revenue = [None if view.mixed else _revenue(_between(view, clients, first, last)) for first, last in spans]
        rows.append((name, other, len(clients), by_boundary, *revenue))
    return rows


def _between(view: View, clients: list[str], first: dt.date, last: dt.date) -> list[Record]:
    return [order for client in clients for order in view.orders_of[client] if first <= order["day"] <= last]
