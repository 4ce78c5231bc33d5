"""Processes that fork or end: nothing is lost while the collector takes it, and nothing hangs while it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from ca_assets_tests.oscar_hooks.collecting import black_hole, collector

ROOT = Path(__file__).parents[2]


def run_sending(url: str, count: int, **environment: str) -> str:
    """What the process wrote to its log; it fails when it does not end."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "oscar_hooks/src")])
    command = [sys.executable, "-m", "ca_assets_tests.oscar_hooks.sending", url, str(count)]
    ended = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": path, **environment}, capture_output=True, text=True, timeout=120, check=True
    )
    return ended.stderr


def test_all_arrive_from_forks_and_at_the_end() -> None:
    with collector() as server:
        run_sending(server.url, 1000)
    assert Counter(message["event"] for message in server.messages) == {"first": 1, "parent": 1000, "child": 1000, "fork": 1000}
    assert len({message["messageId"] for message in server.messages}) == 3001


def test_the_end_does_not_wait_for_a_black_hole() -> None:
    with black_hole() as url:
        said = run_sending(url, 50, ALONE="1", EXIT_SECONDS="0.3")
    assert "51 events were not delivered when the process ended" in said
