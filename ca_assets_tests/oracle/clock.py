"""The calendar of REPORTS.md section 1 with the standard library's zoneinfo: days, weeks, months, hours, first instants."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

UTC = dt.UTC
DAY = dt.timedelta(days=1)
GRAINS = ("daily", "weekly", "monthly")


@dataclass
class Clock:
    """A time zone and the weekday on which weeks begin (0 = Monday)."""

    zone: ZoneInfo
    week_start: int = 0

    def day(self, moment: dt.datetime) -> dt.date:
        """The business day of a moment."""
        return moment.astimezone(self.zone).date()

    def hour(self, moment: dt.datetime) -> int:
        """The wall-clock hour 0..23 of a moment."""
        return moment.astimezone(self.zone).hour

    def day_start(self, day: dt.date) -> dt.datetime:
        """The first instant of a day: midnight, the earlier of two; where there is none, the instant at which the clock jumps."""
        midnight = dt.datetime.combine(day, dt.time())
        first = midnight.replace(tzinfo=self.zone, fold=0).astimezone(UTC)
        if first.astimezone(self.zone).replace(tzinfo=None) == midnight:
            return first
        jump = midnight.replace(tzinfo=self.zone, fold=1).astimezone(UTC)  # an instant before the jump
        while jump.astimezone(self.zone).replace(tzinfo=None) < midnight:
            jump += dt.timedelta(minutes=1)  # since 1990 clocks jump on whole minutes
        return jump

    def first_day(self, day: dt.date, grain: str) -> dt.date:
        """The first day of the day's period: its name."""
        if grain == "weekly":
            return day - DAY * ((day.weekday() - self.week_start) % 7)
        return day.replace(day=1) if grain == "monthly" else day

    def next_first_day(self, period: dt.date, grain: str) -> dt.date:
        """The first day of the period after this one."""
        if grain == "monthly":
            return (period + 31 * DAY).replace(day=1)
        return period + (7 * DAY if grain == "weekly" else DAY)

    def periods(self, first: dt.date, last: dt.date, grain: str) -> list[tuple[dt.date, bool]]:
        """Every period that touches the days first..last, and whether it has ended with the day `last`."""
        found, period = [], self.first_day(first, grain)
        while period <= last:
            following = self.next_first_day(period, grain)
            found.append((period, following <= last + DAY))
            period = following
        return found
