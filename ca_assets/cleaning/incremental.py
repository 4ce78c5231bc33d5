"""Is this source unchanged, and which of its rows does a load read: all, those from a month on, or those of files that changed?

- Files: unchanged when each is there with the size and times that it had (`file_changes`); those that are not are read again.
- A database with a mapped date: read from the month of the watermark on; unchanged when these rows have the digest of the cached ones. The
  watermark is the moment of the last load whose rows were published, but never later than the newest row known by then nor than this
  machine's clock: a clock that jumped, forwards or backwards, makes a load read more, never less. The late-data window is taken off the
  watermark, and reading begins with that month.
- A database without one: read whole; unchanged when the digest is that of the last load.
- Nothing counts as unchanged under another mapping, zone, currency, engine or version of this code (`source_key`).

Belongs here: these decisions. Reading and merging: `incremental_reader`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis

from ca_assets.cleaning.source_cache import FORMAT, CachedPart, CachedSource, Files, MonthRange, SourceCache
from ca_assets.code_digest import code_digest
from ca_assets.contracts.sources import MOMENTS
from ca_assets.shop import Calendar, Shop, SourceConfig
from ca_assets.sources.driver import Span
from ca_assets.sources.files.locations import source_files

SETTLED_SECONDS = 2.0  # a file written so shortly before it is read may be written again without its times telling
LOW_BITS, PRIME = 0x7FFF_FFFF, 2_147_483_629


@dataclass(frozen=True)
class Increments:
    """How a load reads. `cache`: what earlier loads read; `now`: this load's moment; `is_full`: everything is read.

    `months`: those that a backfill asks for, None for a load of everything.
    """

    cache: SourceCache
    now: dt.datetime
    is_full: bool = False
    months: tuple[str, ...] | None = None


def source_key(name: str, config: SourceConfig, shop: Shop, engine: str, place: str = "") -> str:
    """Stands for everything but the rows themselves that decides what typed rows look like. `place`: which database it is."""
    config_text = config.model_dump_json(exclude={"path"}) + str(shop.folder / (config.path or ""))
    code = code_digest("contracts", "sources", "cleaning")
    guests = list(shop.sources.sessions.guest_clients)  # of customers too
    state = [FORMAT, code, name, config_text, guests, shop.calendar.timezone, shop.currency, engine, place]
    return hashlib.blake2b(json.dumps(state).encode(), digest_size=16).hexdigest()


# Files


@dataclass(frozen=True)
class FileChanges:
    """What became of a source's files since they were read: `unchanged` parts, and the files to read (new, changed, or of no such part)."""

    unchanged: tuple[CachedPart, ...]
    to_read: Files
    is_unchanged: bool


def file_changes(cached: CachedSource | None, present: Files, is_full: bool) -> FileChanges:
    """Compare the cached parts with the files that are there now. A part is unchanged when all of its files are as they were."""
    parts = () if cached is None or is_full else cached.parts
    unchanged = tuple(part for part in parts if all(marks[1] and present.get(path) == marks for path, marks in (part.files or {}).items()))
    known = {path for part in unchanged for path in part.files or {}}
    to_read = {path: marks for path, marks in present.items() if path not in known}
    return FileChanges(unchanged, to_read, cached is not None and not to_read and unchanged == cached.parts)


def file_marks(name: str, config: SourceConfig, folder: Path, now: dt.datetime) -> Files:
    """Size, time of change and of status change (ns) of the source's files; those times are 0 where they are too fresh to be trusted."""
    marks: dict[str, tuple[int, int, int]] = {}
    for path in source_files(name, config, folder):
        status = path.stat()
        is_settled = max(status.st_mtime, status.st_ctime) < now.timestamp() - SETTLED_SECONDS
        marks[str(path)] = (status.st_size, status.st_mtime_ns, status.st_ctime_ns) if is_settled else (status.st_size, 0, 0)
    return marks


# Databases


def months_to_read(name: str, config: SourceConfig, shop: Shop, cached: CachedSource | None, increments: Increments) -> MonthRange | None:
    """The months of a database's source to read; None: all rows."""
    is_dated = config.is_database and MOMENTS.get(name) in config.columns
    if cached is None or cached.newest is None or increments.is_full or not is_dated:
        return None
    watermark = min(cached.read_at, cached.newest, increments.now)
    late = dt.timedelta(days=shop.settings.late_data_days)
    since = f"{(watermark - late).astimezone(shop.calendar.zone):%Y-%m}"
    earlier = tuple(month for month in increments.months or () if month < since)
    # A backfill of older months: what belongs to their orders may be dated otherwise, so only sessions can be asked by month.
    return None if earlier and name != "sessions" else MonthRange(since, earlier)


def span_of(column: str, months: MonthRange, calendar: Calendar) -> Span:
    """The instants of months, for a source's own `column`."""
    earlier = tuple(_instants(month, calendar) for month in months.earlier)
    return Span(column, _instants(months.since, calendar)[0], earlier)


def _instants(month: str, calendar: Calendar) -> tuple[dt.datetime, dt.datetime]:
    """From the first instant of a month to that of the next."""
    first = dt.date.fromisoformat(f"{month}-01")
    return calendar.day_start(first), calendar.day_start((first + dt.timedelta(days=31)).replace(day=1))


def are_rows_unchanged(cached: ibis.Table, read: ibis.Table) -> bool:
    """Whether the rows that were read are those that are cached."""
    return rows_digest(cached) == rows_digest(read)


def is_whole_unchanged(cached: CachedSource | None, read: CachedPart) -> bool:
    """Whether a source that was read whole is as it was at the last load; never told of one that has a date (its digest is not taken)."""
    return read.digest is not None and cached is not None and [part.digest for part in cached.parts] == [read.digest]


def rows_digest(rows: ibis.Table) -> str:
    """The content of typed rows as a short text: equal rows give equal texts whatever their order and number in the source.

    How many rows there are, and two sums of their hashes (all columns but `_row`). The hash is the engine's own.
    """
    names = sorted(name for name in rows.columns if name != "_row")
    hashed: Any = ibis.struct({name: rows[name] for name in names}).hash()
    table = rows.select(hash=hashed)
    sums = table.agg(rows=table.count(), low=(table["hash"] & LOW_BITS).sum(), rest=(table["hash"] % PRIME).sum())
    (row,) = sums.to_pyarrow().to_pylist()
    return f"{row['rows']}-{row['low']}-{row['rest']}"
