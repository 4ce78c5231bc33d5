"""The shop's calendar: wall-clock day, week, month and hour of a moment, and the periods of a range (docs/contract, section 1).

Belongs here: everything that knows how days become weeks and months, where a period ends as an instant, and the one
engine-specific function (instant → wall clock). Does not belong here: counting anything.
Periods come from a handful of rows in NumPy; data are never looped over.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from ca_assets.contracts.engine_functions import TIMEZONE
from ca_assets.contracts.units import Grain
from ca_assets.shop import Calendar

EPOCH = dt.date(1970, 1, 1)


@ibis.udf.scalar.builtin(name=TIMEZONE, signature=(("string", "timestamp('UTC')"), "timestamp"))  # type: ignore[untyped-decorator]
def _timezone(zone: str, instant: Any) -> Any:
    """DuckDB's own function; Ibis has none that gives the wall clock of a zone."""


def wall_clock(instant: ir.TimestampValue, calendar: Calendar) -> ir.TimestampValue:
    """The naive wall clock of an instant in the business time zone."""
    return _timezone(calendar.timezone, instant)


def day_number(naive: ir.TimestampValue) -> ir.IntegerValue:
    """Days from 1970-01-01 to the day of a wall clock."""
    return naive.date().epoch_days()


def hour_number(naive: ir.TimestampValue) -> ir.IntegerValue:
    """Wall-clock hours since 1970-01-01 00:00: day × 24 + hour of day."""
    return (day_number(naive) * 24 + naive.hour()).cast("int32")


def elapsed_hours(earlier: ir.TimestampValue, later: ir.TimestampValue) -> ir.FloatingValue:
    """Real hours between two instants, to the microsecond."""
    return later.delta(earlier, unit="microsecond") / 3.6e9


@dataclass(frozen=True)
class DayRange:
    """The days first..last, both included; `missing` are those of them without an instant, which are in no report."""

    first: dt.date
    last: dt.date
    missing: tuple[dt.date, ...] = ()

    @property
    def days(self) -> int:
        """Number of dates: the length of an array by day."""
        return (self.last - self.first).days + 1

    @property
    def real_days(self) -> int:
        """Number of days that there were."""
        return self.days - len(self.missing)

    @property
    def first_number(self) -> int:
        """`day_number` of the first day."""
        return (self.first - EPOCH).days

    @property
    def dates(self) -> NDArray[np.datetime64]:
        """All days."""
        return np.datetime64(self.first, "D") + np.arange(self.days)

    def texts(self) -> list[str]:
        """Both ends as ISO dates, for meta."""
        return [self.first.isoformat(), self.last.isoformat()]


@dataclass(frozen=True)
class Periods:
    """Periods that touch a range: first days, whether they are over by the range's end, and where in the range they begin."""

    grain: Grain
    first_days: NDArray[np.datetime64]
    next_days: NDArray[np.datetime64]
    complete: NDArray[np.bool_]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.first_days)

    def sums(self, daily: NDArray[Any], axis: int = 1) -> NDArray[Any]:
        """Sums per period of an array that has the range's days along `axis`."""
        return np.add.reduceat(daily, self.offsets, axis=axis)


def week_lead(day: dt.date, calendar: Calendar) -> int:
    """Days from the beginning of a day's week to the day, 0..6."""
    return (day.weekday() - calendar.week_start_index) % 7


def periods(days: DayRange, grain: Grain, calendar: Calendar) -> Periods:
    """All periods of a grain that touch `days`; complete when the first real day after the period has begun with the range's end."""
    if grain == "daily":
        firsts = np.setdiff1d(days.dates, np.array(days.missing, dtype="M8[D]"))
        nexts = firsts + 1
    elif grain == "weekly":
        lead = week_lead(days.first, calendar)
        firsts = np.arange(np.datetime64(days.first, "D") - lead, np.datetime64(days.last, "D") + 1, 7)
        nexts = firsts + 7
    else:
        months = np.arange(np.datetime64(days.first, "M"), np.datetime64(days.last, "M") + 1)
        firsts, nexts = months.astype("M8[D]"), (months + 1).astype("M8[D]")
    offsets = np.maximum((firsts - np.datetime64(days.first, "D")).astype(np.int64), 0)
    return Periods(grain, firsts, nexts, nexts <= np.datetime64(_next_day(days.last, calendar), "D"), offsets)


def _next_day(day: dt.date, calendar: Calendar) -> dt.date:
    """The first real day after a day."""
    following = day + dt.timedelta(days=1)
    return following if calendar.has_day(following) else _next_day(following, calendar)


def day_range(first: dt.date, last: dt.date, calendar: Calendar) -> DayRange:
    """The days first..last of a calendar."""
    return DayRange(first, last, calendar.missing_days(first, last))


def month_number(naive: ir.TimestampValue) -> ir.IntegerValue:
    """Months from 1970-01 to the month of a wall clock."""
    return ((naive.year() - 1970) * 12 + naive.month() - 1).cast("int32")
