"""The calendar of docs/contract, section 1 by the zones of the package tzdata: days, weeks, months, hours, first instants."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

UTC = dt.UTC


@cache
def zone_of(name: str) -> ZoneInfo:
    """A zone of the package tzdata, whatever the system has."""
    with resources.files("tzdata").joinpath(f"zoneinfo/{name}").open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def first_instant(zone: ZoneInfo, day: dt.date) -> dt.datetime:
    """The first instant of a day: midnight, the earlier of two; where there is none, the instant at which the clock jumps."""
    midnight = dt.datetime.combine(day, dt.time())
    first = midnight.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == midnight:
        return first
    jump = midnight.replace(tzinfo=zone, fold=1).astimezone(UTC)  # an instant before the jump
    while jump.astimezone(zone).replace(tzinfo=None) < midnight:
        jump += dt.timedelta(minutes=1)  # since 1990 clocks jump on whole minutes
    return jump


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
        """The first instant of a day."""
        return first_instant(self.zone, day)

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
        periods, period, tomorrow = [], self.first_day(first, grain), self.next_day(last)
        while period <= last:
            following = self.next_first_day(period, grain)
            if grain != "daily" or self.exists(period):
                periods.append((period, following <= tomorrow))
            period = following
        return periods

    def exists(self, day: dt.date) -> bool:
        """Whether any instant has this date."""
        start = self.day_start(day)
        return start.astimezone(self.zone).date() == day

    def next_day(self, day: dt.date) -> dt.date:
        """The first day after a day that there was."""
        return day + DAY if self.exists(day + DAY) else self.next_day(day + DAY)

    def day_before(self, day: dt.date) -> dt.date:
        """The last day before a day that there was."""
        before = day - DAY
        return before if self.exists(before) else self.day_before(before)
