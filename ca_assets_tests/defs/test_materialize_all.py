"""Everything at once from Dagster's own pages. A file of its own: its several queued runs take minutes, beside which others can run."""

from __future__ import annotations

from pathlib import Path

import pytest

from ca_assets.index.open import open_index
from ca_assets.settings.process import process_settings
from ca_assets_tests.defs.processes import BACKFILL, amounts
from ca_assets_tests.servers.dagster import Server, until
from ca_assets_tests.shops.tea_shop import SESSIONS

pytestmark = pytest.mark.dagster


def test_materialize_all_from_dagsters_own_pages(server: Server, home: Path) -> None:
    """All assets and all months, as the button launches it: Dagster makes several runs of it, which queue behind each other."""
    file = home.parent / "shop" / "sessions.csv"
    file.write_text(SESSIONS.replace(",12.5,", ",14.5,").replace(",30,", ",32,"))
    nodes = server.ask("{ assetNodes { assetKey { path } isMaterializable } }")["assetNodes"]
    keys = [node["assetKey"] for node in nodes if node["isMaterializable"]]
    generation = open_index(process_settings()).current()
    params = {"assetSelection": keys, "allPartitions": True, "fromFailure": False, "title": "All"}
    assert server.ask(BACKFILL, params=params)["launchPartitionBackfill"]["__typename"] == "LaunchBackfillSuccess"

    def is_published() -> bool:
        assert server.failures() == []  # a failed run publishes nothing, however long one waits
        return open_index(process_settings()).current() != generation

    until(is_published, 600, "the publication")
    assert {run["status"] for run in server.runs("dagster/backfill")} <= {"SUCCESS", "STARTED"}
    paid = amounts()
    assert (paid["s3"], paid["s4"]) == (14.5, 32.0)
