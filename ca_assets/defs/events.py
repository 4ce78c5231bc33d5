"""The collector's store as an asset: whole days of lines become Parquet, once a day, before the nightly load reads them."""

import dagster as dg

from ca_assets.collector.compaction import compact
from ca_assets.contracts.events import EVENTS_FOLDER
from ca_assets.loading.locks import lake_lock
from ca_assets.settings.process import process_settings

GROUP = "events"
SWAP_WAIT_SECONDS = 3600.0  # for a load, which reads the files


@dg.asset(group_name=GROUP, kinds={"parquet"}, code_version="1", pool="events")
def events_compacted() -> dg.MaterializeResult[None]:
    """Past days of collected events (CA_HOME/events/raw) as verified Parquet files; their lines are removed. Nothing to do is no error."""
    settings = process_settings()
    days = compact(settings.home / EVENTS_FOLDER, lambda: lake_lock(settings.home, SWAP_WAIT_SECONDS))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(day.events for day in days),
            "unreadable_lines": sum(day.unreadable for day in days),
            "days": dg.JsonMetadataValue([day.day for day in days]),
            "bytes_before": sum(day.raw_bytes for day in days),
            "bytes_after": sum(day.parquet_bytes for day in days),
        }
    )


@dg.definitions
def compaction() -> dg.Definitions:
    """The asset, its job, and the schedule `events_compaction_schedule` (CA_EVENTS_CRON, in UTC: days of arrival are)."""
    job = dg.define_asset_job(
        "events_compaction", selection=dg.AssetSelection.assets(events_compacted), description="Collected events of past days as Parquet."
    )
    schedule = dg.ScheduleDefinition(
        name="events_compaction_schedule",
        job=job,
        cron_schedule=process_settings().events_cron,
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    return dg.Definitions(assets=[events_compacted], jobs=[job], schedules=[schedule])
