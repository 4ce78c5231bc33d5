"""The jobs and their schedules, in the business time zone: the load, and one job per pace at which families are kept fresh beside it."""

from typing import Any

import dagster as dg

from ca_assets.analyses.core.family import NIGHTLY, families, families_of
from ca_assets.defs.resources import LOAD_JOB, RANGE_END, RANGE_START, applied_or_none, crons, month_partitions
from ca_assets.settings.process import process_settings

FULL = {"resources": {"load": {"config": {"full": True}}}}


def all_months() -> dict[str, str]:
    """Tags of a run over all partitions, which loads everything."""
    keys = month_partitions().get_partition_keys()
    return {RANGE_START: keys[0], RANGE_END: keys[-1]}


@dg.definitions
def schedules() -> dg.Definitions:
    """`load_everything`, and its schedules `nightly_load` (03:00, or CA_NIGHTLY_CRON) and `weekly_full_load`, both running by default."""
    applied = applied_or_none()
    zone = applied.shop.calendar.timezone if applied else "UTC"
    beside = [family.name for family in families().values() if family.job != NIGHTLY]
    everything = dg.AssetSelection.all() - dg.AssetSelection.groups("events")  # has a job of its own (`defs.events`)
    job = dg.define_asset_job(
        LOAD_JOB,
        selection=everything - dg.AssetSelection.assets(*beside) if beside else everything,
        description="Sources to published reports, all months.",
    )

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

    return dg.Definitions(jobs=[job], schedules=[nightly_load, weekly_full_load])


@dg.definitions
def families_beside_the_load() -> dg.Definitions:
    """A job per pace other than the night's, with its schedule where the settings have one (CA_WEEKLY_CRON for `weekly`)."""
    applied = applied_or_none()
    zone = applied.shop.calendar.timezone if applied else "UTC"
    jobs = [_family_job(name) for name in sorted({family.job for family in families().values()} - {NIGHTLY})]
    schedules = [
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
    return dg.Definitions(jobs=jobs, schedules=schedules)


def _family_job(name: str) -> Any:
    chosen = [family.name for family in families_of(name)]
    return dg.define_asset_job(
        name,
        selection=dg.AssetSelection.assets(*chosen, "publication"),
        description=f"Beside the loads: {', '.join(chosen)}, published by themselves.",
    )
