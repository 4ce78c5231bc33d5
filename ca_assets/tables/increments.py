"""Which rows of a source a load reads: all of them, those from a month on, or those of files that changed.

The watermark of a database is the moment of the last load whose rows were published, but never later than the newest row known by then nor
than this machine's clock: a clock that jumped, forwards or backwards, makes a load read more, never less. From the watermark the late-data
window is taken off, and reading begins with that month (SPEC section 1). Belongs here: this choice. Reading is in `intake`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from ca_assets.code_digest import code_digest
from ca_assets.shop import DATABASE_KINDS, Calendar, Shop, SourceConfig
from ca_assets.sources.files import source_files
from ca_assets.sources.reading import Span
from ca_assets.tables.contracts import MOMENTS
from ca_assets.tables.kept import FORMAT, Cover, Files, Kept, KeptRows

SETTLED_SECONDS = 2.0  # a file written so shortly before it is read may be written again without its times telling


@dataclass(frozen=True)
class Increments:
    """How a load reads. `kept`: the copies; `now`: this load's moment; `is_full`: everything is read.

    `months`: those that a backfill asks for, None for a load of everything.
    """

    kept: KeptRows
    now: dt.datetime
    is_full: bool = False
    months: tuple[str, ...] | None = None


def source_key(name: str, config: SourceConfig, shop: Shop, engine: str, place: str = "") -> str:
    """Stands for everything but the rows themselves that decides what typed rows look like. `place`: which database it is."""
    config_text = config.model_dump_json(exclude={"path"}) + str(shop.folder / (config.path or ""))
    state = [FORMAT, code_digest("sources", "tables"), name, config_text, shop.calendar.timezone, shop.currency, engine, place]
    return hashlib.blake2b(json.dumps(state).encode(), digest_size=16).hexdigest()


def cover_for(name: str, config: SourceConfig, kept: Kept | None, increments: Increments, shop: Shop) -> Cover | None:
    """The months of a database's source to read; None: all rows."""
    is_dated = config.kind in DATABASE_KINDS and MOMENTS.get(name) in config.columns
    if kept is None or kept.newest is None or increments.is_full or not is_dated:
        return None
    watermark = min(kept.read_at, kept.newest, increments.now)
    late = dt.timedelta(days=shop.settings.late_data_days)
    since = f"{(watermark - late).astimezone(shop.calendar.zone):%Y-%m}"
    older = tuple(month for month in increments.months or () if month < since)
    # A backfill of older months: what belongs to their orders may be dated otherwise, so only sessions can be asked by month.
    return None if older and name != "sessions" else Cover(since, older)


def span_of(column: str, cover: Cover, calendar: Calendar) -> Span:
    """The instants of a cover, for a source's own `column`."""
    parts = tuple((_start(part, calendar), _start(_next(part), calendar)) for part in cover.parts)
    return Span(column, _start(cover.since, calendar), parts)


def _start(month: str, calendar: Calendar) -> dt.datetime:
    return calendar.day_start(dt.date.fromisoformat(f"{month}-01"))


def _next(month: str) -> str:
    return f"{dt.date.fromisoformat(f'{month}-01') + dt.timedelta(days=31):%Y-%m}"


def present_files(name: str, config: SourceConfig, folder: Path, now: dt.datetime) -> Files:
    """Size, time of change and of status change (ns) of the source's files; those times are 0 where they are too fresh to be trusted."""
    return {str(path): _marks(path, now) for path in source_files(name, config, folder)}


def _marks(path: Path, now: dt.datetime) -> tuple[int, int, int]:
    found = path.stat()
    is_settled = max(found.st_mtime, found.st_ctime) < now.timestamp() - SETTLED_SECONDS
    return (found.st_size, found.st_mtime_ns, found.st_ctime_ns) if is_settled else (found.st_size, 0, 0)


def unchanged(files: Files, present: Files) -> bool:
    """Whether all these files are there as they were."""
    return all(marks[1] and present.get(path) == marks for path, marks in files.items())


def changed_files(slices: Collection[Files], present: Files) -> list[str]:
    """Those among the present that no slice stands for."""
    return [path for path in present if not any(path in files for files in slices)]
