"""The collector's past days as an asset: its own job and schedule, no part of a load, and what a run reports."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from ca_assets.definitions import definitions
from ca_assets.defs.events import events_compacted
from ca_assets.defs.resources import LOAD_JOB

LINE = '{"received_at":"2026-11-21T10:00:00.000001Z","write_key":"shop","message":{"type":"track"}}\n'
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def test_a_run_makes_parquet_of_past_days_and_says_what(empty_home: Path) -> None:
    raw = empty_home / "events" / "raw" / "2026-11-21"
    raw.mkdir(parents=True)
    (raw / "a.jsonl").write_text(LINE * 3)
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([events_compacted], instance=instance, run_config=QUIET)
    (event,) = result.asset_materializations_for_node("events_compacted")
    assert event.metadata["dagster/row_count"].value == 3 and event.metadata["days"].value == ["2026-11-21"]
    assert not raw.exists() and len(list((empty_home / "events" / "parquet" / "day=2026-11-21").iterdir())) == 1


def test_compaction_is_a_job_of_its_own_and_no_part_of_a_load(empty_home: Path) -> None:
    found = definitions()
    schedule = found.resolve_schedule_def("events_compaction_schedule")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("20 0 * * *", "UTC")
    keys = {name: found.resolve_job_def(name).asset_layer.executable_asset_keys for name in (LOAD_JOB, "events_compaction")}
    assert keys["events_compaction"] == {dg.AssetKey("events_compacted")} and dg.AssetKey("events_compacted") not in keys[LOAD_JOB]
