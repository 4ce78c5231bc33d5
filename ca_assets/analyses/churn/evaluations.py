"""The instants at which churn is evaluated, and at which of them each order is its customer's last one.

An evaluation is at the end of a week or month, or at the report's end for those that are not over; it is the first instant of a day, so
days decide what lies before it. Orders carry `first_evaluation`, the number of the first evaluation after them, and `next_evaluation`, that
of the customer's next order (the number of evaluations when there is none): an order is the last one known at the evaluations
first_evaluation .. next_evaluation − 1.
Belongs here: evaluations and where orders lie between them. Does not belong here: any count.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.calendar import Periods, periods

Times = NDArray[np.datetime64]


@dataclass(frozen=True)
class Evaluations:
    """All evaluations in order, without repetition.

    `days` since the session range began and `times` (UTC, microseconds) say when they are, `begin` when that range began; `spans` are the
    periods of each grain and `numbers` the number of each period's evaluation.
    """

    days: NDArray[np.int64]
    times: Times
    begin: np.datetime64
    spans: dict[str, Periods]
    numbers: dict[str, NDArray[np.int64]]

    def __len__(self) -> int:
        return len(self.days)

    @property
    def months(self) -> NDArray[np.int64]:
        """Number of the month of each evaluation: the first whose end is not before it."""
        return np.searchsorted(self.numbers["monthly"], np.arange(len(self)))


def find_evaluations(base: Base) -> Evaluations:
    """The ends of all weeks and months of the session range, those that are not over at the report's end."""
    days, calendar = base.session_days, base.context.shop.calendar
    spans = {"weekly": periods(days, "weekly", calendar), "monthly": periods(days, "monthly", calendar)}
    ends = {grain: np.minimum((span.next_days - days.dates[0]).astype(np.int64), days.days) for grain, span in spans.items()}
    every = np.unique(np.concatenate(list(ends.values())))
    starts = [calendar.day_start(days.first + dt.timedelta(days=n)) for n in (0, *every.tolist())]
    times = np.array([start.replace(tzinfo=None) for start in starts], dtype="M8[us]")
    numbers = {grain: np.searchsorted(every, days_of_grain) for grain, days_of_grain in ends.items()}
    return Evaluations(every, times[1:], times[0], spans, numbers)


def evaluated_orders(base: Base, evaluations: Evaluations) -> ibis.Table:
    """Orders of all scopes between the evaluations (lazy).

    Columns: scope, key, number, start, first_start, previous_start (see `scoped_orders`), first_evaluation and next_evaluation int32, month
    and next_month int32 (of these evaluations; the number of months when there is no next order).
    """
    orders, days = base.scoped_orders, base.session_days.days
    own, following = _lookup(base, evaluations, is_next=False), _lookup(base, evaluations, is_next=True)
    orders = orders.select(
        "scope", "key", "number", "start", "first_start", "previous_start", "day", next_day=orders.next_day.fill_null(days)
    )
    return orders.inner_join(own, "day").inner_join(following, "next_day").drop("day", "next_day")


def _lookup(base: Base, evaluations: Evaluations, *, is_next: bool) -> ibis.Table:
    """Day of the session range → evaluation and month, of an order or of the next one; one more row stands for "never"."""
    number = np.searchsorted(evaluations.days, np.arange(base.session_days.days + 1), side="right")
    month = np.append(evaluations.months, len(evaluations.spans["monthly"]))[number]
    names = ("next_day", "next_evaluation", "next_month") if is_next else ("day", "first_evaluation", "month")
    columns = zip(names, (np.arange(len(number)), number, month), strict=True)
    return ibis.memtable(pa.table({name: pa.array(values, pa.int32()) for name, values in columns}))
