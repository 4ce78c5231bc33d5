"""Alerts beside the loads: a job that sends what is new, and a sensor that starts it when there is something to do.

No load waits for a message: the job reads what is published, takes no lock of a load, and ends when a server does not answer.
"""

import datetime as dt
import hashlib

import dagster as dg

from ca_assets.alerts.dispatch import run_round
from ca_assets.alerts.events import LoadProblem
from ca_assets.alerts.outbox import is_anything_left
from ca_assets.analyses.core.family import NIGHTLY
from ca_assets.defs.freshness import LOAD_TIME, longest_pause
from ca_assets.defs.resources import applied_or_none, crons
from ca_assets.loading.locks import LoadRunning
from ca_assets.settings.alerts.rules import DAILY, WEEKLY, list_rules
from ca_assets.settings.database import open_database
from ca_assets.settings.process import process_settings

PUBLICATION = dg.AssetKey("publication")
INTERVAL_SECONDS = 60
LOOKED_BACK = dt.timedelta(days=3)
MOST_FAILURES = 50


@dg.op(pool="alerts")
def send_new_alerts(context: dg.OpExecutionContext) -> None:
    """Tells of what is new by the rules that people made; what is not taken by a server is tried again later."""
    try:
        done = run_round(open_database(), process_settings(), load_problems(context.instance))
    except LoadRunning as error:
        context.log.info(str(error))
        return
    context.log.info(f"{done.made} new, {done.sent} sent, {done.held} held until quiet hours end, {done.resumed} of a killed process")
    for problem in done.problems:
        context.log.warning(problem)


@dg.job(description="Messages about unusual days, failed and late loads, and digests: beside the loads.")
def alerts() -> None:
    """Sends alerts."""
    send_new_alerts()


@dg.sensor(job=alerts, minimum_interval_seconds=INTERVAL_SECONDS, default_status=dg.DefaultSensorStatus.RUNNING)
def alerts_sensor(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Starts the job after a publication, a failed load, when data become late, at each hour, and while messages wait to be sent."""
    database, now = open_database(), dt.datetime.now(dt.UTC)
    rules = list_rules(database)
    if not rules:
        return dg.SkipReason("there are no alert rules; `ca alerts add` makes one")
    event = context.instance.get_latest_materialization_event(PUBLICATION)
    problems = "".join(problem.event for problem in load_problems(context.instance, now))
    hour = f"{now:%Y-%m-%dT%H}" if any(rule.kind in (DAILY, WEEKLY) for rule in rules) else ""  # its day may have become complete
    seen = f"{event.run_id if event else ''} {hour} {_short_name(problems)}"
    if seen == context.cursor and not is_anything_left(database, now):
        return dg.SkipReason("nothing new, and nothing waits to be sent")
    context.update_cursor(seen)
    return dg.RunRequest()


def _short_name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def load_problems(instance: dg.DagsterInstance, now: dt.datetime | None = None) -> list[LoadProblem]:
    """Runs that failed in the last days, and data that are older than the nightly schedule promises."""
    now = now or dt.datetime.now(dt.UTC)
    failures = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], updated_after=now - LOOKED_BACK)
    records = instance.get_run_records(failures, limit=MOST_FAILURES)
    problems = [_failed(record) for record in records if record.dagster_run.job_name != alerts.name]
    return [*problems, *_late(instance, now)]


def _failed(record: dg.RunRecord) -> LoadProblem:
    ended = dt.datetime.fromtimestamp(record.end_time or record.create_timestamp.timestamp(), dt.UTC)
    run = record.dagster_run
    text = f"The run {run.run_id[:8]} of {run.job_name} failed; its log says why (ca load, or Dagster's page Runs)."
    return LoadProblem("failed", run.run_id, ended, text)


def _late(instance: dg.DagsterInstance, now: dt.datetime) -> list[LoadProblem]:
    """One problem per publication that stays current for longer than the schedule's longest pause and the time of a load."""
    applied, event = applied_or_none(), instance.get_latest_materialization_event(PUBLICATION)
    if applied is None or event is None or NIGHTLY not in crons():
        return []
    published = dt.datetime.fromtimestamp(event.timestamp, dt.UTC)
    promised = published + longest_pause(crons()[NIGHTLY], applied.shop.calendar.timezone) + LOAD_TIME
    if now < promised:
        return []
    return [LoadProblem("late", event.run_id, promised, f"The last publication is of {published:%Y-%m-%d %H:%M} UTC.")]


@dg.definitions
def alert_definitions() -> dg.Definitions:
    """The job and its sensor."""
    return dg.Definitions(jobs=[alerts], sensors=[alerts_sensor])
