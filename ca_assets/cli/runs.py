"""Running assets in this process, recorded in the same Dagster instance that its own pages show.

Belongs here: making the run, following its events. Does not belong here: what the assets do.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run_iterator

from ca_assets.cli.output import Problem, note
from ca_assets.definitions import definitions
from ca_assets.loads.lock import load_lock
from ca_assets.loads.progress import listening
from ca_assets.settings.dagster_home import prepare_dagster_home
from ca_assets.settings.process import process_settings

PID_TAG = "customer_analytics/pid"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


def open_instance() -> dg.DagsterInstance:
    """The installation's Dagster instance."""
    return dg.DagsterInstance.from_config(str(prepare_dagster_home()))


def run_assets(only: Sequence[str] | None = None, config: dict[str, Any] | None = None) -> float:
    """Materialize the assets (all without `only`) with their checks, all months; returns seconds. Raises Problem, LoadRunning."""
    started = time.monotonic()
    with load_lock(process_settings().home), open_instance() as instance:
        end_dead_runs(instance)
        job = definitions().resolve_job_def("load_everything")
        selection = _selected(job, only) if only else None
        run = instance.create_run_for_job(
            job.get_subset(asset_selection=selection) if selection else job,
            run_config={**QUIET, "resources": {"load": {"config": config or {}}}},
            tags={**_all_months(job), PID_TAG: str(os.getpid())},
            asset_selection=selection,
        )
        with listening(_rows_read):
            failure = _follow(execute_run_iterator(InMemoryJob(job), run, instance))
    if failure:
        raise Problem(failure)
    return time.monotonic() - started


def end_dead_runs(instance: dg.DagsterInstance) -> None:
    """Mark runs of killed `ca` processes as failed; they would hold the queue for ever. The caller holds the load's lock."""
    going = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.NOT_STARTED])
    for run in instance.get_runs(going):
        if PID_TAG in run.tags:
            instance.report_run_failed(run, "its process was killed before it ended")


def _all_months(job: dg.JobDefinition) -> dict[str, str]:
    keys = job.asset_layer.asset_graph.get(dg.AssetKey(["lake", "orders"])).partitions_def.get_partition_keys()  # type: ignore[union-attr]
    return {RANGE_START: keys[0], RANGE_END: keys[-1]}


def _selected(job: dg.JobDefinition, only: Sequence[str]) -> set[dg.AssetKey]:
    known = {key.to_user_string(): key for key in job.asset_layer.executable_asset_keys}
    unknown = [name for name in only if name not in known]
    if unknown:
        raise Problem(f"no asset is called {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    return {known[name] for name in only}


def _rows_read(what: str, rows: int) -> None:
    note(f"    {what}: {rows:,} rows")


@dataclass
class _Steps:
    """Progress lines of a run, and what failed first."""

    started: dict[str, float]
    failure: str | None = None


def _follow(events: Iterable[dg.DagsterEvent]) -> str | None:
    """Print a line per finished step; returns what failed, in words, or None."""
    steps = _Steps({})
    for event in events:
        kind, key = event.event_type_value, (event.step_key or "").replace("__", "/")
        if kind == "STEP_START":
            steps.started[key] = time.monotonic()
        elif kind == "STEP_SUCCESS":
            note(f"  {key}  {time.monotonic() - steps.started.get(key, time.monotonic()):.1f} s")
        elif kind in ("STEP_FAILURE", "PIPELINE_FAILURE") and steps.failure is None:
            steps.failure = _cause(event, key)
    return steps.failure


def _cause(event: dg.DagsterEvent, key: str) -> str:
    """The innermost error's own message: the one written for people."""
    error = getattr(event.event_specific_data, "error", None)
    while error is not None and error.cause is not None:
        error = error.cause
    if error is None:
        return event.message or "the load failed"
    text = error.message.strip().partition(": ")[2] or error.message.strip()
    is_source = error.cls_name == "SourceError"  # it names its source; which asset read it first does not help
    return f"{key}: {text}" if key and not is_source else text


def published_assets() -> list[str]:
    """Names of everything that is published from the lake, the publication last."""
    job = definitions().resolve_job_def("load_everything")
    return sorted(key.to_user_string() for key in job.asset_layer.executable_asset_keys if key.path[0] != "lake")
