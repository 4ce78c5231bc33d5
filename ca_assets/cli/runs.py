"""Running assets in this process, recorded in the same Dagster instance that its own pages show.

Belongs here: making the run, following its events. Does not belong here: what the assets do.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import dagster as dg

# Private names, since Dagster's public `execute_in_process` tells of its events when the run has ended: a load of hours must be followed.
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run_iterator

from ca_assets.cli.output import Problem
from ca_assets.cli.progress import Progress, progress
from ca_assets.control.failures import failure_text, step_name
from ca_assets.control.kinds import LOAD_JOB, PID_TAG, RANGE_END, RANGE_START
from ca_assets.definitions import definitions
from ca_assets.defs.dead_runs import end_dead_runs
from ca_assets.loading.locks import lake_lock, run_lock
from ca_assets.loading.progress import listening
from ca_assets.loading.session import families_beside
from ca_assets.settings.dagster_home import prepare_dagster_home
from ca_assets.settings.process import process_settings

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def open_instance() -> dg.DagsterInstance:
    """The installation's Dagster instance."""
    return dg.DagsterInstance.from_config(str(prepare_dagster_home()))


def run_assets(only: Sequence[str] | None = None, config: dict[str, Any] | None = None, job_name: str | None = None) -> float:
    """Materialize the assets of a job (all of the load without `only`) with their checks, all months; returns seconds.

    Families that run beside the loads do not wait for one, nor it for them. Raises Problem, LoadRunning.
    """
    started, home = time.monotonic(), process_settings().home
    job = _job(job_name, only)
    if only and families_beside(only) and "publication" not in only:
        only = [*only, "publication"]  # beside the loads nothing else would make them visible
    selection = _selected(job, only) if only else None
    chosen = job.get_subset(asset_selection=selection) if selection else job
    with ExitStack() as stack:
        if not families_beside(sorted(key.to_user_string() for key in selection or job.asset_layer.executable_asset_keys)):
            stack.enter_context(lake_lock(home))
        instance = stack.enter_context(open_instance())
        end_dead_runs(instance, home)
        run_id = str(uuid4())
        stack.enter_context(run_lock(home, run_id))
        run = instance.create_run_for_job(
            chosen,
            run_id=run_id,
            run_config={**QUIET, "resources": {"load": {"config": config or {}}}},
            tags={**_all_months(job), PID_TAG: str(os.getpid())},
            asset_selection=selection,
        )
        shown = stack.enter_context(progress("Starting", steps=len(chosen.nodes)))
        stack.enter_context(listening(shown.rows))
        failure = _follow(execute_run_iterator(InMemoryJob(job), run, instance), shown)
    if failure:
        raise Problem(failure)
    return time.monotonic() - started


def _job(name: str | None, only: Sequence[str] | None) -> dg.JobDefinition:
    """The job of that name; without one the load, or the first job that has all of `only`. Raises Problem."""
    jobs = {job.name: job for job in definitions().get_repository_def().get_all_jobs() if not job.name.startswith("__")}
    if name is not None and name not in jobs:
        raise Problem(f"there is no job {name!r}; there are {', '.join(sorted(jobs))}")
    ordered = sorted(jobs.values(), key=lambda job: job.name != LOAD_JOB)
    names = {job.name: {key.to_user_string() for key in job.asset_layer.executable_asset_keys} for job in ordered}
    return jobs[name] if name else next((job for job in ordered if names[job.name].issuperset(only or ())), jobs[LOAD_JOB])


def _all_months(job: dg.JobDefinition) -> dict[str, str]:
    orders = dg.AssetKey(["lake", "orders"])
    if orders not in job.asset_layer.executable_asset_keys:
        return {}
    keys = job.asset_layer.asset_graph.get(orders).partitions_def.get_partition_keys()  # type: ignore[union-attr]
    return {RANGE_START: keys[0], RANGE_END: keys[-1]}


def _selected(job: dg.JobDefinition, only: Sequence[str]) -> set[dg.AssetKey]:
    known = {key.to_user_string(): key for key in job.asset_layer.executable_asset_keys}
    unknown = [name for name in only if name not in known]
    if unknown:
        raise Problem(f"no asset is called {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    return {known[name] for name in only}


def _follow(events: Iterable[dg.DagsterEvent], shown: Progress) -> str | None:
    """Show the steps of a run as they begin and end; returns what failed first, in words, or None."""
    began: dict[str, float] = {}
    failure = None
    for event in events:
        kind, key = event.event_type_value, step_name(event.step_key)
        if kind == "STEP_START":
            began[key] = time.monotonic()
            shown.step_began(key)
        elif kind == "STEP_SUCCESS":
            shown.step_ended(key, time.monotonic() - began.get(key, time.monotonic()))
        elif kind in ("STEP_FAILURE", "PIPELINE_FAILURE") and failure is None:
            failure = _cause(event, key)
    return failure


def _cause(event: dg.DagsterEvent, key: str) -> str:
    """The innermost error's own message: the one written for people."""
    error = getattr(event.event_specific_data, "error", None)
    while error is not None and error.cause is not None:
        error = error.cause
    if error is None:
        return event.message or "the load failed"
    return failure_text(error.cls_name, error.message, key)


def published_assets() -> list[str]:
    """Names of everything that is published from the lake, the publication last."""
    job = definitions().resolve_job_def(LOAD_JOB)
    return sorted(key.to_user_string() for key in job.asset_layer.executable_asset_keys if key.path[0] != "lake")
