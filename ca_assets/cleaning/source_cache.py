"""The source cache: each source's typed rows, kept from load to load so that the next one reads only what may have changed.

A cache, never the truth: what does not fit (another mapping, another engine, a missing file) is not used, and the source is read whole.
A cached source is a list of parts, each a file of typed rows; of a database later ones replace the months that they hold, of a folder each
stands for its own files. One JSON file per source names its parts and is replaced in one step, after the load that read them was published.
Belongs here: what is cached and where. Which rows are read again: `incremental`; reading and merging: `incremental_reader`.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ca_assets.contracts.alarms import Alarm, alarms_of

FORMAT = 2
LOAD = "load"
Files = Mapping[str, tuple[int, int, int]]


@dataclass(frozen=True)
class MonthRange:
    """Months (`2024-02`) that a part of a database's source holds: from `since` on, single `earlier` ones, and rows without a month."""

    since: str
    earlier: tuple[str, ...] = ()

    def has(self, month: Any) -> Any:
        """Whether a column `_month` lies in it (Ibis boolean)."""
        return month.isnull() | (month >= self.since) | month.isin(self.earlier or ("",))

    def includes(self, other: MonthRange) -> bool:
        """Whether all months of `other` are in this one."""
        return self.since <= other.since and all(month >= self.since or month in self.earlier for month in other.earlier)


@dataclass(frozen=True)
class CachedPart:
    """`rows`, `broken`: Parquet files of typed and of broken rows, and how many raw rows they are.

    `months`: of a database those that the part holds, None for all rows; `files`: of a file source what it was read from (size, two
    times). `digest` stands for the content of a part with all rows.
    """

    rows: Path
    broken: Path
    row_count: int
    broken_count: int
    months: MonthRange | None = None
    files: Files | None = None
    digest: str | None = None

    @property
    def raw_count(self) -> int:
        """Raw rows that were read for it."""
        return self.row_count + self.broken_count


@dataclass(frozen=True)
class CachedSource:
    """A source's parts. `key` stands for how its rows were typed, `read_at` for when, `newest` is the last accepted moment before that."""

    key: str
    read_at: dt.datetime
    newest: dt.datetime | None
    parts: tuple[CachedPart, ...]


@dataclass(frozen=True)
class CachedLoad:
    """The load that the cached sources belong to: their names, the tables' versions that it made, counts, reasons, alarms."""

    sources: tuple[str, ...]
    versions: Mapping[str, int]
    counts: dict[str, dict[str, int]]
    reasons: dict[str, dict[str, int]]
    alarms: tuple[Alarm, ...] = ()

    def made(self, sources: Collection[str], versions: Mapping[str, int]) -> bool:
        """Whether these sources and table versions are those of that load: then unchanged sources mean unchanged tables."""
        return set(self.sources) == set(sources) and self.versions == versions


class SourceCache:
    """The folder of all cached sources."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, source: str, key: str) -> CachedSource | None:
        """A cached source when it was made with this key and is all there; None when it cannot be used."""
        entry = self._read(source)
        if entry is None or entry.get("format") != FORMAT or entry["key"] != key:
            return None
        parts = tuple(self._part(part) for part in entry["parts"])
        if not all(path.exists() for part in parts for path in (part.rows, part.broken)):
            return None
        newest = dt.datetime.fromisoformat(entry["newest"]) if entry["newest"] else None
        return CachedSource(key, dt.datetime.fromisoformat(entry["read_at"]), newest, parts)

    def _part(self, entry: dict[str, Any]) -> CachedPart:
        """From JSON, where files are named without their folder."""
        months, files = entry["months"], entry["files"]
        return CachedPart(
            **{
                **entry,
                "rows": self.folder / entry["rows"],
                "broken": self.folder / entry["broken"],
                "months": MonthRange(months["since"], tuple(months["earlier"])) if months else None,
                "files": {name: tuple(marks) for name, marks in files.items()} if files is not None else None,
            }
        )

    def last_load(self) -> CachedLoad | None:
        """The load that the cached sources belong to; None before the first, and when it cannot be told."""
        entry = self._read(LOAD)
        if entry is None or entry.get("format") != FORMAT:
            return None
        return CachedLoad(tuple(entry["sources"]), entry["versions"], entry["counts"], entry["reasons"], tuple(alarms_of(entry)))

    def commit(self, sources: Mapping[str, CachedSource], load: CachedLoad) -> None:
        """Make these the cached sources: files of their parts are moved here. A source that is not named is cached no more."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._remove_entries([LOAD])  # first: after a kill in the middle the sources belong to no load, so the tables are made again
        cached = {name: replace(source, parts=tuple(self._moved(part) for part in source.parts)) for name, source in sources.items()}
        for name, source in cached.items():
            times = {"read_at": source.read_at.isoformat(), "newest": source.newest.isoformat() if source.newest else None}
            parts = [{**asdict(part), "rows": part.rows.name, "broken": part.broken.name} for part in source.parts]
            self._write(name, {"key": source.key, **times, "parts": parts})
        self._remove_entries({path.stem for path in self.folder.glob("*.json")} - {*cached})
        self._write(LOAD, asdict(load))
        self._remove_unneeded(path for source in cached.values() for part in source.parts for path in (part.rows, part.broken))

    def _moved(self, part: CachedPart) -> CachedPart:
        """The part with its files in this folder: moved here under names of their own unless they are here already."""
        places = {}
        for path in (part.rows, part.broken):
            places[path] = path
            if path.parent != self.folder:
                places[path] = self.folder / f"{path.stem}.{secrets.token_hex(8)}.parquet"
                shutil.move(path, places[path])
        return replace(part, rows=places[part.rows], broken=places[part.broken])

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            entry: dict[str, Any] = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return entry

    def _write(self, name: str, entry: Mapping[str, Any]) -> None:
        draft = self.folder / f"{name}.json.{secrets.token_hex(4)}"
        draft.write_text(json.dumps({"format": FORMAT, **entry}, sort_keys=True), encoding="utf-8")
        draft.replace(self.folder / f"{name}.json")

    def _remove_entries(self, names: Iterable[str]) -> None:
        for name in names:
            (self.folder / f"{name}.json").unlink(missing_ok=True)

    def _remove_unneeded(self, needed: Iterable[Path]) -> None:
        """Remove what no part names: replaced parts, and what a killed load left."""
        names = {path.name for path in needed}
        for path in self.folder.iterdir():
            if path.suffix != ".json" and path.name not in names:
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()
