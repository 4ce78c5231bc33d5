"""Runs whose process was killed are marked as failed: they would hold the queue for ever, and the next load with it."""

from pathlib import Path

import dagster as dg

from ca_assets.control.kinds import PID_TAG
from ca_assets.loading.locks import has_run_died, is_run_alive

GOING = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.CANCELING]
KILLED = "its process was killed before it ended"


def end_dead_runs(instance: dg.DagsterInstance, home: Path) -> None:
    """Mark them. Dagster's own monitoring ends those that never began; of those that did it cannot tell whether their process lives.

    A run of the command line holds its lock before it is recorded; one of Dagster's own from its first step on.
    """
    for run in instance.get_runs(dg.RunsFilter(statuses=GOING)):
        is_dead = not is_run_alive(home, run.run_id) if PID_TAG in run.tags else has_run_died(home, run.run_id)
        if is_dead:
            instance.report_run_failed(run, KILLED)
