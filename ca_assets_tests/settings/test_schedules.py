"""Schedules of the settings: when they are due, on the clock of a zone that changes it, and which of them are to be fired."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from ca_assets.control.kinds import run_kinds
from ca_assets.settings.database import Database, open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.schedules.model import Schedule
from ca_assets.settings.schedules.store import (
    ScheduleError,
    add_schedule,
    delete_schedule,
    due_schedules,
    list_schedules,
    next_runs,
    pause_schedule,
)
from ca_assets.settings.schedules.timing import Timing, TimingError, timing

BERLIN, NIGHT = "Europe/Berlin", Timing("daily", cron="30 2 * * *")


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(ProcessSettings(home=tmp_path))


def add(database: Database, name: str = "Night", when: Timing = NIGHT, now: str = "2024-03-28T12:00") -> Schedule:
    return add_schedule(database, name=name, kind="load", timing=when, made_by="ada", kinds=run_kinds(), zone=BERLIN, now=utc(now))


def test_clocks_that_change_neither_lose_nor_double_a_day() -> None:
    daily = timing("daily", time="02:30")
    spring = daily.next_times(utc("2024-03-29T12:00"), BERLIN, 3)
    assert spring == [utc("2024-03-30T01:30"), utc("2024-03-31T01:00"), utc("2024-04-01T00:30")]  # 02:30 is skipped: right after it
    autumn = daily.next_times(utc("2024-10-25T12:00"), BERLIN, 3)
    assert autumn == [utc("2024-10-26T00:30"), utc("2024-10-27T00:30"), utc("2024-10-28T01:30")]  # the first 02:30 of two
    assert timing("once", date="2024-03-31", time="02:30").next_times(utc("2024-03-29T12:00"), BERLIN, 3) == [utc("2024-03-31T01:30")]


@pytest.mark.parametrize(
    ("values", "words", "first"),
    [
        ({"period": "hourly", "time": "00:15"}, "every hour at minute 15", "2024-02-28T12:15"),
        ({"period": "daily", "time": "03:00"}, "every day at 03:00", "2024-02-29T02:00"),
        ({"period": "weekly", "time": "06:05", "weekday": 7}, "every Sunday at 06:05", "2024-03-03T05:05"),
        ({"period": "monthly", "time": "00:00", "day": 1}, "day 1 of each month at 00:00", "2024-02-29T23:00"),
        ({"period": "monthly", "time": "12:00", "day": 31}, "the last day of each month at 12:00", "2024-02-29T11:00"),
        ({"period": "once", "time": "09:30", "date": "2024-03-01"}, "once, 2024-03-01 at 09:30", "2024-03-01T08:30"),
        ({"period": "cron", "cron": " 0  6 * * 1-5 "}, "At 06:00 on Monday through Friday", "2024-02-29T05:00"),
    ],
)
def test_periods_are_said_and_due(values: dict[str, Any], words: str, first: str) -> None:
    when = timing(**values)
    assert (when.words().rstrip("."), when.next_times(utc("2024-02-28T12:00"), BERLIN, 1)) == (words, [utc(first)])
    assert when.newest_time(utc(first), BERLIN) == utc(first)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"period": "fortnightly"}, "period"),
        ({"period": "daily", "time": "25:00"}, "time"),
        ({"period": "once", "time": "03:00", "date": "tomorrow"}, "date"),
        ({"period": "weekly", "time": "03:00", "weekday": 8}, "weekday"),
        ({"period": "monthly", "time": "03:00", "day": 30}, "day"),
        ({"period": "cron", "cron": "* * * *"}, "cron"),
        ({"period": "cron", "cron": "0 0 0 * * *"}, "cron"),
        ({"period": "cron", "cron": "0 25 * * *"}, "cron"),
        ({"period": "cron", "cron": "0 0 30 2 *"}, "cron"),
        ({"period": "cron", "cron": "*/0 * * * *"}, "cron"),
    ],
)
def test_unusable_periods_name_their_field(values: dict[str, Any], field: str) -> None:
    with pytest.raises(TimingError) as caught:
        timing(**values)
    assert caught.value.field == field and str(caught.value).endswith(".")


def test_of_missed_moments_the_newest_fires_once(database: Database) -> None:
    schedule = add(database)
    schedules, now = list_schedules(database), utc("2024-04-01T12:00")
    due = due_schedules(schedules, {}, now, BERLIN)
    assert [(each.schedule.id, each.moment) for each in due] == [(schedule.id, utc("2024-04-01T00:30"))]
    fired = {str(schedule.id): due[0].moment.isoformat()}
    assert due_schedules(schedules, fired, now, BERLIN) == []
    assert [each.moment for each in due_schedules(schedules, fired, utc("2024-04-02T00:30"), BERLIN)] == [utc("2024-04-02T00:30")]


def test_what_was_before_it_or_while_paused_does_not_count(database: Database) -> None:
    schedule = add(database)
    assert due_schedules(list_schedules(database), {}, utc("2024-03-28T13:00"), BERLIN) == []
    pause_schedule(database, schedule.id, is_paused=True)
    assert due_schedules(list_schedules(database), {}, utc("2024-03-30T12:00"), BERLIN) == []
    assert next_runs(list_schedules(database)[0], BERLIN, 3) == []
    pause_schedule(database, schedule.id, is_paused=False, now=utc("2024-03-30T12:00"))
    assert due_schedules(list_schedules(database), {}, utc("2024-03-30T12:01"), BERLIN) == []
    assert len(due_schedules(list_schedules(database), {}, utc("2024-03-31T12:00"), BERLIN)) == 1


def test_once_fires_once_and_never_again(database: Database) -> None:
    schedule = add(database, when=Timing("once", at="2024-03-29T03:00"))
    due = due_schedules(list_schedules(database), {}, utc("2025-01-01T00:00"), BERLIN)
    assert [each.run_key for each in due] == [f"{schedule.id}/2024-03-29T02:00:00+00:00"]
    fired = {str(schedule.id): due[0].moment.isoformat()}
    assert due_schedules(list_schedules(database), fired, utc("2026-01-01T00:00"), BERLIN) == []


def test_unusable_schedules_name_their_field(database: Database) -> None:
    add(database)
    for change, field in (
        ({"name": " "}, "name"),
        ({"name": "Night"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\x1b[2J"}, "name"),
    ):
        with pytest.raises(ScheduleError) as caught:
            add(database, **change)
        assert caught.value.field == field
    with pytest.raises(ScheduleError, match="has passed"):
        add(database, name="Past", when=Timing("once", at="2024-03-28T12:30"))
    with pytest.raises(ScheduleError, match="what is to be started"):
        add_schedule(database, name="Other", kind="rm", timing=NIGHT, made_by="ada", kinds=run_kinds(), zone=BERLIN)
    delete_schedule(database, list_schedules(database)[0].id)
    with pytest.raises(ScheduleError, match="any more"):
        delete_schedule(database, 1)
