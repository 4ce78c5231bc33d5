"""The job that loads everything and its two schedules, in the business time zone."""

import dagster as dg

from ca_assets.defs.resources import RANGE_END, RANGE_START, applied_or_none, month_partitions
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
    job = dg.define_asset_job("load_everything", selection=dg.AssetSelection.all(), description="Sources to published reports, all months.")

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
