"""docs/contract/models.md, section 13, for one scope: the fixed columns as tuples in their order, `...` where a model decides.

Plain and slow, and written from the contract alone. Which periods are flagged a model decides, so `cause_count` gives the fixed figure of
one row of `causes`: what a value of a dimension had on the flagged period.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from ca_assets_tests.oracle.clock import DAY
from ca_assets_tests.oracle.families import cohorts, funnels, stats
from ca_assets_tests.oracle.figures import ratio, total
from ca_assets_tests.oracle.rows import Record
from ca_assets_tests.oracle.world import View

Rows = list[tuple[Any, ...]]
LENGTH = {"daily": 1, "weekly": 7}
COMPARABLE = {"daily": 7, "weekly": 28}
LEARNED = {"daily": 56, "weekly": 112}
THRESHOLDS = {"funnel": 4.0, "cohort": 3.5, "orders": 3.5}
NEEDED = {"funnel": 10, "cohort": 5, "orders": 5}


def has_group(view: View, group: str) -> bool:
    """Whether the scope has enough sessions, first orders or orders a day over the last 365 days of the range."""
    first = max(view.session_first, view.report_date - 364 * DAY)
    of_group = {
        "funnel": view.sessions,
        "orders": view.orders,
        "cohort": [orders[0] for orders in view.orders_of.values()],
    }[group]
    days = [day for day, _ in view.session_periods("daily") if day >= first]
    return sum(row["day"] >= first for row in of_group) >= NEEDED[group] * len(days)


def funnel(view: View, grain: str) -> Rows:
    """`funnel_daily|weekly`: the steps, then each step but the first to the one before it."""
    if not has_group(view, "funnel"):
        return []
    counts: dict[str, dict[dt.date, float | None]] = {}
    for period, _, _, step, count, *_ in funnels.sessions_series(view, grain):
        counts.setdefault(step, {})[period] = count
    steps = list(counts)
    for before, step in pairwise(steps):
        counts[f"{step}/{before}"] = {period: ratio(counts[step][period], counts[before][period]) for period in counts[step]}
    return _series(view, grain, counts)


def orders(view: View, grain: str) -> Rows:
    """`orders_daily|weekly`."""
    if not has_group(view, "orders"):
        return []
    counts = {period: count for period, _, count in stats.orders_series(view, grain)}
    revenue = {period: amount for period, _, amount, *_ in stats.revenue_series(view, grain)}
    return _series(view, grain, {"orders": dict(counts), "revenue": revenue})


def _series(view: View, grain: str, values: dict[str, dict[dt.date, float | None]]) -> Rows:
    """Rows of each series: its value, and its change against the period before and the comparable one."""
    rows: Rows = []
    periods = view.session_periods(grain)
    for order, (name, actual) in enumerate(values.items()):
        previous: dt.date | None = None
        for period, complete in periods:
            changes = [None, None]
            if complete:
                changes = [
                    change(actual[period], actual.get(other) if other is not None else None)
                    for other in (previous, period - COMPARABLE[grain] * DAY)
                ]
            rows.append((period, complete, order, name, actual[period], ..., ..., ..., ..., *changes))
            previous = period
    return rows


def change(now: float | None, before: float | None) -> float | None:
    """now / before - 1."""
    return None if now is None or not before else now / before - 1


def cohort(view: View, grain: str) -> Rows:
    """`cohort_daily|weekly`: every period of the session range × the offsets that have begun."""
    if not has_group(view, "cohort"):
        return []
    counted = {(row[0], row[4]): row[5] for row in cohorts.cells(view, 0, grain)}
    tomorrow = view.clock.next_day(view.report_date)
    rows: Rows = []
    for period, _ in view.session_periods(grain):
        for offset in range(view.shop.cohort_horizon + 1):
            begins = period + offset * LENGTH[grain] * DAY
            if begins <= view.report_date and (grain != "daily" or view.clock.exists(begins)):
                rows.append((period, offset, counted.get((period, offset), 0), ..., ..., begins + LENGTH[grain] * DAY <= tomorrow))
    return rows


def scores(view: View) -> Rows:
    """`scores`."""
    rows: Rows = []
    for grain in LENGTH:
        first = view.clock.first_day(view.sessions[0]["day"], grain) + LEARNED[grain] * DAY
        for group, threshold in THRESHOLDS.items():
            if has_group(view, group):
                rows += [
                    (group, grain, period, ..., threshold, ..., complete and period >= first)
                    for period, complete in view.session_periods(grain)
                ]
    return rows


def cause_count(view: View, grain: str, period: dt.date, series: str, dimension: str, value: str) -> float:
    """What `value` had of the series (of a ratio: of its step) in the period."""
    step = series.split("/", maxsplit=1)[0]
    inside = [session for session in view.sessions if view.clock.first_day(session["day"], grain) == period]
    inside = [session for session in inside if _has(session, step) and _value_of(view, session, dimension) == value]
    return total(session["payment_amount"] for session in inside) if step == "revenue" else len(inside)


def _has(session: Record, step: str) -> bool:
    if step == "sessions":
        return True
    return bool(session["has_purchased" if step in ("orders", "revenue", "purchased") else f"actions.{step}"])


def _value_of(view: View, session: Record, dimension: str) -> str:
    if dimension == "~promotion":
        return session["promotion_id"] or "__none__"
    if dimension != "~customer":
        return session[f"dimensions.{dimension}"] or "__none__"
    if session["client"] is None:
        return "__none__"
    first = view.orders_of.get(session["client"], [None])[0]
    return "returning" if first is not None and _place(first) < _place(session) else "new"


def _place(session: Record) -> tuple[dt.datetime, str]:
    return session["session_start_date"], session["id"]


def by_key(rows: Iterable[tuple[Any, ...]], key: list[int]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Rows by their key; one twice is an error."""
    listed = list(rows)
    assert max(Counter(tuple(row[place] for place in key) for row in listed).values(), default=1) == 1
    return {tuple(row[place] for place in key): row for row in listed}
