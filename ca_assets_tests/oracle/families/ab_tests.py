"""docs/contract/models.md, section 14, for one scope: the fixed columns as tuples in their order, `...` where a model decides.

Plain and slow: every window is counted from the client's list of orders, every mean is a fraction.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from fractions import Fraction
from itertools import combinations
from typing import Any

from ca_assets_tests.oracle.clock import DAY
from ca_assets_tests.oracle.families.segments import ORDER, shop_segments
from ca_assets_tests.oracle.rows import Record
from ca_assets_tests.oracle.world import View

Rows = list[tuple[Any, ...]]
METRICS = ("orders", "amount")
COMPARED = 20
LIFT, POWER = Fraction(3, 10), Fraction(785, 100)


def label_orders(view: View, kind: str) -> dict[str, list[Record]]:
    """Label → its orders by clients, of the first `top` labels in their order."""
    orders: defaultdict[str, list[Record]] = defaultdict(list)
    for order in (order for orders in view.orders_of.values() for order in orders):
        for label in _labels(view, order, kind):
            orders[label].append(order)
    ranked = sorted(orders, key=lambda name: (-len(orders[name]), -len({order["client"] for order in orders[name]}), name))
    return {name: orders[name] for name in ranked[: view.shop.top]}


def _labels(view: View, order: Record, kind: str) -> set[str]:
    if kind == "product":
        return {line["product"] for line in view.lines_of.get(order["id"], [])}
    return {order["promotion_id"]} - {None}


def _first_known(view: View) -> dict[str, dt.datetime]:
    """Client → the earlier of his known download and his first session in the scope."""
    moments: dict[str, dt.datetime] = {}
    for session in view.sessions:
        client = session["client"]
        if client is not None:
            moments.setdefault(client, session["session_start_date"])
    downloads = {client: row["download_date"] for client, row in view.downloaded.items()}
    return {client: min(moment, downloads.get(client, moment)) for client, moment in moments.items()}


def effects(view: View, kind: str) -> Rows:
    """`promotion_effects`, `product_effects`."""
    known_since, rows = _first_known(view), Rows()
    for label, orders in label_orders(view, kind).items():
        for days in sorted({view.shop.ab_window_days, 28}):
            width = dt.timedelta(hours=24 * days)
            used, recent, new = [], 0, 0
            for order in orders:
                moment = order["session_start_date"]
                if moment + width >= view.as_of:
                    recent += 1
                elif known_since[order["client"]] > moment - width:
                    new += 1
                else:
                    used.append((order["client"], *_sides(view, order, width)))
            for metric in METRICS:
                chosen = used if metric == "orders" else [row for row in used if row[1] and row[2]]
                customers = len({client for client, _, _ in chosen})
                figures = _orders_figures(chosen) if metric == "orders" else _amount_figures(chosen, view.mixed)
                counts = (len(orders), len(chosen), recent, new, customers)
                rows.append((label, metric, days, *counts, *figures[:3], ..., ..., ..., ..., ..., ..., ..., figures[3]))
    return rows


def _sides(view: View, order: Record, width: dt.timedelta) -> tuple[list[Fraction], list[Fraction]]:
    """Amounts of the client's orders in [t - w, t) and in (t, t + w]."""
    moment = order["session_start_date"]
    others = [(o["session_start_date"], Fraction(o["payment_amount"])) for o in view.orders_of[order["client"]]]
    before = [amount for start, amount in others if moment - width <= start < moment]
    return before, [amount for start, amount in others if moment < start <= moment + width]


def _orders_figures(used: list[tuple[str, list[Fraction], list[Fraction]]]) -> tuple[Any, ...]:
    if not used:
        return None, None, None, None
    before = Fraction(sum(len(row[1]) for row in used), len(used))
    after = Fraction(sum(len(row[2]) for row in used), len(used))
    needed = math.ceil(POWER * (2 + LIFT) / (LIFT**2 * before)) if before else None
    return float(before), float(after), float(after - before), needed


def _amount_figures(used: list[tuple[str, list[Fraction], list[Fraction]]], is_mixed: bool) -> tuple[Any, ...]:
    if not used or is_mixed:
        return None, None, None, None
    pairs = [(sum(before) / len(before), sum(after) / len(after)) for _, before, after in used]
    n = len(pairs)
    before, after = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
    needed = None
    if n > 1 and before > 0:
        variance = sum((b - a - (after - before)) ** 2 for a, b in pairs) / (n - 1)
        needed = math.ceil(POWER * variance / (LIFT * before) ** 2) if variance > Fraction(1, 10**18) else 0
    return float(before), float(after), float(after - before), needed


def resampled(view: View, kind: str) -> Rows:
    """`promotion_resampled`, `product_resampled`: the rows that there are."""
    return [(label, metric, ..., ..., ..., ..., ...) for label in label_orders(view, kind) for metric in METRICS]


def distributions(view: View, kind: str) -> Rows:
    """`promotion_distributions`, `product_distributions`: the rows that there are."""
    return [(label, metric, ..., ..., ...) for label in label_orders(view, kind) for metric in METRICS]


def comparison(view: View) -> Rows:
    """`promotion_comparison`."""
    labelled = dict(list(label_orders(view, "promotion").items())[:COMPARED])
    means: dict[str, dict[str, Fraction]] = {}
    for label, orders in labelled.items():
        paid: defaultdict[str, list[Fraction]] = defaultdict(list)
        for order in orders:
            paid[order["client"]].append(Fraction(order["payment_amount"]))
        means[label] = {client: sum(amounts, Fraction()) / len(amounts) for client, amounts in paid.items()}
    rows = Rows()
    for a, b in combinations(sorted(means), 2):
        sides = [[mean for client, mean in means[one].items() if client not in means[other]] for one, other in ((a, b), (b, a))]
        averages = [None if view.mixed or not side else sum(side) / len(side) for side in sides]
        difference = None if averages[0] is None or averages[1] is None else float(averages[0] - averages[1])
        shown = [None if average is None else float(average) for average in averages]
        rows.append((a, b, *map(len, sides), *shown, difference, *[...] * 9))
    return rows


def segment(view: View, grain: str) -> Rows:
    """`segment_daily`, `segment_weekly`, `segment_monthly`."""
    complete = [period for period, is_complete in view.session_periods(grain) if is_complete]
    if not complete:
        return []
    current = complete[-1]
    base = _base(view, current, grain)
    segments, before = shop_segments(view), base[0] - DAY
    if not segments.is_fitted(before):
        return []
    then = segments.scored(before, segments.bounds(before))
    now = segments.scored(view.report_date, segments.bounds(view.report_date))
    start = view.clock.day_start(base[0])
    members = {client for client, orders in view.orders_of.items() if orders[0]["session_start_date"] < start}
    rows = Rows()
    for place, name in enumerate(ORDER, start=1):
        chosen = {client for client in members if then[client].segment == name}
        changed = sum(now[client].segment != name for client in chosen)
        orders = [order for client in chosen for order in view.orders_of[client]]
        newer = [order for order in orders if _in(view, order, current, grain)]
        older = [order for order in orders if any(_in(view, order, period, grain) for period in base)]
        counts = (
            Fraction(len(newer), len(chosen)) if chosen else None,
            Fraction(len(older), 4 * len(chosen)) if chosen else None,
        )
        amounts = (None, None) if view.mixed else (_mean(newer), _mean(older))
        for metric, (a, b) in zip(METRICS, (counts, amounts), strict=True):
            difference = None if a is None or b is None else float(a - b)
            shown = [None if value is None else float(value) for value in (a, b)]
            rows.append((name, place, metric, current, len(chosen), changed, *shown, difference, *[...] * 6))
    return rows


def _base(view: View, current: dt.date, grain: str) -> list[dt.date]:
    """First days of the four periods before, the oldest first: of days the same weekday."""
    if grain == "monthly":
        number = current.year * 12 + current.month - 1
        return [dt.date((number - i) // 12, (number - i) % 12 + 1, 1) for i in (4, 3, 2, 1)]
    return [current - i * 7 * DAY for i in (4, 3, 2, 1)]


def _in(view: View, order: Record, period: dt.date, grain: str) -> bool:
    if grain == "daily":
        return bool(order["day"] == period)
    return view.clock.first_day(order["day"], grain) == period


def _mean(orders: list[Record]) -> Fraction | None:
    return sum(Fraction(order["payment_amount"]) for order in orders) / len(orders) if orders else None
