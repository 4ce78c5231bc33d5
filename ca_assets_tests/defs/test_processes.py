"""Dagster's own web server and daemon on a loaded shop: a month's backfill as its pages launch it, and a schedule that really fires."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ca_assets.cli.runs import run_assets
from ca_assets.settings.dagster_home import dagster_environment
from ca_assets.settings.process import process_settings
from ca_assets.storage.engine import connect
from ca_assets.storage.lake import Lake
from ca_assets_tests.tea_shop import SESSIONS

pytestmark = pytest.mark.dagster
SELECTOR = '{repositoryName: "__repository__", repositoryLocationName: "customer_analytics", scheduleName: "nightly_load"}'
RUNS = "{ runsOrError(limit: 20) { ... on Runs { results { runId status tags { key value } } } } }"
BACKFILL = """mutation($params: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $params) {
  __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""


@dataclass(frozen=True)
class Server:
    """Dagster's GraphQL of the running processes."""

    port: int

    def ask(self, query: str, **variables: Any) -> Any:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/graphql", body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            found = json.load(answer)
        assert "errors" not in found, found
        return found["data"]

    def runs(self, tag: str) -> list[dict[str, Any]]:
        """Runs that carry the tag, newest first."""
        results = self.ask(RUNS)["runsOrError"]["results"]
        return [run for run in results if tag in {each["key"] for each in run["tags"]}]

    def is_up(self) -> bool:
        try:
            return bool(self.ask("{ version }"))
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False


def _until(true: Callable[[], Any], seconds: float, what: str) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.5)
    raise AssertionError(f"not within {seconds} s: {what}")


@pytest.fixture
def server(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The tea shop loaded, then the web server and the daemon; the schedule is due every minute but stopped."""
    monkeypatch.setenv("CA_NIGHTLY_CRON", "* * * * *")
    process_settings.cache_clear()
    run_assets()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = dagster_environment()
    workspace = ["-w", f"{environment['DAGSTER_HOME']}/workspace.yaml"]
    web = [sys.executable, "-m", "dagster_webserver", "-h", "127.0.0.1", "-p", str(port), *workspace]
    daemon = [sys.executable, "-m", "dagster._daemon", "run", *workspace]
    log = (home / "processes.log").open("wb")
    children = [subprocess.Popen(web, env=environment, stdout=log, stderr=log, start_new_session=True)]
    try:
        served = Server(port)
        _until(served.is_up, 90, "the web server")
        state = served.ask(f"{{ scheduleOrError(scheduleSelector: {SELECTOR}) {{ ... on Schedule {{ scheduleState {{ id }} }} }} }}")
        identity = json.dumps(state["scheduleOrError"]["scheduleState"]["id"])
        stop = f"mutation {{ stopRunningSchedule(id: {identity}) {{ __typename }} }}"
        assert served.ask(stop)["stopRunningSchedule"]["__typename"] == "ScheduleStateResult"
        children.append(subprocess.Popen(daemon, env=environment, stdout=log, stderr=log, start_new_session=True))
        yield served
    finally:
        for child in children:
            os.killpg(child.pid, signal.SIGTERM)
        for child in children:
            child.wait(20)
        log.close()


def _amounts(version: int | None = None) -> dict[str, float]:
    con = connect(process_settings())
    rows = Lake(process_settings().lake_root).read(con, "orders", version).select("id", "payment_amount").to_pyarrow().to_pylist()
    return {row["id"]: row["payment_amount"] for row in rows}


def test_a_month_is_backfilled_and_the_schedule_fires(server: Server, home: Path) -> None:
    file = home.parent / "shop" / "sessions.csv"
    file.write_text(SESSIONS.replace(",12.5,", ",13.5,").replace(",30,", ",31,"))
    lake = Lake(process_settings().lake_root)
    before = lake.version("orders")
    keys = [{"path": ["lake", "orders"]}, {"path": ["orders"]}]
    params = {"assetSelection": keys, "partitionNames": ["2024-02"], "fromFailure": False, "title": "February"}
    assert server.ask(BACKFILL, params=params)["launchPartitionBackfill"]["__typename"] == "LaunchBackfillSuccess"

    run = _until(
        lambda: [r for r in server.runs("dagster/backfill") if r["status"] in ("STARTED", "SUCCESS", "FAILURE")], 90, "the backfill's run"
    )
    start = f"mutation {{ startSchedule(scheduleSelector: {SELECTOR}) {{ __typename }} }}"
    assert server.ask(start)["startSchedule"]["__typename"] == "ScheduleStateResult"
    assert len(run) == 1
    _until(lambda: server.runs("dagster/backfill")[0]["status"] in ("SUCCESS", "FAILURE"), 60, "the backfill's end")
    assert server.runs("dagster/backfill")[0]["status"] == "SUCCESS", (home / "processes.log").read_text()[-3000:]
    entry = next(load for load in lake.loads() if load["run_id"] == run[0]["runId"])
    assert (entry["months"], entry["has_newest_month"]) == (["2024-02"], False)
    after = _amounts(before + 1)
    assert (after["s3"], after["s4"]) == (13.5, 30.0)  # February is new, March as it was

    _until(lambda: [r for r in server.runs("dagster/schedule_name") if r["status"] == "SUCCESS"], 120, "the schedule's run")
    assert _amounts()["s4"] == 31.0
