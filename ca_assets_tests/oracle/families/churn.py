"""docs/contract, section 8 for one view: rows as tuples in the order of the columns.

Times are whole microseconds and the frequency is an exact fraction, so that no rounding decides who is engaged.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ca_assets_tests.oracle.clock import DAY
from ca_assets_tests.oracle.figures import rate
from ca_assets_tests.oracle.rows import Record
from ca_assets_tests.oracle.world import View

Rows = list[tuple[Any, ...]]
Clients = NDArray[np.bool_]
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICRO = dt.timedelta(microseconds=1)
SECOND = 1_000_000
HOUR = 3600 * SECOND


@dataclass
class Known:
    """What is known of the clients' orders by a moment; `add` takes orders by time."""

    code: dict[str, int]
    first: NDArray[np.int64] = field(init=False)
    last: NDArray[np.int64] = field(init=False)
    count: NDArray[np.int64] = field(init=False)
    spans: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))  # gaps → Σ (last − first) of clients with so many
    customers: int = 0
    repeat: int = 0

    def __post_init__(self) -> None:
        self.first, self.last, self.count = (np.zeros(len(self.code), np.int64) for _ in range(3))

    def add(self, order: Record) -> None:
        """One more order."""
        i, moment = self.code[order["client"]], _micros(order["session_start_date"])
        gaps = int(self.count[i])  # with this order
        if gaps == 0:
            self.first[i] = moment
            self.customers += 1
        else:
            self.spans[gaps - 1] -= int(self.last[i] - self.first[i])
            self.spans[gaps] += int(moment - self.first[i])
            self.repeat += gaps == 1
        self.last[i] = moment
        self.count[i] += 1

    def frequency(self, at_least: int) -> Fraction | None:
        """Mean over repeat customers of their mean gap, in microseconds; null with too few of them."""
        if self.repeat < max(at_least, 1):
            return None
        return sum((Fraction(span, gaps) for gaps, span in self.spans.items() if gaps), Fraction()) / self.repeat

    def engaged(self, moment: dt.datetime, frequency: Fraction | None) -> Clients:
        """Which clients' last order is no older than the frequency (to the second); every client with an order while it is null."""
        ordered = self.count > 0
        if frequency is None:
            return ordered
        return ordered & (_micros(moment) - self.last <= round(frequency / SECOND) * SECOND)


def _micros(moment: dt.datetime) -> int:
    return (moment - EPOCH) // MICRO


def _walk(view: View, grain: str) -> Iterator[tuple[dt.date, bool, dt.datetime, Known]]:
    """period, complete, its t, and what is known by t; the same `Known` goes on from period to period."""
    orders = [order for order in view.orders if order["client"] is not None]
    known, place = Known({client: i for i, client in enumerate(view.orders_of)}), 0
    for period, complete in view.session_periods(grain):
        moment = view.clock.day_start(view.clock.next_first_day(period, grain)) if complete else view.as_of
        while place < len(orders) and orders[place]["session_start_date"] < moment:
            known.add(orders[place])
            place += 1
        yield period, complete, moment, known


def overall(view: View) -> Rows:
    """`overall`: as of D."""
    *_, (_, _, moment, known) = _walk(view, "daily")
    assert moment == view.clock.day_start(view.report_date + DAY) == view.as_of
    return [(view.report_date, *_figures(view, moment, known))]


def series(view: View, grain: str) -> Rows:
    """`weekly`, `monthly`: each period as of its own end."""
    return [(period, complete, *_figures(view, moment, known)) for period, complete, moment, known in _walk(view, grain)]


def _figures(view: View, moment: dt.datetime, known: Known) -> tuple[Any, ...]:
    frequency = known.frequency(view.shop.churn_repeat_customers)
    if frequency is None:
        return None, known.repeat, known.customers, None, None, None, None, None
    engaged = int(known.engaged(moment, frequency).sum())
    share = engaged / known.customers
    low, high = rate(known.customers - engaged, known.customers)[1:]
    return float(frequency / HOUR), known.repeat, known.customers, engaged, share, 1 - share, low, high


def customer_bridge_monthly(view: View) -> Rows:
    """`customer_bridge_monthly`: from the engaged of one month's end to those of the next."""
    rows: Rows = []
    opening: Clients = np.zeros(len(view.orders_of), np.bool_)
    for period, complete, moment, known in _walk(view, "monthly"):
        frequency = known.frequency(view.shop.churn_repeat_customers)
        closing = known.engaged(moment, frequency)
        arrived = (known.count > 0) & (known.first >= _micros(view.clock.day_start(period)))
        moves = (opening, closing & arrived, closing & ~opening & ~arrived, opening & ~closing, closing, arrived & ~closing)
        hours = None if frequency is None else float(frequency / HOUR)
        rows.append((period, complete, hours, *(None if hours is None else int(move.sum()) for move in moves)))
        opening = closing
    return rows
