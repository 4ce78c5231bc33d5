"""The moments at which churn is evaluated, and between which of them each order is its client's last one.

A moment is the end of a week or month, or the report's end for those that are not over; it is the first instant of a day, so days decide
what lies before it. Orders carry `turn`, the number of the first moment after them, and `next_turn`, that of the client's next order
(the number of moments when there is none): an order is the last one known at the moments turn .. next_turn − 1.
Belongs here: moments and where orders lie between them. Does not belong here: any count.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.base import Base
from ca_assets.analyses.calendar import Periods, periods

Times = NDArray[np.datetime64]


@dataclass(frozen=True)
class Moments:
    """All moments in order, without repetition.

    `days` since the session range began and `times` (UTC, microseconds) say when they are, `begin` when that range began; `spans` are the
    periods of each grain and `places` the number of each period's moment.
    """

    days: NDArray[np.int64]
    times: Times
    begin: np.datetime64
    spans: dict[str, Periods]
    places: dict[str, NDArray[np.int64]]

    def __len__(self) -> int:
        return len(self.days)

    @property
    def months(self) -> NDArray[np.int64]:
        """Number of the month of each moment: the first whose end is not before it."""
        return np.searchsorted(self.places["monthly"], np.arange(len(self)))


def find_moments(base: Base) -> Moments:
    """The ends of all weeks and months of the session range, those that are not over at the report's end."""
    days, calendar = base.session_days, base.context.shop.calendar
    spans = {"weekly": periods(days, "weekly", calendar), "monthly": periods(days, "monthly", calendar)}
    ends = {grain: np.minimum((span.next_days - days.dates[0]).astype(np.int64), days.days) for grain, span in spans.items()}
    numbers = np.unique(np.concatenate(list(ends.values())))
    starts = [calendar.day_start(days.first + dt.timedelta(days=n)) for n in (0, *numbers.tolist())]
    times = np.array([start.replace(tzinfo=None) for start in starts], dtype="M8[us]")
    return Moments(numbers, times[1:], times[0], spans, {grain: np.searchsorted(numbers, found) for grain, found in ends.items()})


def placed_orders(base: Base, moments: Moments) -> ibis.Table:
    """Orders of all scopes between the moments (lazy).

    Columns: scope, key, number, start, first_start, previous_start (see `scoped`), turn and next_turn int32, month and next_month int32 (of
    these moments; the number of months when there is no next order).
    """
    orders, days = base.scoped_orders, base.session_days.days
    here, there = _lookup(base, moments, ""), _lookup(base, moments, "next_")
    orders = orders.select(
        "scope", "key", "number", "start", "first_start", "previous_start", "day", next_day=orders.next_day.fill_null(days)
    )
    return orders.inner_join(here, "day").inner_join(there, "next_day").drop("day", "next_day")


def _lookup(base: Base, moments: Moments, prefix: str) -> ibis.Table:
    """Day of the session range → turn and month; one more row stands for "never"."""
    turn = np.searchsorted(moments.days, np.arange(base.session_days.days + 1), side="right")
    month = np.append(moments.months, len(moments.spans["monthly"]))[turn]
    columns = {"day": np.arange(len(turn)), "turn": turn, "month": month}
    return ibis.memtable(pa.table({f"{prefix}{name}": pa.array(values, pa.int32()) for name, values in columns.items()}))
