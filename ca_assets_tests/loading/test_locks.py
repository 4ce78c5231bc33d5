"""Locks: what excludes what, what waits, and that a killed process holds nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ca_assets.loading.locks import LoadRunning, is_run_alive, lake_lock, publication_lock, run_lock
from ca_assets.loading.scratch import scratch_folder

HOLD = """
import sys
from pathlib import Path
from ca_assets.loading import locks, scratch
home = Path(sys.argv[1])
with locks.lake_lock(home), locks.publication_lock(home), locks.run_lock(home, "r1"), scratch.scratch_folder(home / "staging") as folder:
    (folder / "rows").write_text("x")
    print("held", flush=True)
    sys.stdin.read()
"""


def _holder(home: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def test_a_second_load_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    process = _holder(tmp_path)
    with pytest.raises(LoadRunning, match=f"process {process.pid}"), lake_lock(tmp_path):
        pass
    process.kill()
    process.wait()
    with lake_lock(tmp_path), lake_lock(tmp_path, wait_seconds=1):  # again by its holder, however long it would wait
        pass


def test_a_queued_run_waits_for_the_one_that_ends(tmp_path: Path) -> None:
    process = _holder(tmp_path)
    threading.Timer(0.5, process.kill).start()
    with lake_lock(tmp_path, wait_seconds=30):
        pass
    process.wait()


def test_publishing_waits_for_others(tmp_path: Path) -> None:
    process = _holder(tmp_path)
    with pytest.raises(LoadRunning, match="publishing"), publication_lock(tmp_path, wait_seconds=0.1):
        pass
    threading.Timer(0.5, process.kill).start()
    began = time.monotonic()
    with publication_lock(tmp_path, wait_seconds=30):
        assert time.monotonic() - began > 0.3
    process.wait()


def test_a_run_is_alive_while_its_process_is(tmp_path: Path) -> None:
    process = _holder(tmp_path)
    assert is_run_alive(tmp_path, "r1") and not is_run_alive(tmp_path, "r2")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not is_run_alive(tmp_path, "r1")
    with run_lock(tmp_path, "r3"):
        pass
    assert not list((tmp_path / "locks").glob("run-*"))


def test_scratch_of_the_dead_is_removed_and_of_the_living_not(tmp_path: Path) -> None:
    alive = _holder(tmp_path)
    root = tmp_path / "staging"
    (folder,) = (path for path in root.iterdir() if path.is_dir())
    with scratch_folder(root) as own:
        assert (folder / "rows").exists() and own != folder
    alive.kill()
    alive.wait()
    with scratch_folder(root):
        assert not folder.exists()
    assert not list(root.iterdir())
