"""Runs as people see them: started, listed, followed, stopped, over Dagster's GraphQL.

Belongs here: queries, and what their answers mean. Does not belong here: pages, and what a run does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ca_assets.control.failures import explain_full_disk, failure_text, step_name
from ca_assets.control.graphql import SELECTOR, ControlError, Dagster, result
from ca_assets.control.kinds import (
    KIND_TAG,
    LOAD_JOB,
    PID_TAG,
    RANGE_END,
    RANGE_START,
    SCHEDULE_TAG,
    STARTED_BY_TAG,
    RunKind,
    run_kinds,
)

# Labels of what a load records of itself as JSON: counts by source, and the months that it changed.
SOURCE_COUNTS, RESTATED = "source_counts", "restated_months"
RUNNING = ("QUEUED", "NOT_STARTED", "MANAGED", "STARTING", "STARTED", "CANCELING")
ENDED = ("SUCCESS", "FAILURE", "CANCELED")
EVENTS_AT_ONCE = 500
FIELDS = """runId status jobName creationTime startTime endTime canTerminate tags { key value }"""
RUNS = f"""query($filter: RunsFilter, $cursor: String, $limit: Int!) {{ runsOrError(filter: $filter, cursor: $cursor, limit: $limit) {{
  __typename ... on Runs {{ results {{ {FIELDS} }} }} ... on Error {{ message }} }} }}"""
RUN = f"""query($runId: ID!) {{ runOrError(runId: $runId) {{ __typename ... on Error {{ message }} ... on Run {{ {FIELDS} runConfigYaml
  assetSelection {{ path }} stepKeysToExecute stepStats {{ stepKey status startTime endTime }} }} }} }}"""
EVENTS = """query($runId: ID!, $cursor: String, $limit: Int!) { logsForRun(runId: $runId, afterCursor: $cursor, limit: $limit) {
  __typename ... on Error { message } ... on EventConnection { cursor hasMore events { __typename
    ... on MessageEvent { message timestamp level stepKey eventType }
    ... on ErrorEvent { error { className message causes { className message } } }
    ... on MaterializationEvent { metadataEntries { label ... on JsonMetadataEntry { jsonString } } } } } } }"""
MONTHS = """query($params: PipelineSelector!) { pipelineOrError(params: $params) { __typename ... on Error { message }
  ... on Pipeline { partitionKeysOrError { partitionKeys } } } }"""
LAUNCH = """mutation($params: ExecutionParams!) { launchRun(executionParams: $params) { __typename ... on Error { message }
  ... on LaunchRunSuccess { run { runId } } } }"""
STOP = """mutation($runId: String!) { terminateRun(runId: $runId, terminatePolicy: SAFE_TERMINATE) { __typename ... on Error { message }
  ... on TerminateRunFailure { message } } }"""


@dataclass(frozen=True)
class Run:
    """A run. Times are seconds since the epoch, None while it has not come so far."""

    id: str
    status: str
    job: str
    created: float
    started: float | None
    ended: float | None
    can_stop: bool
    tags: Mapping[str, str]

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet; also while it waits."""
        return self.status in RUNNING

    @property
    def kind(self) -> RunKind | None:
        """What was started; None where only a part of it was (a backfill, a selection in Dagster's own pages)."""
        return run_kinds().get(self.tags.get(KIND_TAG, "") or {LOAD_JOB: "load"}.get(self.job, self.job))

    @property
    def title(self) -> str:
        """What runs, for people."""
        if "dagster/backfill" in self.tags or "dagster/partition" in self.tags:
            return f"Backfill of {self.tags.get('dagster/partition') or self.tags.get(RANGE_START, 'some months')}"
        return self.kind.title if self.kind else self.job

    @property
    def started_by(self) -> str:
        """Who or what asked for it, for people."""
        if SCHEDULE_TAG in self.tags and STARTED_BY_TAG in self.tags:
            return f"{self.tags[STARTED_BY_TAG]} (schedule “{self.tags[SCHEDULE_TAG]}”)"
        words = (
            (STARTED_BY_TAG, "{}"),
            (SCHEDULE_TAG, "schedule “{}”"),
            ("dagster/schedule_name", "default schedule {}"),
            (PID_TAG, "command line (process {})"),
            ("dagster/backfill", "backfill {} in Dagster"),
        )
        return next((text.format(self.tags[tag]) for tag, text in words if tag in self.tags), "Dagster’s own pages")


@dataclass(frozen=True)
class Step:
    """A step of a run: `waiting`, `running`, `done`, `failed` or `skipped`."""

    name: str
    state: str
    started: float | None = None
    ended: float | None = None


@dataclass(frozen=True)
class RunDetails:
    """A run with its steps, in the order in which they began; those that have not come last."""

    run: Run
    steps: tuple[Step, ...]
    is_part: bool
    is_full: bool

    @property
    def kind(self) -> RunKind | None:
        """What to start to have the same again; None of a part."""
        if self.is_part:
            return None
        return run_kinds()["full_load"] if self.is_full and self.run.job == LOAD_JOB else self.run.kind


@dataclass(frozen=True)
class Event:
    """A line of a run's log. `failure`: of a failed step or run, what failed in the words of `ca load`."""

    at: float
    level: str
    kind: str
    step: str
    text: str
    failure: str | None = None
    counts: Mapping[str, Mapping[str, Any]] | None = None
    restated: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Events:
    """What happened since a cursor, and the cursor after it."""

    events: tuple[Event, ...]
    cursor: str
    has_more: bool


def list_runs(
    dagster: Dagster, *, limit: int, cursor: str | None = None, statuses: Sequence[str] = (), job: str | None = None
) -> list[Run]:
    """The newest runs, or those older than the run that `cursor` names. Raises ControlError."""
    wanted = {**({"statuses": list(statuses)} if statuses else {}), **({"pipelineName": job} if job else {})}
    answer = dagster.ask(RUNS, filter=wanted, cursor=cursor, limit=limit)["runsOrError"]
    return [_run(row) for row in result(answer, "Runs")["results"]]


def run_details(dagster: Dagster, run_id: str) -> RunDetails:
    """A run with its steps. Raises ControlError."""
    row = result(dagster.ask(RUN, runId=run_id)["runOrError"], "Run")
    states = {"IN_PROGRESS": "running", "SUCCESS": "done", "FAILURE": "failed", "SKIPPED": "skipped"}
    begun = [
        Step(step_name(each["stepKey"]), states.get(each["status"], "waiting"), each["startTime"], each["endTime"])
        for each in row["stepStats"]
    ]
    begun.sort(key=lambda step: step.started or float("inf"))
    names = {step.name for step in begun}
    later = "waiting" if row["status"] in RUNNING else "skipped"  # of a run that has ended: never reached
    waiting = [Step(step_name(key), later) for key in row["stepKeysToExecute"] or () if step_name(key) not in names]
    is_part = bool(row["assetSelection"]) or "dagster/backfill" in _tags(row)
    return RunDetails(_run(row), (*begun, *waiting), is_part, "full: true" in row["runConfigYaml"])


def run_events(dagster: Dagster, run_id: str, cursor: str | None = None, limit: int = EVENTS_AT_ONCE) -> Events:
    """What a run wrote since the cursor (None: from its beginning), oldest first. Raises ControlError."""
    answer = result(dagster.ask(EVENTS, runId=run_id, cursor=cursor, limit=limit)["logsForRun"], "EventConnection")
    return Events(tuple(_event(row) for row in answer["events"]), answer["cursor"], answer["hasMore"])


def all_events(dagster: Dagster, run_id: str) -> Iterator[Event]:
    """Everything that a run wrote, oldest first. Raises ControlError."""
    cursor = None
    while True:
        page = run_events(dagster, run_id, cursor)
        yield from page.events
        if not page.has_more:
            return
        cursor = page.cursor


def failure_of(events: Iterator[Event] | Sequence[Event]) -> str | None:
    """What failed first, in words; None while nothing did."""
    return next((event.failure for event in events if event.failure), None)


def start_run(dagster: Dagster, kind: RunKind, *, started_by: str, tags: Mapping[str, str] | None = None) -> str:
    """Ask for a run of all months and return its id; it waits in Dagster's queue for its turn. Raises ControlError."""
    selector = {**SELECTOR, "jobName": kind.job}
    labels = {STARTED_BY_TAG: started_by, KIND_TAG: kind.name, **(tags or {}), **(_months(dagster, kind) if kind.has_months else {})}
    params = {
        "selector": selector,
        "runConfigData": json.dumps(kind.run_config),
        "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in labels.items()]},
    }
    return str(result(dagster.ask(LAUNCH, params=params)["launchRun"], "LaunchRunSuccess")["run"]["runId"])


def stop_run(dagster: Dagster, run_id: str) -> None:
    """Ask a run to end; what was published before stays. Raises ControlError."""
    run = run_details(dagster, run_id).run
    if not run.is_running:
        raise ControlError("This run has ended already.")
    if PID_TAG in run.tags:
        raise ControlError(f"This run was started on the command line (process {run.tags[PID_TAG]}); stop it there with Ctrl-C.")
    result(dagster.ask(STOP, runId=run_id)["terminateRun"], "TerminateRunSuccess")


def _months(dagster: Dagster, kind: RunKind) -> dict[str, str]:
    """Tags of a run over all months that the code offers."""
    params = {**SELECTOR, "pipelineName": kind.job}
    answer = result(dagster.ask(MONTHS, params=params)["pipelineOrError"], "Pipeline")
    keys = answer["partitionKeysOrError"]["partitionKeys"]
    return {RANGE_START: keys[0], RANGE_END: keys[-1]} if keys else {}


def _tags(row: Mapping[str, Any]) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in row["tags"]}


def _run(row: Mapping[str, Any]) -> Run:
    return Run(
        row["runId"], row["status"], row["jobName"], row["creationTime"], row["startTime"], row["endTime"], row["canTerminate"], _tags(row)
    )


def _event(row: Mapping[str, Any]) -> Event:
    step, kind, error = step_name(row["stepKey"]), row["eventType"] or "LOG", row.get("error")
    failure = None
    if kind in ("STEP_FAILURE", "RUN_FAILURE", "PIPELINE_FAILURE"):
        innermost = (error["causes"] or [error])[-1] if error else {"className": None, "message": row["message"]}
        failure = explain_full_disk(failure_text(innermost["className"], innermost["message"], step))
    recorded = {entry["label"]: entry["jsonString"] for entry in row.get("metadataEntries") or () if "jsonString" in entry}
    return Event(
        at=float(row["timestamp"]) / 1000,
        level=row["level"],
        kind=kind,
        step=step,
        text=row["message"],
        failure=failure,
        counts=json.loads(recorded[SOURCE_COUNTS]) if SOURCE_COUNTS in recorded else None,
        restated=json.loads(recorded[RESTATED]) if RESTATED in recorded else None,
    )
