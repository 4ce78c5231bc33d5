"""The jobs and their schedules, in the business time zone: the load, and one job per pace at which families are kept fresh beside it."""

from typing import Any

import dagster as dg

from ca_assets.analyses.core.family import NIGHTLY, families, families_of
from ca_assets.control.kinds import LOAD_JOB, PUBLISH_JOB
from ca_assets.defs.resources import all_months, applied_or_none, crons
from ca_assets.defs.user_schedules import user_schedules
from ca_assets.settings.process import process_settings

FULL = {"resources": {"load": {"config": {"full": True}}}}


def load_job() -> Any:
    """`load_everything`: everything but families with a job of their own."""
    return dg.define_asset_job(LOAD_JOB, selection=_of_the_load(), description="Sources to published reports, all months.")


def publish_job() -> Any:
    """`publish_again`: what the load makes of the lake's tables, without writing these."""
    selection = _of_the_load() - dg.AssetSelection.key_prefixes(["lake"])
    return dg.define_asset_job(PUBLISH_JOB, selection=selection, description="The lake's present tables to published reports.")


def _of_the_load() -> dg.AssetSelection:
    beside = [family.name for family in families().values() if family.job != NIGHTLY]
    everything = dg.AssetSelection.all() - dg.AssetSelection.groups("events")  # has a job of its own (`defs.events`)
    return everything - dg.AssetSelection.assets(*beside) if beside else everything


def family_jobs() -> list[Any]:
    """A job per pace other than the night's."""
    return [_family_job(name) for name in sorted({family.job for family in families().values()} - {NIGHTLY})]


@dg.definitions
def schedules() -> dg.Definitions:
    """The jobs, what fires them by default (`nightly_load`, `weekly_full_load`, one per family job), and the schedules that people make."""
    load, beside = load_job(), family_jobs()
    applied = applied_or_none()
    zone = applied.shop.calendar.timezone if applied else "UTC"
    jobs = [load, publish_job(), *beside]
    return dg.Definitions(
        jobs=jobs, schedules=[*_load_schedules(load, zone), *_family_schedules(beside, zone)], sensors=[user_schedules(jobs)]
    )


def _load_schedules(job: Any, zone: str) -> list[dg.ScheduleDefinition]:
    """Both run by default; the night's follows CA_NIGHTLY_CRON."""

    @dg.schedule(
        job=job, cron_schedule=process_settings().nightly_cron, execution_timezone=zone, default_status=dg.DefaultScheduleStatus.RUNNING
    )
    def nightly_load(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        """Loads each night what may have changed, before the business day begins."""
        if applied_or_none() is None:
            return dg.SkipReason("no shop is applied yet; run `ca sources apply shop.yaml`")
        return dg.RunRequest(run_key=context.scheduled_execution_time.isoformat(), tags=all_months())

    @dg.schedule(
        job=job, cron_schedule=process_settings().full_load_cron, execution_timezone=zone, default_status=dg.DefaultScheduleStatus.RUNNING
    )
    def weekly_full_load(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        """Reads all sources whole once a week, which takes up changes that are older than the late-data window."""
        if applied_or_none() is None:
            return dg.SkipReason("no shop is applied yet; run `ca sources apply shop.yaml`")
        return dg.RunRequest(run_key=context.scheduled_execution_time.isoformat(), tags=all_months(), run_config=FULL)

    return [nightly_load, weekly_full_load]


def _family_schedules(jobs: list[Any], zone: str) -> list[dg.ScheduleDefinition]:
    """One for each job of families for which the settings have a time (CA_WEEKLY_CRON for `weekly`)."""
    return [
        dg.ScheduleDefinition(
            name=f"{job.name}_schedule",
            job=job,
            cron_schedule=crons()[job.name],
            execution_timezone=zone,
            default_status=dg.DefaultScheduleStatus.RUNNING,
        )
        for job in jobs
        if job.name in crons()
    ]


def _family_job(name: str) -> Any:
    chosen = [family.name for family in families_of(name)]
    return dg.define_asset_job(
        name,
        selection=dg.AssetSelection.assets(*chosen, "publication"),
        description=f"Beside the loads: {', '.join(chosen)}, published by themselves.",
    )
