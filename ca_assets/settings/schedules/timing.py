"""When a schedule is due: once, or by a cron expression, on the wall clock of the business time zone.

Where clocks change, Debian cron's rules hold (by the library `cronsim`): a time that is skipped in spring is due right after the change,
one that comes twice in autumn is due at the first. Belongs here: periods, their checks and words. Does not belong here: rows, runs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

ONCE, HOURLY, DAILY, WEEKLY, MONTHLY, CRON = "once", "hourly", "daily", "weekly", "monthly", "cron"
PERIODS = (ONCE, HOURLY, DAILY, WEEKLY, MONTHLY, CRON)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LAST_DAY = 31  # of a month: the last one, which every month has
MAX_EXPRESSION, FIELDS = 100, 5
AT_FORMAT = "%Y-%m-%dT%H:%M"


class TimingError(ValueError):
    """The period cannot be used; the message says which part of it and what to write. `field`: the part."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Timing:
    """A period with its cron expression, or (`once`) its moment on the local clock, as `2026-11-30T03:00`."""

    period: str
    cron: str = ""
    at: str = ""

    def next_times(self, after: dt.datetime, zone: str, count: int) -> list[dt.datetime]:
        """The next due moments after an aware one, at most `count`, in UTC."""
        if self.period == ONCE:
            moment = self._moment(zone)
            return [moment] if moment > after else []
        return [tick.astimezone(dt.UTC) for tick in islice(_ticks(self.cron, after, zone), count)]

    def newest_time(self, until: dt.datetime, zone: str) -> dt.datetime | None:
        """The last due moment up to an aware one (included), in UTC; None before the first."""
        if self.period == ONCE:
            moment = self._moment(zone)
            return moment if moment <= until else None
        start = until.astimezone(ZoneInfo(zone)).replace(microsecond=0) + dt.timedelta(seconds=1)
        tick = next(_steps(CronSim(self.cron, start, reverse=True)), None)
        return tick.astimezone(dt.UTC) if tick else None

    def words(self) -> str:
        """For people: `every Monday at 03:00`; of a free expression what it says, or itself."""
        minute, hour, day, _, weekday = (*self.cron.split(), "", "", "", "", "")[:FIELDS]
        match self.period:
            case "once":
                return f"once, {self.at.replace('T', ' at ')}"
            case "hourly":
                return f"every hour at minute {minute}"
            case "daily":
                return f"every day at {_clock(hour, minute)}"
            case "weekly":
                return f"every {WEEKDAYS[int(weekday) - 1]} at {_clock(hour, minute)}"
            case "monthly":
                return f"{'the last day' if day == 'L' else f'day {day}'} of each month at {_clock(hour, minute)}"
        return expression_words(self.cron)

    def _moment(self, zone: str) -> dt.datetime:
        """The moment of `once` in UTC; a local time that the change of clocks skips counts as so much later."""
        return dt.datetime.strptime(self.at, AT_FORMAT).replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)


def timing(
    period: str | None,
    *,
    time: str | None = None,
    date: str | None = None,
    weekday: int | None = None,
    day: int | None = None,
    cron: str | None = None,
) -> Timing:
    """A checked period from the fields of a form. Raises TimingError.

    `time`: `HH:MM` (of `hourly` the minute counts); `date`: `YYYY-MM-DD` of `once`; `weekday`: 1 Monday to 7; `day`: 1 to 28, or 31 for
    the last.
    """
    if period not in PERIODS:
        raise TimingError("period", f"Choose how often: {', '.join(PERIODS)}.")
    if period == CRON:
        return Timing(CRON, cron=checked_expression(cron))
    hour, minute = _checked_time(time)
    if period == ONCE:
        return Timing(ONCE, at=f"{_checked_date(date)}T{hour:02}:{minute:02}")
    if period == WEEKLY and weekday not in range(1, 8):
        raise TimingError("weekday", "Choose a day of the week.")
    if period == MONTHLY and day not in (*range(1, 29), LAST_DAY):
        raise TimingError("day", "Choose a day from 1 to 28, or the last one: other days are not in every month.")
    on_day = "L" if day == LAST_DAY else str(day)
    expressions = {
        HOURLY: f"{minute} * * * *",
        DAILY: f"{minute} {hour} * * *",
        WEEKLY: f"{minute} {hour} * * {weekday}",
        MONTHLY: f"{minute} {hour} {on_day} * *",
    }
    return Timing(period, cron=expressions[period])


def checked_expression(expression: str | None) -> str:
    """A cron expression of five fields that is due some day, with single blanks. Raises TimingError."""
    text = " ".join((expression or "").split())
    if len(text) > MAX_EXPRESSION or len(text.split()) != FIELDS:
        raise TimingError("cron", "Write five fields: minute, hour, day of the month, month, day of the week; such as 30 6 * * 1-5.")
    try:
        simulated = CronSim(text, dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
    except CronSimError as error:
        raise TimingError("cron", f"{error}. Fields are minute, hour, day of the month, month, day of the week.") from None
    if next(_steps(simulated), None) is None:
        raise TimingError("cron", "No day fits this expression, so it would never run.")
    return text


def expression_words(expression: str) -> str:
    """What a cron expression says; itself where it is one that only Dagster reads (`@daily`)."""
    try:
        return CronSim(expression, dt.datetime(2024, 1, 1, tzinfo=dt.UTC)).explain()
    except CronSimError:
        return expression


def _ticks(expression: str, after: dt.datetime, zone: str) -> Iterator[dt.datetime]:
    return _steps(CronSim(expression, after.astimezone(ZoneInfo(zone))))


def _steps(simulated: CronSim) -> Iterator[dt.datetime]:
    """Its moments; the library's iterator is a type of its own."""
    yield from simulated


def _checked_time(text: str | None) -> tuple[int, int]:
    try:
        moment = dt.time.fromisoformat((text or "").strip())
    except ValueError:
        raise TimingError("time", "Write a time such as 03:00.") from None
    return moment.hour, moment.minute


def _checked_date(text: str | None) -> str:
    try:
        return dt.date.fromisoformat((text or "").strip()).isoformat()
    except ValueError:
        raise TimingError("date", "Write a day such as 2026-11-30.") from None


def _clock(hour: str, minute: str) -> str:
    return f"{int(hour):02}:{int(minute):02}"
