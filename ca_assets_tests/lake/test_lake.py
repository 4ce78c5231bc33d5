"""The lake: no-op, months, moved orders, conflicts, time travel, crashes, housekeeping."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import ibis
import pyarrow as pa
import pytest

from ca_assets.lake import write as lake_write
from ca_assets.lake.files import LakeError, NotInLake
from ca_assets.lake.lake import Lake, LakeConflict
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.index.conftest import THREE, orders


def put(lake: Lake, con: ibis.BaseBackend, *rows: tuple[str, str, str], **options: object) -> int:
    amount = options.pop("amount", 1.5)
    return lake.write(con, "orders", ibis.memtable(orders(*rows, amount=amount)), **options)


def ids(lake: Lake, con: ibis.BaseBackend, version: int | None = None) -> dict[str, str]:
    table = lake.read(con, "orders", version).select("id", "month").to_pyarrow()
    return dict(zip(table["id"].to_pylist(), table["month"].to_pylist(), strict=True))


def test_reads_what_was_written(lake: Lake, con: ibis.BaseBackend) -> None:
    assert not lake.has("orders")
    assert put(lake, con, *THREE) == 0
    read = lake.read(con, "orders").order_by("id").to_pyarrow()
    assert read.cast(orders().schema).equals(orders(*THREE))


def test_the_same_rows_in_another_order_make_no_version(lake: Lake, con: ibis.BaseBackend) -> None:
    put(lake, con, *THREE)
    token = lake.token()
    assert put(lake, con, *reversed(THREE)) == 0
    assert put(lake, con, THREE[1], months=["2010-12"], key="id") == 0
    assert lake.token() == token


def test_only_changed_months_are_rewritten(lake: Lake, con: ibis.BaseBackend) -> None:
    put(lake, con, *THREE)
    before = dict(map(reversed, lake.files("orders").files))
    assert put(lake, con, THREE[0], ("b", "2010-12", "changed"), THREE[2]) == 1
    after = dict(map(reversed, lake.files("orders").files))
    assert {month for month in after if after[month] != before[month]} == {"2010-12"}


def test_replacing_months_leaves_the_others(lake: Lake, con: ibis.BaseBackend) -> None:
    put(lake, con, *THREE)
    put(lake, con, ("d", "2010-12", "x"), months=["2010-12"], key="id")
    assert ids(lake, con) == {"a": "2010-11", "d": "2010-12", "c": "2011-01"}
    put(lake, con, months=["2010-11"], key="id")
    assert ids(lake, con) == {"d": "2010-12", "c": "2011-01"}


def test_an_order_that_moved_exists_once(lake: Lake, con: ibis.BaseBackend) -> None:
    put(lake, con, *THREE, ("a2", "2010-11", "x"))
    assert put(lake, con, ("a", "2010-12", "FR"), ("b", "2010-12", "DE"), months=["2010-12"], key="id") == 1
    assert ids(lake, con) == {"a2": "2010-11", "a": "2010-12", "b": "2010-12", "c": "2011-01"}
    assert ids(lake, con, 0)["a"] == "2010-11"
    assert put(lake, con, ("b", "2010-12", "DE"), ("a", "2010-12", "FR"), months=["2010-12"], key="id") == 1


def test_months_are_checked(lake: Lake, con: ibis.BaseBackend) -> None:
    put(lake, con, *THREE)
    with pytest.raises(LakeError, match="2011-01 in a write of 2010-12"):
        put(lake, con, THREE[2], months=["2010-12"])
    with pytest.raises(LakeError, match="no column 'month'"):
        lake.write(con, "x", ibis.memtable(pa.table({"a": [1]})), months=["2010-12"])


def test_a_new_column_needs_a_full_write(lake: Lake, con: ibis.BaseBackend) -> None:
    put(lake, con, *THREE)
    wider = orders(*THREE).append_column("dimensions.new", pa.array(["x"] * 3))
    with pytest.raises(LakeError, match=r"dimensions\.new"):
        lake.write(con, "orders", ibis.memtable(wider), months=["2010-11", "2010-12", "2011-01"])
    assert lake.write(con, "orders", ibis.memtable(wider)) == 1
    assert "dimensions.new" in lake.read(con, "orders").columns
    assert "dimensions.new" not in lake.read(con, "orders", 0).columns


def test_an_empty_table_has_its_columns(lake: Lake, con: ibis.BaseBackend) -> None:
    put(lake, con)
    put(lake, con)
    read = lake.read(con, "orders")
    assert (lake.version("orders"), read.count().to_pyarrow().as_py()) == (0, 0)
    assert read.schema().to_pyarrow().names == orders().schema.names


def test_two_writers_conflict(lake: Lake, con: ibis.BaseBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    put(lake, con, *THREE)
    real = lake_write.fingerprints

    def slow(engine: ibis.BaseBackend, table: ibis.Table, partition: str | None) -> dict[str, str]:
        monkeypatch.setattr(lake_write, "fingerprints", real)
        put(lake, con, ("x", "2011-01", "x"), months=["2011-01"])
        return real(engine, table, partition)

    monkeypatch.setattr(lake_write, "fingerprints", slow)
    with pytest.raises(LakeConflict, match="run it again"):
        put(lake, con, ("y", "2010-11", "y"), months=["2010-11"])
    assert ids(lake, con) == {"a": "2010-11", "b": "2010-12", "x": "2011-01"}


def test_a_killed_write_leaves_the_last_version(lake: Lake, con: ibis.BaseBackend, settings: ProcessSettings) -> None:
    put(lake, con, *THREE)
    script = f"""
        import time
        from pathlib import Path
        from ca_assets.settings.process import ProcessSettings
        from ca_assets.lake import write as lake_write
        from ca_assets.engine.connect import connect
        from ca_assets.lake.lake import Lake
        import ibis, pyarrow as pa
        from ca_assets_tests.index.conftest import orders
        settings = ProcessSettings(home=Path({str(settings.home)!r}))
        real = lake_write.batches
        def endless(con, table):
            reader = real(con, table)
            def stream():
                yield from reader
                print("inside", flush=True)
                time.sleep(600)
            return pa.RecordBatchReader.from_batches(reader.schema, stream())
        lake_write.batches = endless
        Lake(settings.lake_root).write(connect(settings), "orders", ibis.memtable(orders(("z", "2010-11", "z"))))
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "inside"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert (lake.version("orders"), set(ids(lake, con))) == (0, {"a", "b", "c"})
    assert put(lake, con, ("z", "2010-11", "z")) == 1


def test_vacuum_keeps_the_newest_two_and_the_published(lake: Lake, con: ibis.BaseBackend) -> None:
    for amount in (1.0, 2.0, 3.0, 4.0):
        put(lake, con, *THREE, amount=amount)
    assert lake.vacuum({"orders": 0}) == 0  # all files are younger than the grace
    assert lake.vacuum({"orders": 0}, grace_hours=0) == 3
    for version in (0, 2, 3):
        assert len(ids(lake, con, version)) == 3
    assert lake.vacuum({"orders": 3}, grace_hours=0) == 3
    assert lake.version("orders") == 3


def test_the_ledger_is_no_version(lake: Lake, con: ibis.BaseBackend) -> None:
    put(lake, con, *THREE)
    token = lake.token()
    lake.record_load({"loaded_at": "2024-01-02T00:00:00+00:00", "counts": {"sessions": {"read": 3}}})
    lake.record_load({"loaded_at": "2024-01-01T00:00:00+00:00"})
    assert [load["loaded_at"][:10] for load in lake.loads()] == ["2024-01-01", "2024-01-02"]
    assert (lake.token(), lake.versions()) == (token, {"orders": 0})


def test_names_and_missing_tables(lake: Lake, con: ibis.BaseBackend) -> None:
    with pytest.raises(NotInLake, match="ca load"):
        lake.read(con, "orders")
    with pytest.raises(LakeError, match="table's name"):
        lake.has("../orders")
    assert lake.versions() == {}
    with pytest.raises(LakeError, match="%"):
        Lake("/tmp/a%20b")


def test_of_a_killed_write_only_the_tables_alone_are_tidied(lake: Lake, con: ibis.BaseBackend) -> None:
    put(lake, con, *THREE)
    lake.write(con, "segments", ibis.memtable(pa.table({"client": ["a"]})))
    left = [Path(lake.uri(name)) / "part-of-a-killed-write.parquet" for name in ("orders", "segments")]
    for file in left:
        file.write_bytes(b"half")
    assert lake.vacuum({}, alone=["orders"]) == 1
    assert [file.exists() for file in left] == [False, True]
