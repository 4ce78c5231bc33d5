"""The moments at which buyers are looked at: the end of each month of the session range, the last of them the report's end.

Months are numbered from 0. "As of month m" is as of its end, or of the report's end for the last month.
Belongs here: months and their ends. Does not belong here: buyers.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.calendar import day_range, periods


@dataclass(frozen=True)
class MonthEnds:
    """By month: its first day, the last day that is known of it, the first instant after that day (UTC), and whether it is over."""

    base: Base
    first_days: NDArray[np.datetime64]
    last_days: tuple[dt.date, ...]
    ends: tuple[dt.datetime, ...]
    complete: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ends)

    def lookup(self) -> ibis.Table:
        """Day of the session range → month (columns day, month int32)."""
        days = np.arange(self.base.session_days.days)
        firsts = (self.first_days - self.base.session_days.dates[0]).astype(np.int64)
        month = np.searchsorted(firsts, days, side="right") - 1
        return ibis.memtable(pa.table({"day": pa.array(days, pa.int32()), "month": pa.array(month, pa.int32())}))

    @cached_property
    def ages(self) -> NDArray[np.float64]:
        """Days from the first order of a client to the month's last known day, both included; not above 0 before it."""
        orders = self.base.clients.filter(self.base.clients.purchased)
        day = orders.aggregate(first=orders.day.min()).to_pyarrow()["first"][0].as_py()
        first = self.base.session_days.first + dt.timedelta(days=day or 0)
        calendar = self.base.context.shop.calendar
        return np.array([day_range(first, last, calendar).real_days if last >= first else 0.0 for last in self.last_days])


def month_ends(base: Base) -> MonthEnds:
    """Of the months of the session range."""
    days, calendar = base.session_days, base.context.shop.calendar
    span = periods(days, "monthly", calendar)
    lasts = [min(next_day - dt.timedelta(days=1), days.last) for next_day in span.next_days.tolist()]
    return MonthEnds(base, span.first_days, tuple(lasts), tuple(calendar.as_of(day) for day in lasts), span.complete)
