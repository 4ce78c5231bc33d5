"""What a killed write leaves in the lake goes with the next load; two loads at once without the lock: one wins, the other says so."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import ibis
import pytest

from ca_assets.engine.connect import connect
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.index.conftest import THREE, orders

WRITER = """
import sys
from pathlib import Path
import ibis
from ca_assets.settings.process import ProcessSettings
from ca_assets.lake import write as lake_write
from ca_assets.engine.connect import connect
from ca_assets.lake.lake import Lake
from ca_assets.lake.files import LakeConflict
from ca_assets_tests.index.conftest import orders

settings, name, real = ProcessSettings(home=Path(sys.argv[1])), sys.argv[2], lake_write.batches

def waiting(con, table):
    print("ready", flush=True)
    sys.stdin.readline()
    return real(con, table)

lake_write.batches = waiting
try:
    rows = ibis.memtable(orders((name, "2010-11", "FR")))
    Lake(settings.lake_root).write(connect(settings), "orders", rows, months=["2010-11"], key="id")
except LakeConflict as conflict:
    sys.exit(str(conflict))
"""


@pytest.fixture
def settings(tmp_path: Path) -> ProcessSettings:
    return ProcessSettings(home=tmp_path)


@pytest.fixture
def lake(settings: ProcessSettings) -> Lake:
    lake = Lake(settings.lake_root)
    lake.write(connect(settings), "orders", ibis.memtable(orders(*THREE)))
    return lake


def test_of_two_writers_at_once_one_wins_and_the_other_says_so(settings: ProcessSettings, lake: Lake) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    words = [sys.executable, "-W", "ignore", "-c", WRITER, str(settings.home)]
    writers = {name: subprocess.Popen([*words, name], text=True, **pipes) for name in ("x", "y")}
    for writer in writers.values():
        assert writer.stdout.readline() == "ready\n"  # both have compared with version 0 and are about to commit
    said = {name: writer.communicate("go\n", timeout=60)[1] for name, writer in writers.items()}
    winner, loser = sorted(writers, key=lambda name: writers[name].returncode)
    assert (writers[winner].returncode, writers[loser].returncode) == (0, 1)
    assert "another process wrote 'orders' at the same time" in said[loser] and "run it again" in said[loser]
    assert lake.version("orders") == 1
    ids = lake.read(connect(settings), "orders").select("id").to_pyarrow()["id"].to_pylist()
    assert sorted(ids) == sorted([winner, "b", "c"])


def test_what_a_killed_write_left_goes_when_nobody_else_writes(settings: ProcessSettings, lake: Lake) -> None:
    folder = Path(lake.uri("orders"))
    half = [folder / "month=2010-11" / name for name in ("part-1.parquet", "part-2.parquet#1")]
    commits = [folder / "_delta_log" / name for name in ("_commit_1.json.tmp", "00000000000000000001.json#1")]
    for file in (*half, *commits):
        file.write_bytes(b"half")
    before = set(folder.rglob("*"))
    assert lake.vacuum({}) == 0  # they may be a write that goes on
    assert lake.vacuum({}, alone=["orders"]) == 4
    assert before - set(folder.rglob("*")) == {*half, *commits}
    assert lake.read(connect(settings), "orders").count().to_pyarrow().as_py() == 3


def test_young_files_of_older_versions_stay_for_their_readers(settings: ProcessSettings, lake: Lake) -> None:
    for amount in (2.0, 3.0, 4.0):
        lake.write(connect(settings), "orders", ibis.memtable(orders(*THREE, amount=amount)))
    assert lake.vacuum({}, alone=["orders"]) == 0
    assert lake.read(connect(settings), "orders", 0).count().to_pyarrow().as_py() == 3
    old = time.time() - 7200
    for file in Path(lake.uri("orders")).rglob("*.parquet"):
        os.utime(file, (old, old))
    assert lake.vacuum({"orders": 0}, alone=["orders"]) == 3  # version 1: neither published, nor newest, nor the one before
    assert {lake.read(connect(settings), "orders", v).count().to_pyarrow().as_py() for v in (0, 2, 3)} == {3}
