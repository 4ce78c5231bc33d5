"""Making, pausing and deleting schedules, and which of them are due.

Belongs here: rows and their rules. Does not belong here: starting runs (`ca_assets.defs.user_schedules` asks Dagster for them).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from ca_assets.settings.database import Database
from ca_assets.settings.schedules.model import Schedule
from ca_assets.settings.schedules.timing import ONCE, Timing

MAX_NAME, MAX_SCHEDULES = 100, 100


class ScheduleError(ValueError):
    """The schedule cannot be made or changed; the message says why and what to do. `field`: the part of the form it is about."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Due:
    """A schedule whose moment has come."""

    schedule: Schedule
    moment: dt.datetime

    @property
    def run_key(self) -> str:
        """The same for the same moment of the same schedule, whoever asks and how often."""
        return f"{self.schedule.id}/{self.moment.isoformat()}"


def list_schedules(database: Database) -> Sequence[Schedule]:
    """All schedules by name."""
    with database.session() as session:
        return session.scalars(select(Schedule).order_by(Schedule.name)).all()


def add_schedule(
    database: Database,
    *,
    name: str,
    kind: str,
    timing: Timing,
    made_by: str,
    kinds: Collection[str],
    zone: str,
    now: dt.datetime | None = None,
) -> Schedule:
    """Keep a schedule of one of `kinds`. Raises ScheduleError."""
    now = now or dt.datetime.now(dt.UTC)
    name = _checked_name(name)
    if kind not in kinds:
        raise ScheduleError("kind", "Choose what is to be started.")
    if timing.period == ONCE and not timing.next_times(now, zone, 1):
        raise ScheduleError("date", "This moment has passed; choose a later one, or start it now.")
    schedule = Schedule(
        name=name, kind=kind, period=timing.period, cron=timing.cron, at=timing.at, is_paused=False, since=now, made_by=made_by
    )
    try:
        with database.session() as session:
            if (session.scalar(select(func.count()).select_from(Schedule)) or 0) >= MAX_SCHEDULES:
                raise ScheduleError("name", f"There are {MAX_SCHEDULES} schedules, which is the most; delete one first.")
            session.add(schedule)
    except IntegrityError:
        raise ScheduleError("name", f"There is a schedule “{name}” already; choose another name, or delete that one.") from None
    return schedule


def pause_schedule(database: Database, schedule_id: int, *, is_paused: bool, now: dt.datetime | None = None) -> Schedule:
    """Pause or resume a schedule; what was due in between is not made up for. Raises ScheduleError."""
    with database.session() as session:
        schedule = session.get(Schedule, schedule_id)
        if schedule is None:
            raise _gone()
        if schedule.is_paused and not is_paused:
            schedule.since = now or dt.datetime.now(dt.UTC)
        schedule.is_paused = is_paused
    return schedule


def delete_schedule(database: Database, schedule_id: int) -> Schedule:
    """Forget a schedule and return it; runs that it started stay. Raises ScheduleError."""
    with database.session() as session:
        schedule = session.get(Schedule, schedule_id)
        if schedule is None:
            raise _gone()
        session.delete(schedule)
    return schedule


def get_schedule(database: Database, schedule_id: int) -> Schedule:
    """The schedule of a number. Raises ScheduleError."""
    with database.session() as session:
        schedule = session.get(Schedule, schedule_id)
    if schedule is None:
        raise _gone()
    return schedule


def due_schedules(schedules: Sequence[Schedule], fired: Mapping[str, str], now: dt.datetime, zone: str) -> list[Due]:
    """Which of the schedules are due at an aware moment, by what each (by its number) fired for last: of missed ones the newest."""
    due = []
    for schedule in schedules:
        moment = None if schedule.is_paused else schedule.timing.newest_time(now, zone)
        last = fired.get(str(schedule.id))
        if moment and moment > _aware(schedule.since) and (last is None or moment > dt.datetime.fromisoformat(last)):
            due.append(Due(schedule, moment))
    return due


def next_runs(schedule: Schedule, zone: str, count: int, now: dt.datetime | None = None) -> list[dt.datetime]:
    """When a schedule is due next, in UTC; never while it is paused."""
    return [] if schedule.is_paused else schedule.timing.next_times(now or dt.datetime.now(dt.UTC), zone, count)


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise ScheduleError("name", "Give the schedule a name.")
    if len(name) > MAX_NAME:
        raise ScheduleError("name", f"A name has {MAX_NAME} characters at most; this one has {len(name)}.")
    return name


def _gone() -> ScheduleError:
    return ScheduleError("name", "There is no such schedule any more; load the page again.")


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
