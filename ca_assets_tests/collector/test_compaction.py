"""Past days become Parquet: the same events, verified before their lines go, whenever the process is killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ca_assets.collector import compaction
from ca_assets.collector.compaction import CompactionError, compact
from ca_assets.contracts.events import EVENT_COLUMNS
from ca_assets_tests.collector.conftest import lines_of

TODAY = date(2026, 11, 23)


def line(n: int, day: int) -> str:
    """A line; its message has letters of two bytes and numbers that must not change."""
    return (
        f'{{"received_at":"2026-11-{day}T10:00:00.{n:06d}Z","sent_at":null,"write_key":"shop","user_agent":"é",'
        f'"message":{{"n":{n},"price":1.10,"big":12345678901234567890123,"name":"Tée"}}}}\n'
    )


@pytest.fixture
def store(tmp_path: Path) -> Path:
    for day, file, numbers in ((21, "a", range(3)), (21, "b", range(3, 5)), (22, "a", range(5, 7)), (23, "a", range(7, 9))):
        path = tmp_path / "raw" / f"2026-11-{day}" / f"{file}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(line(n, day) for n in numbers))
    return tmp_path


def test_past_days_become_parquet_and_today_stays(store: Path) -> None:
    done = compact(store, nullcontext, TODAY)
    assert [(day.day, day.events, day.unreadable) for day in done] == [("2026-11-21", 5, 0), ("2026-11-22", 2, 0)]
    (file,) = (store / "parquet" / "day=2026-11-21").iterdir()
    table = pq.ParquetFile(file).read()
    assert table.schema.equals(EVENT_COLUMNS) and pq.ParquetFile(file).metadata.row_group(0).column(4).compression == "ZSTD"
    assert table["message"].to_pylist()[4] == '{"n":4,"price":1.10,"big":12345678901234567890123,"name":"Tée"}'
    assert table["received_at"].to_pylist()[4] == datetime(2026, 11, 21, 10, 0, 0, 4, UTC)
    assert table.select(["sent_at", "write_key", "user_agent"]).to_pylist()[0] == {"sent_at": None, "write_key": "shop", "user_agent": "é"}
    assert sorted(path.name for path in (store / "raw").iterdir()) == ["2026-11-23"] and len(lines_of(store)) == 2
    assert compact(store, nullcontext, TODAY) == []


def test_late_files_of_a_day_are_added(store: Path) -> None:
    compact(store, nullcontext, TODAY)
    late = store / "raw" / "2026-11-21" / "z.open.jsonl"  # of a collector that died
    late.parent.mkdir()
    late.write_text(line(99, 21) + "{")
    (done,) = compact(store, nullcontext, TODAY)
    assert (done.day, done.events) == ("2026-11-21", 1) and len(lines_of(store, "bad")) == 1
    assert len(list((store / "parquet" / "day=2026-11-21").iterdir())) == 2


def test_lines_that_cannot_be_read_are_put_aside(store: Path) -> None:
    with (store / "raw" / "2026-11-21" / "a.jsonl").open("a") as file:
        file.write('nonsense\n{"received_at":"yesterday","message":{}}\n')
    first = compact(store, nullcontext, TODAY)[0]
    assert (first.events, first.unreadable) == (5, 2)
    assert [row["reason"].partition(": ")[2].partition(":")[0] for row in lines_of(store, "bad")] == [
        *("line 4 of 2026-11-21/a.jsonl", "line 5 of 2026-11-21/a.jsonl"),
    ]


def test_a_parquet_file_that_is_not_right_removes_no_line(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = compaction._write

    def damaged(files: list[Path], part: Path) -> tuple[int, list[dict[str, object]], str]:
        result = real(files, part)
        real(files[:-1], part)
        return result

    monkeypatch.setattr(compaction, "_write", damaged)
    with pytest.raises(CompactionError, match="2026-11-21 holds 3 events, not the 5"):
        compact(store, nullcontext, TODAY)
    assert len(lines_of(store)) == 9 and not list((store / "parquet").glob("*/*"))


@pytest.mark.parametrize("moment", ["before", "between"])
def test_a_kill_at_the_exchange_loses_and_doubles_nothing(store: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    class Killed(BaseException):
        pass

    @contextmanager
    def swap() -> Iterator[None]:
        if moment == "before":
            raise Killed
        yield

    with monkeypatch.context() as patch, pytest.raises(Killed):
        real, calls = compaction._remove, []

        def remove(files: list[Path], raw: Path) -> None:
            calls.append(1)
            if len(calls) == 2:
                files[0].unlink()
                raise Killed
            real(files, raw)

        patch.setattr(compaction, "_remove", remove)
        compact(store, swap, TODAY)
    compact(store, nullcontext, TODAY)
    rows = [row for file in (store / "parquet").glob("*/*") for row in pq.ParquetFile(file).read(["message"])["message"].to_pylist()]
    assert len(rows) == len(set(rows)) == 7 and len(lines_of(store)) == 2
    assert not list(store.glob("**/*.part"))
