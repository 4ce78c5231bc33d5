"""A real `ca collect` in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.write_keys import add_write_key
from ca_assets_tests.servers.dagster import until
from ca_assets_tests.servers.processes import free_port


@dataclass
class Server:
    """A running collector: its address, keys, store and process."""

    url: str
    server_key: str
    browser_key: str
    folder: Path
    process: subprocess.Popen[bytes]


@contextmanager
def running(home: Path, *, origins: tuple[str, ...] = ("*",), **variables: str) -> Iterator[Server]:
    """A collector on a new home, with the variables of its environment; ended with the block."""
    database = open_database(ProcessSettings(home=home))
    keys = add_write_key(database, "shop", "server"), add_write_key(database, "web", "browser", origins)
    port = free_port()
    with started(home, port, variables) as process:
        yield Server(f"http://127.0.0.1:{port}", *keys, home / "events", process)


@contextmanager
def started(home: Path, port: int, variables: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The process, once it answers."""
    environment = {**os.environ, "CA_HOME": str(home), "CA_COLLECTOR_MIN_FREE_MB": "0"} | variables
    words = [sys.executable, "-m", "ca_assets.cli", "collect", "--port", str(port)]
    with (home / "collector.log").open("ab") as log:
        process = subprocess.Popen(words, env=environment, stdout=log, stderr=log)
    try:
        until(lambda: process.poll() is not None or _answers(port), 60, "the collector")
        assert process.poll() is None, (home / "collector.log").read_text()
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200
    except requests.RequestException:
        time.sleep(0.05)
        return False
