"""Schedules that people make in the application: one sensor reads them from the settings and asks for the runs that are due.

So a new schedule needs no reload of the code, and each moment is fired once, also when the daemon is killed: a run key names schedule and
moment, Dagster keeps the requests of an evaluation before it starts them, and the cursor says what each schedule fired for last.
Belongs here: asking Dagster. When a schedule is due: `ca_assets.settings.schedules`.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from ca_assets.control.kinds import KIND_TAG, SCHEDULE_ID_TAG, SCHEDULE_TAG, RunKind, run_kinds
from ca_assets.defs.dead_runs import end_dead_runs
from ca_assets.defs.resources import all_months, applied_or_none
from ca_assets.settings.database import open_database
from ca_assets.settings.process import process_settings
from ca_assets.settings.schedules.store import Due, due_schedules, list_schedules

SENSOR = "schedules_of_the_settings"
INTERVAL_SECONDS = 15
WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING]


def user_schedules(jobs: Sequence[Any]) -> dg.SensorDefinition:
    """The sensor over the jobs that schedules may start."""

    @dg.sensor(name=SENSOR, jobs=jobs, minimum_interval_seconds=INTERVAL_SECONDS, default_status=dg.DefaultSensorStatus.RUNNING)
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        """Fires the schedules that people made in the application's settings, and ends runs whose process was killed."""
        end_dead_runs(context.instance, process_settings().home)
        applied = applied_or_none()
        if applied is None:
            return dg.SkipReason("no shop is applied yet; run `ca sources apply shop.yaml`")
        schedules, kinds = list_schedules(open_database()), run_kinds()
        fired: dict[str, str] = json.loads(context.cursor or "{}")
        zone = applied.shop.calendar.timezone
        due = [each for each in due_schedules(schedules, fired, dt.datetime.now(dt.UTC), zone) if each.schedule.kind in kinds]
        ready = [each for each in due if not _is_waiting(context.instance, each)]
        if not ready:
            return dg.SkipReason("no schedule is due" if not due else "a run of the same schedule still waits for its turn")
        known = {str(schedule.id) for schedule in schedules}
        cursor = {number: moment for number, moment in fired.items() if number in known}
        cursor |= {str(each.schedule.id): each.moment.isoformat() for each in ready}
        return dg.SensorResult(run_requests=[_request(each, kinds) for each in ready], cursor=json.dumps(cursor))

    return sensor


def _is_waiting(instance: dg.DagsterInstance, due: Due) -> bool:
    """Whether an earlier run of the schedule has not begun yet: a schedule that is due faster than its runs end must not fill the queue."""
    tags = {SCHEDULE_ID_TAG: str(due.schedule.id)}
    return instance.get_runs_count(dg.RunsFilter(tags=tags, statuses=WAITING)) > 0


def _request(due: Due, kinds: Mapping[str, RunKind]) -> dg.RunRequest:
    kind = kinds[due.schedule.kind]
    tags = {SCHEDULE_ID_TAG: str(due.schedule.id), SCHEDULE_TAG: due.schedule.name, KIND_TAG: kind.name}
    return dg.RunRequest(
        run_key=due.run_key, job_name=kind.job, run_config=kind.run_config, tags=tags | (all_months() if kind.has_months else {})
    )
