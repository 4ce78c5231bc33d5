"""Whole days of lines become Parquet: a tenth of the size, and quicker to read. A line's file goes only when its Parquet was verified.

Order of a day: recover what a dead collector left open; write the Parquet file beside its place; read it back and compare it with what was
read from the lines (count and a hash of every cell); then, with the loads kept away for a moment, give it its name and remove the lines.
A process that is killed in between leaves both: the Parquet file names the files that it was made of, and the next run removes them.
Belongs here: files of past days. Does not belong here: the present day, which the collector still writes; schedules (`defs`).
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from ca_assets.collector.files import stamp_now, sync_folder
from ca_assets.collector.recovery import recover
from ca_assets.collector.settings import BAD_FOLDER
from ca_assets.contracts.events import DAY_FOLDER, EVENT_COLUMNS, LINES_ENDING, OPEN_ENDING, PARQUET_FOLDER, RAW_FOLDER

ROWS_AT_ONCE = 20_000
SOURCES = b"customer_analytics.files"  # in the Parquet file's metadata: names of the files that it was made of
Swap = Callable[[], AbstractContextManager[None]]


class CompactionError(RuntimeError):
    """A Parquet file is not what was written; the lines stay, and the message says which day."""


class _Line(msgspec.Struct):
    """A line; the message stays the bytes that it is."""

    received_at: datetime
    message: msgspec.Raw
    sent_at: str | None = None
    write_key: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True)
class Compacted:
    """A day that was compacted: its events, lines that could not be read (put aside), bytes before and after."""

    day: str
    events: int
    unreadable: int
    raw_bytes: int
    parquet_bytes: int


def compact(folder: Path, swap: Swap, today: date | None = None) -> list[Compacted]:
    """Compact every day before `today` (UTC). `swap` keeps readers away while files are exchanged. Raises CompactionError, OSError."""
    recover(folder)
    newest = f"{today or datetime.now(UTC).date()}"
    days = sorted(path for path in (folder / RAW_FOLDER).glob("????-??-??") if path.name < newest)
    return [done for path in days if (done := _compact_day(folder, path, swap))]


def _compact_day(folder: Path, raw: Path, swap: Swap) -> Compacted | None:
    target = folder / PARQUET_FOLDER / DAY_FOLDER.format(day=raw.name)
    target.mkdir(parents=True, exist_ok=True)
    files = [path for path in sorted(raw.glob(f"*{LINES_ENDING}")) if not path.name.endswith(OPEN_ENDING)]
    done = _already_in(target)
    _remove([path for path in files if path.name in done], raw)
    for left in target.glob("*.part"):
        left.unlink()
    files = [path for path in files if path.name not in done]
    if not files:
        return None
    part = target / f"events-{secrets.token_hex(8)}.part"
    events, bad, digest = _write(files, part)
    _verify(part, events, digest, raw.name)
    _put_aside(folder, bad)
    compacted = Compacted(raw.name, events, len(bad), sum(path.stat().st_size for path in files), part.stat().st_size)
    with swap():
        part.rename(part.with_suffix(".parquet"))
        sync_folder(target)
        _remove(files, raw)
    return compacted


def _write(files: Sequence[Path], part: Path) -> tuple[int, list[dict[str, Any]], str]:
    """Write the lines of files, durably; returns how many, those that could not be read, and a hash of all cells."""
    names = json.dumps([path.name for path in files]).encode()
    bad: list[dict[str, Any]] = []
    count, digest = 0, hashlib.blake2b(digest_size=16)
    with pq.ParquetWriter(part, EVENT_COLUMNS.with_metadata({SOURCES: names}), compression="zstd") as writer:
        for table in _tables(files, bad):
            writer.write_table(table)
            count += table.num_rows
            _update(digest, table)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    return count, bad, digest.hexdigest()


def _tables(files: Iterable[Path], bad: list[dict[str, Any]]) -> Iterator[pa.Table]:
    """The lines as tables of so many rows, in the order of arrival."""
    lines: list[_Line] = []
    for path in files:
        with path.open("rb") as file:
            for number, text in enumerate(file, 1):
                try:
                    lines.append(msgspec.json.decode(text, type=_Line))
                except (msgspec.MsgspecError, RecursionError) as error:
                    bad.append(_unreadable(path, number, text, str(error)))
                if len(lines) == ROWS_AT_ONCE:
                    yield _table(lines)
                    lines = []
    if lines:
        yield _table(lines)


def _table(lines: Sequence[_Line]) -> pa.Table:
    columns = {
        "received_at": [line.received_at for line in lines],
        "sent_at": [line.sent_at for line in lines],
        "write_key": [line.write_key for line in lines],
        "user_agent": [line.user_agent for line in lines],
        "message": [bytes(line.message).decode() for line in lines],
    }
    return pa.table(columns, schema=EVENT_COLUMNS)


def _update(digest: Any, table: pa.Table) -> None:
    """Add every cell to a hash that does not depend on how rows are grouped."""
    for row in zip(*(column.to_pylist() for column in table.itercolumns()), strict=True):
        digest.update(repr(row).encode())


def _verify(part: Path, events: int, digest: str, day: str) -> None:
    found = hashlib.blake2b(digest_size=16)
    with pq.ParquetFile(part) as file:
        rows = file.metadata.num_rows
        for batch in file.iter_batches(ROWS_AT_ONCE):
            _update(found, pa.Table.from_batches([batch]))
    if rows != events or found.hexdigest() != digest:
        part.unlink()
        raise CompactionError(
            f"the Parquet file of {day} holds {rows:,} events, not the {events:,} that were written to it; its lines stay"
        )


def _already_in(target: Path) -> set[str]:
    """Names of the files whose lines are in Parquet files of the day."""
    names: set[str] = set()
    for path in target.glob("*.parquet"):
        names.update(json.loads((pq.read_metadata(path).metadata or {}).get(SOURCES, b"[]")))
    return names


def _remove(files: Sequence[Path], raw: Path) -> None:
    for path in files:
        path.unlink()
    if not any(raw.iterdir()):
        raw.rmdir()


def _unreadable(path: Path, number: int, text: bytes, why: str) -> dict[str, Any]:
    reason = f"unreadable_line: line {number:,} of {path.parent.name}/{path.name}: {why}"
    empty = dict.fromkeys(("sent_at", "write_key", "user_agent"))
    return {"received_at": stamp_now(), **empty, "reason": reason, "message": text.decode("utf-8", errors="replace")}


def _put_aside(folder: Path, bad: Sequence[dict[str, Any]]) -> None:
    """Lines that could not be read, durable in `bad` before their file goes."""
    if not bad:
        return
    aside = folder / BAD_FOLDER / stamp_now()[:10]
    aside.mkdir(parents=True, exist_ok=True)
    with (aside / f"unreadable-{secrets.token_hex(8)}{LINES_ENDING}").open("wb") as file:
        file.writelines(msgspec.json.encode(line) + b"\n" for line in bad)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(aside)
