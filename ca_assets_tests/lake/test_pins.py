"""Pinned versions: a long-running reader reads to the end whatever is written and vacuumed meanwhile; its death frees them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import ibis
import pytest

from ca_assets.lake.lake import Lake
from ca_assets.lake.pins import ORPHAN_SECONDS, pin_newest, pin_versions, pinned_versions
from ca_assets.lake.rows import stream_rows
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.index.conftest import THREE, orders

PINNING = """
    import sys, time
    from pathlib import Path
    from ca_assets.lake.pins import pin_versions
    with pin_versions(Path(sys.argv[1]), {"orders": 3, "downloads": 1}):
        print("pinned", flush=True)
        time.sleep(600)
"""


def put(lake: Lake, con: ibis.BaseBackend, amount: float) -> int:
    return lake.write(con, "orders", ibis.memtable(orders(*THREE, amount=amount)))


def vacuum(lake: Lake, home: Path) -> int:
    """As a load tidies, but without the hour that young files have."""
    return lake.vacuum({}, pinned_versions(home), grace_hours=0, alone=["orders"])


def test_a_pinned_version_is_read_to_the_end(lake: Lake, con: ibis.BaseBackend, settings: ProcessSettings) -> None:
    put(lake, con, 1.0)
    with pin_versions(settings.home, {"orders": 0}):
        stream = stream_rows(lake.files("orders", 0), None, {}, None)
        amounts = next(stream)["payment_amount"].to_pylist()
        assert (put(lake, con, 2.0), put(lake, con, 3.0)) == (1, 2)
        assert vacuum(lake, settings.home) == 0
        amounts += [amount for batch in stream for amount in batch["payment_amount"].to_pylist()]
        assert amounts == [1.0, 1.0, 1.0]
        assert lake.read(con, "orders", 0).count().to_pyarrow().as_py() == 3
        assert put(lake, con, 4.0) == 3
        assert vacuum(lake, settings.home) == 3, "version 1 is neither pinned, nor the newest, nor the one before"
        assert lake.read(con, "orders", 0).payment_amount.sum().to_pyarrow().as_py() == 3.0
    assert vacuum(lake, settings.home) == 3


def test_several_readers_pin_several_versions(tmp_path: Path) -> None:
    with pin_versions(tmp_path, {"orders": 1, "downloads": 7}), pin_versions(tmp_path, {"orders": 2}):
        assert pinned_versions(tmp_path) == {"orders": {1, 2}, "downloads": {7}}
    assert pinned_versions(tmp_path) == {} and not list((tmp_path / "pins").iterdir())


def test_an_error_in_the_block_frees_the_pin(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="training failed"), pin_versions(tmp_path, {"orders": 1}):
        raise RuntimeError("training failed")
    assert pinned_versions(tmp_path) == {}


def test_a_killed_process_frees_its_pin(tmp_path: Path) -> None:
    words = [sys.executable, "-c", textwrap.dedent(PINNING), str(tmp_path)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "pinned"
    assert pinned_versions(tmp_path) == {"orders": {3}, "downloads": {1}}
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert pinned_versions(tmp_path) == {}
    assert not list((tmp_path / "pins").iterdir())


def test_what_died_between_lock_and_pin_goes_after_a_day(tmp_path: Path) -> None:
    folder = tmp_path / "pins"
    folder.mkdir()
    young, old = folder / "1-a.lock", folder / "2-b.lock"
    for file in (young, old):
        file.touch()
    os.utime(old, (0, old.stat().st_mtime - 2 * ORPHAN_SECONDS))
    assert pinned_versions(tmp_path) == {}
    assert young.exists() and not old.exists()


def test_the_newest_versions_are_pinned_without_a_gap(
    lake: Lake, con: ibis.BaseBackend, settings: ProcessSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(lake, con, 1.0)
    real, late = Lake.version, [2.0, 3.0]

    def version(self: Lake, name: str) -> int:
        newest = real(self, name)
        while late:  # two writes come between looking up the version and pinning it
            put(lake, con, late.pop())
        return newest

    monkeypatch.setattr(Lake, "version", version)
    with pin_newest(settings.home, lake, ["orders"]) as versions:
        assert versions == {"orders": 2} and pinned_versions(settings.home) == {"orders": {2}}
