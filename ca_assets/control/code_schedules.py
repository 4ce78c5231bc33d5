"""The schedules that the code defines, as Dagster knows them: listed, paused, resumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ca_assets.control.graphql import SELECTOR, Dagster, result

LIST = """query($selector: RepositorySelector!) { schedulesOrError(repositorySelector: $selector) { __typename ... on Error { message }
  ... on Schedules { results { name cronSchedule executionTimezone description pipelineName scheduleState { id status }
    futureTicks(limit: 3) { results { timestamp } } } } } }"""
RESUME = """mutation($selector: ScheduleSelector!) { startSchedule(scheduleSelector: $selector) { __typename ... on Error { message } } }"""
PAUSE = """mutation($id: String!) { stopRunningSchedule(id: $id) { __typename ... on Error { message } } }"""


@dataclass(frozen=True)
class CodeSchedule:
    """A schedule of the code; `next_times`: seconds since the epoch, none while it is paused."""

    name: str
    cron: str
    zone: str
    about: str
    job: str
    is_paused: bool
    next_times: tuple[float, ...]
    state_id: str


def code_schedules(dagster: Dagster) -> list[CodeSchedule]:
    """All of them by name. Raises ControlError."""
    rows = result(dagster.ask(LIST, selector=SELECTOR)["schedulesOrError"], "Schedules")["results"]
    return sorted((_schedule(row) for row in rows), key=lambda schedule: schedule.name)


def pause_code_schedule(dagster: Dagster, schedule: CodeSchedule, *, is_paused: bool) -> None:
    """Pause or resume one. Raises ControlError."""
    if is_paused:
        result(dagster.ask(PAUSE, id=schedule.state_id)["stopRunningSchedule"], "ScheduleStateResult")
    else:
        selector = {**SELECTOR, "scheduleName": schedule.name}
        result(dagster.ask(RESUME, selector=selector)["startSchedule"], "ScheduleStateResult")


def _schedule(row: Mapping[str, Any]) -> CodeSchedule:
    is_paused = row["scheduleState"]["status"] != "RUNNING"
    return CodeSchedule(
        name=row["name"],
        cron=row["cronSchedule"],
        zone=row["executionTimezone"] or "UTC",
        about=row["description"] or "",
        job=row["pipelineName"],
        is_paused=is_paused,
        next_times=() if is_paused else tuple(tick["timestamp"] for tick in row["futureTicks"]["results"]),
        state_id=row["scheduleState"]["id"],
    )
