"""Dagster's own web server and daemon on a loaded shop: a month's backfill as its pages launch it, and a schedule that really fires."""

from __future__ import annotations

from pathlib import Path

import pytest

from ca_assets.lake.lake import Lake
from ca_assets.settings.process import process_settings
from ca_assets_tests.defs.processes import BACKFILL, amounts
from ca_assets_tests.servers.dagster import Server, until
from ca_assets_tests.shops.tea_shop import SESSIONS

pytestmark = pytest.mark.dagster


def test_a_month_is_backfilled_and_the_schedule_fires(server: Server, home: Path) -> None:
    file = home.parent / "shop" / "sessions.csv"
    file.write_text(SESSIONS.replace(",12.5,", ",13.5,").replace(",30,", ",31,"))
    lake = Lake(process_settings().lake_root)
    before = lake.version("orders")
    keys = [{"path": ["lake", "orders"]}, {"path": ["orders"]}]
    params = {"assetSelection": keys, "partitionNames": ["2024-02"], "fromFailure": False, "title": "February"}
    assert server.ask(BACKFILL, params=params)["launchPartitionBackfill"]["__typename"] == "LaunchBackfillSuccess"

    run = until(
        lambda: [r for r in server.runs("dagster/backfill") if r["status"] in ("STARTED", "SUCCESS", "FAILURE")], 600, "the backfill's run"
    )
    server.start_schedule()
    assert len(run) == 1
    until(lambda: server.runs("dagster/backfill")[0]["status"] in ("SUCCESS", "FAILURE"), 600, "the backfill's end")
    assert server.runs("dagster/backfill")[0]["status"] == "SUCCESS", (home / "processes.log").read_text()[-3000:]
    entry = next(load for load in lake.loads() if load["run_id"] == run[0]["runId"])
    assert (entry["months"], entry["has_newest_month"]) == (["2024-02"], False)
    after = amounts(before + 1)
    assert (after["s3"], after["s4"]) == (13.5, 30.0)  # February is new, March as it was

    until(lambda: [r for r in server.runs("dagster/schedule_name") if r["status"] == "SUCCESS"], 600, "the schedule's run")
    assert amounts()["s4"] == 31.0
