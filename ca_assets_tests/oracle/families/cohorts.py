"""Cohort tables of docs/contract, section 4 for one view: rows as tuples in the order of the columns."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from ca_assets_tests.oracle.clock import DAY
from ca_assets_tests.oracle.figures import ratio, total
from ca_assets_tests.oracle.world import View

Rows = list[tuple[Any, ...]]
LENGTH = {"daily": 1, "weekly": 7}


def event_day(view: View, client: str, event: int) -> dt.date | None:
    """The day of event 0 (the known download) or of the client's order number `event`; null when there is none."""
    if event == 0:
        row = view.downloaded.get(client)
        return view.clock.day(row["download_date"]) if row else None
    orders = view.orders_of.get(client, [])
    return orders[event - 1]["day"] if len(orders) >= event else None


def members(view: View, event: int) -> tuple[dict[str, dt.date], dict[str, dt.date]]:
    """The clients with the event and its day: those at risk of the next one, and those excluded (first order before the download's day)."""
    clients = view.downloaded if event == 0 else view.orders_of
    days = {client: day for client in clients if (day := event_day(view, client, event)) is not None}
    if event > 0:
        return days, {}
    first = {client: event_day(view, client, 1) for client in days}
    early = {client for client, day in first.items() if day is not None and day < days[client]}
    return {client: day for client, day in days.items() if client not in early}, {client: days[client] for client in early}


def cells(view: View, event: int, grain: str) -> Rows:
    """`{daily,weekly}_{event}_{event+1}`."""
    inside, excluded = members(view, event)
    counts: Counter[tuple[dt.date, int]] = Counter()
    for client, day in inside.items():
        following = event_day(view, client, event + 1)
        if following is not None:
            cohort = view.clock.first_day(day, grain)
            counts[cohort, (view.clock.first_day(following, grain) - cohort).days // LENGTH[grain]] += 1
    rows: Rows = []
    for cohort, complete, size, left_out, offset, mature in _frame(view, inside, excluded, grain):
        customers = counts[cohort, offset]
        rows.append((cohort, complete, size, left_out, offset, customers, ratio(customers, size), mature))
    return rows


def _frame(
    view: View, inside: dict[str, dt.date], excluded: dict[str, dt.date], grain: str
) -> Iterator[tuple[dt.date, bool, int, int, int, bool]]:
    """cohort, complete, size, excluded, offset, mature of every row: offsets whose day (week) has begun."""
    sizes = Counter(view.clock.first_day(day, grain) for day in inside.values())
    left_out = Counter(view.clock.first_day(day, grain) for day in excluded.values())
    length, tomorrow = LENGTH[grain], view.clock.next_day(view.report_date)
    for cohort in sorted(sizes.keys() | left_out.keys()):
        for offset in range(view.shop.cohort_horizon + 1):
            begins = cohort + offset * length * DAY
            if begins <= view.report_date and (grain != "daily" or view.clock.exists(begins)):
                mature = begins + length * DAY <= tomorrow
                yield cohort, cohort + length * DAY <= tomorrow, sizes[cohort], left_out[cohort], offset, mature


def revenue_weekly(view: View) -> Rows:
    """`revenue_weekly`: net revenue so far of the cohorts of `weekly_0_1`."""
    inside, excluded = members(view, 0)
    amounts = _net_amounts(view, inside)
    rows: Rows = []
    for cohort, complete, size, left_out, offset, mature in _frame(view, inside, excluded, "weekly"):
        so_far = None if view.mixed else total(amount for week in range(offset + 1) for amount in amounts[cohort, week])
        rows.append((cohort, complete, size, left_out, offset, so_far, ratio(so_far, size), mature))
    return rows


def _net_amounts(view: View, inside: dict[str, dt.date]) -> defaultdict[tuple[dt.date, int], list[float]]:
    """Payments and (negative) known refunds by cohort and weeks since it, each by its own moment."""
    amounts = defaultdict(list)
    for client, day in inside.items():
        cohort = view.clock.first_day(day, "weekly")
        for order in view.orders_of.get(client, []):
            moves = [(order["day"], order["payment_amount"])]
            if view.known(order["refunded_at"]):
                moves.append((view.clock.day(order["refunded_at"]), -order["refund_amount"]))
            for moved, amount in moves:
                amounts[cohort, (view.clock.first_day(moved, "weekly") - cohort).days // 7].append(amount)
    return amounts
