"""The demo shop's clock: an hourly grid of the two years in business time, and how much goes on in each hour.

Belongs here: calendar, week, year, holidays, hours of the day. Does not belong here: who comes (`population`) or what was
planted (`plan`), which only multiplies the days' weights.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
HOUR = 3600
DAY = 24 * HOUR
_WEEKDAYS = np.array([1.02, 0.96, 0.97, 1.0, 1.03, 1.05, 1.14])
_HOURS = np.array([9, 5, 3, 2, 2, 4, 10, 22, 34, 41, 46, 50, 58, 54, 47, 45, 48, 56, 68, 80, 86, 74, 46, 22], dtype=float)


@dataclass(frozen=True)
class Clock:
    """Hours of the covered days: `edges` (UTC seconds, n + 1), `day` (index of the business day) and `hour` (0..23) of each."""

    start: dt.date
    end: dt.date
    edges: Ints
    day: Ints
    hour: Ints

    @property
    def days(self) -> list[dt.date]:
        """All covered business days."""
        return [self.start + dt.timedelta(days=i) for i in range((self.end - self.start).days + 1)]

    def slot(self, seconds: Ints) -> Ints:
        """Index of the hour in which each moment (UTC seconds) lies."""
        slots: Ints = np.clip((seconds - self.edges[0]) // HOUR, 0, len(self.day) - 1)
        return slots

    def months(self) -> list[tuple[str, int, int]]:
        """Name, first second and end of each business month: the chunks in which the shop is made."""
        firsts = [i for i, day in enumerate(self.days) if i == 0 or day.day == 1]
        starts = [int(self.edges[np.searchsorted(self.day, i)]) for i in firsts]
        names = [self.days[i].strftime("%Y-%m") for i in firsts]
        return list(zip(names, starts, [*starts[1:], int(self.edges[-1])], strict=True))


def make_clock(end: dt.date, zone: ZoneInfo, years: int = 2) -> Clock:
    """The clock of `years` years whose last business day is `end`."""
    start = end - dt.timedelta(days=round(365.25 * years) - 1)
    first, last = (int(dt.datetime.combine(day, dt.time(), zone).timestamp()) for day in (start, end + dt.timedelta(days=1)))
    edges = np.arange(first, last + 1, HOUR, dtype=np.int64)
    local = [dt.datetime.fromtimestamp(int(second), zone) for second in edges[:-1]]
    day = np.array([(moment.date() - start).days for moment in local], dtype=np.int64)
    return Clock(start, end, edges, day, np.array([moment.hour for moment in local], dtype=np.int64))


def black_friday(year: int) -> dt.date:
    """The Friday after the fourth Thursday of November."""
    first = dt.date(year, 11, 1)
    return first + dt.timedelta(days=(3 - first.weekday()) % 7 + 22)


def is_holiday_season(day: dt.date) -> bool:
    """Whether the day lies in the peak from mid November to early January (nothing is planted there)."""
    return (day.month, day.day) >= (11, 10) or (day.month, day.day) <= (1, 8)


def _holiday(day: dt.date) -> float:
    after_friday = (day - black_friday(day.year)).days
    peaks = {0: 2.7, 1: 1.9, 2: 1.7, 3: 2.2, -1: 1.4}
    if after_friday in peaks:
        return peaks[after_friday]
    if day.month == 12:
        fixed = {24: 0.6, 25: 0.25, 26: 1.3, 31: 0.6}
        return fixed.get(day.day, 1.25 + 0.03 * day.day if day.day <= 19 else 1.0)
    return 0.55 if (day.month, day.day) == (1, 1) else 1.0


def conversion_season(clock: Clock) -> Floats:
    """Per business day: factor on the purchase rate (more is bought around Black Friday and before Christmas)."""
    factors = np.ones(len(clock.days))
    for i, day in enumerate(clock.days):
        if -1 <= (day - black_friday(day.year)).days <= 3:
            factors[i] = 1.3
        elif day.month == 12 and day.day <= 20:
            factors[i] = 1.15
    return factors


def day_weights(clock: Clock, rng: np.random.Generator) -> Floats:
    """Per business day: how much traffic relative to an average day: week, year, holidays and a little weather."""
    days = clock.days
    weekday = _WEEKDAYS[[day.weekday() for day in days]]
    angle = 2 * np.pi * (np.array([day.timetuple().tm_yday for day in days]) - 340) / 365.25
    year = 1 + 0.10 * np.cos(angle)
    weather = np.exp(rng.normal(0, 0.035, len(days)))
    holidays: Floats = np.array([_holiday(day) for day in days])
    return weekday * year * holidays * weather


def cumulative(clock: Clock, weights: Floats) -> Floats:
    """Intensity summed up to each hour's edge (n + 1 values), from the days' weights and the profile of the day."""
    profile = _HOURS / _HOURS.sum()
    late = np.roll(profile, 1)  # at weekends everything is an hour later
    is_weekend = np.array([day.weekday() >= 5 for day in clock.days])[clock.day]
    hourly = weights[clock.day] * np.where(is_weekend, late[clock.hour], profile[clock.hour])
    return np.concatenate([[0.0], np.cumsum(hourly)])
