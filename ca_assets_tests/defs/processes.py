"""Dagster's own web server and daemon on a loaded tea shop, asked as its pages ask them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ca_assets.cli.runs import run_assets
from ca_assets.engine.connect import connect
from ca_assets.lake.lake import Lake
from ca_assets.settings.dagster_home import dagster_environment
from ca_assets.settings.process import process_settings
from ca_assets_tests.servers.dagster import Server, until

BACKFILL = """mutation($params: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $params) {
  __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""


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
        until(served.is_up, 600, "the web server")
        served.stop_schedule()
        children.append(subprocess.Popen(daemon, env=environment, stdout=log, stderr=log, start_new_session=True))
        yield served
    finally:
        for child in children:
            os.killpg(child.pid, signal.SIGTERM)
        for child in children:
            child.wait(20)
        log.close()


def amounts(version: int | None = None) -> dict[str, float]:
    con = connect(process_settings())
    rows = Lake(process_settings().lake_root).read(con, "orders", version).select("id", "payment_amount").to_pyarrow().to_pylist()
    return {row["id"]: row["payment_amount"] for row in rows}
