"""Our copy of each source's typed rows, kept from load to load so that the next one reads only what may have changed.

A cache, never the truth: a copy that does not fit (other mapping, other engine, a missing file) is no copy, and the source is read whole.
A copy is a list of slices, each a file of typed rows; of a database later ones replace the months that they cover, of a folder each stands
for its own files. One JSON file per source names its slices and is replaced in one step, after the load that read them was published.
Belongs here: what is kept and where. Which rows are read again: `increments`; reading and merging: `intake`.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

FORMAT = 1
LOAD = "load"
Files = Mapping[str, tuple[int, int, int]]


@dataclass(frozen=True)
class Cover:
    """Months (`2024-02`) that a slice of a database holds: from `since` on, `parts`, and rows without a month."""

    since: str
    parts: tuple[str, ...] = ()

    def holds(self, month: Any) -> Any:
        """Whether a column `_month` lies in it."""
        return month.isnull() | (month >= self.since) | month.isin(self.parts or ("",))

    def includes(self, other: Cover) -> bool:
        """Whether all months of `other` are in this one."""
        return self.since <= other.since and all(part >= self.since or part in self.parts for part in other.parts)


@dataclass(frozen=True)
class Slice:
    """`rows`, `broken`: Parquet files of typed and of broken rows, and how many raw rows they are.

    `cover`: of a database the months in it, None for all rows; `files`: of a file source what it was read from (size, two times).
    `digest` stands for the content of a slice with all rows.
    """

    rows: str
    broken: str
    row_count: int
    broken_count: int
    cover: Cover | None = None
    files: Files | None = None
    digest: str | None = None

    @classmethod
    def of(cls, found: dict[str, Any]) -> Slice:
        """From JSON."""
        cover, files = found["cover"], found["files"]
        return cls(
            **{
                **found,
                "cover": Cover(cover["since"], tuple(cover["parts"])) if cover else None,
                "files": {name: tuple(marks) for name, marks in files.items()} if files is not None else None,
            }
        )


@dataclass(frozen=True)
class Kept:
    """A source's copy. `key` stands for how its rows were typed, `read_at` for when, `newest` is the last accepted moment before that."""

    key: str
    read_at: dt.datetime
    newest: dt.datetime | None
    slices: tuple[Slice, ...]


class KeptRows:
    """The folder of all copies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """A slice's file."""
        return self.folder / name

    def of(self, source: str, key: str) -> Kept | None:
        """The copy of a source when it was made with this key and is all there; None when it cannot be used."""
        found = self._json(source)
        if found is None or found.get("format") != FORMAT or found["key"] != key:
            return None
        slices = tuple(Slice.of(each) for each in found["slices"])
        if not all(self.path(name).exists() for each in slices for name in (each.rows, each.broken)):
            return None
        newest = dt.datetime.fromisoformat(found["newest"]) if found["newest"] else None
        return Kept(key, dt.datetime.fromisoformat(found["read_at"]), newest, slices)

    def last_load(self) -> dict[str, Any]:
        """What was said of the load that the copies belong to; empty before the first."""
        return self._json(LOAD) or {}

    def commit(self, copies: Mapping[str, Kept], load: Mapping[str, Any]) -> None:
        """Make these the copies: slices are moved here. A source that is not named has none any more."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._forget([LOAD])  # a kill in the middle leaves copies without a load that they belong to: the tables are then made again
        kept = {source: self._moved(copy) for source, copy in copies.items()}
        for source, copy in kept.items():
            self._write(source, {"format": FORMAT, **_plain(copy)})
        self._forget({path.stem for path in self.folder.glob("*.json")} - {*kept})
        self._write(LOAD, load)
        self._tidy(name for copy in kept.values() for each in copy.slices for name in (each.rows, each.broken))

    def _moved(self, copy: Kept) -> Kept:
        slices = (replace(each, rows=self._taken(each.rows), broken=self._taken(each.broken)) for each in copy.slices)
        return replace(copy, slices=tuple(slices))

    def _taken(self, name: str) -> str:
        if not Path(name).is_absolute() or Path(name).parent == self.folder:
            return Path(name).name
        own = f"{Path(name).stem}.{secrets.token_hex(8)}.parquet"
        shutil.move(name, self.path(own))
        return own

    def _json(self, name: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return found

    def _write(self, name: str, value: Mapping[str, Any]) -> None:
        own = self.folder / f"{name}.json.{secrets.token_hex(4)}"
        own.write_text(json.dumps(value, sort_keys=True, default=str), encoding="utf-8")
        own.replace(self.folder / f"{name}.json")

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            (self.folder / f"{name}.json").unlink(missing_ok=True)

    def _tidy(self, needed: Iterable[str]) -> None:
        """Remove what no copy names: replaced slices, and what a killed load left."""
        names = set(needed)
        for path in self.folder.iterdir():
            if path.suffix != ".json" and path.name not in names:
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()


def _plain(copy: Kept) -> dict[str, Any]:
    return {**asdict(copy), "read_at": copy.read_at.isoformat(), "newest": copy.newest.isoformat() if copy.newest else None}
