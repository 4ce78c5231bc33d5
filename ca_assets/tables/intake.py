"""One source → all of its typed rows: what is read now, put together with what earlier loads kept.

The rows that come out are those that a whole read of the source would give. Where a key that was read now is kept in a month that was not
read, that month is read too; where a key has fewer rows than before, the source is asked for all its keys and the months in which the
missing ones are now are read too. Belongs here: reading and merging one source. What a clean row is: `typed`; joining sources: `load`.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import ibis

from ca_assets.shop import DATABASE_KINDS, Shop, SourceConfig
from ca_assets.sources.database_urls import database_place
from ca_assets.sources.open import open_source
from ca_assets.sources.reading import Reading
from ca_assets.sources.staging import RawSource
from ca_assets.tables.contracts import KEYS_ONLY, MOMENTS
from ca_assets.tables.digest import digest
from ca_assets.tables.increments import (
    Increments,
    changed_files,
    cover_for,
    present_files,
    source_key,
    span_of,
    unchanged,
)
from ca_assets.tables.kept import Cover, Files, Kept, Slice
from ca_assets.tables.typed import SourceRules, judged, texts, typed, values

MAX_WIDENINGS = 3
_NAMES = itertools.count()
Widen = Callable[[ibis.Table], set[str]]


@dataclass(frozen=True)
class Read:
    """What a load read of a source: `how` is whole, months, files or unchanged; `since` the first month (`2024-02`) of months.

    `problem`: why one of the rows cannot be used, when none of those read by month can, though at the last load some could.
    """

    how: str
    rows: int
    since: str | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Taken:
    """All rows of a source: `rows` typed (lazy), `broken` tables of broken ones, how many of each there are. `kept`: the copy to commit.

    `raw`: the rows that were read now, in our column names and with the same `_row`; None when none were.
    """

    rows: ibis.Table
    broken: tuple[ibis.Table, ...]
    row_count: int
    broken_count: int
    read: Read
    is_unchanged: bool
    kept: Kept | None = None
    raw: ibis.Table | None = None


@dataclass
class Intake:
    """Reads the sources of a shop with engine `con`; scratch files go to the reading's staging folder."""

    shop: Shop
    con: Any
    reading: Reading
    increments: Increments | None = None
    raws: dict[str, ibis.Table] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, config: SourceConfig) -> Taken:
        """All typed rows of a source. SourceError when it cannot be used; then nothing of it was taken."""
        if self.increments is None:
            return self._taken(name, config, [self._slice(name, config)], Read("whole", 0), None)
        self.keys[name] = source_key(name, config, self.shop, self.con.name, database_place(name, config, self.reading))
        kept = self.increments.kept.of(name, self.keys[name])
        if config.kind in DATABASE_KINDS:
            return self._database(name, config, kept, self.increments)
        return self._files(name, config, kept, self.increments)

    # Files: each slice stands for some; those that changed are read again.

    def _files(self, name: str, config: SourceConfig, kept: Kept | None, increments: Increments) -> Taken:
        present = present_files(name, config, self.reading.folder, increments.now)
        same = [] if kept is None or increments.is_full else [each for each in kept.slices if unchanged(each.files or {}, present)]
        wanted = changed_files([each.files or {} for each in same], present)
        if not wanted and kept is not None and len(same) == len(kept.slices):
            return replace(self._taken(name, config, self._absolute(same), Read("unchanged", 0), kept), is_unchanged=True)
        new = [self._slice(name, config, files={path: present[path] for path in wanted})] if wanted else []
        how = "files" if same else "whole"
        return self._taken(name, config, [*self._absolute(same), *new], Read(how, sum(map(_raw_rows, new))), kept)

    # Databases: a slice holds months; later ones replace those of earlier ones.

    def _database(self, name: str, config: SourceConfig, kept: Kept | None, increments: Increments) -> Taken:
        cover = cover_for(name, config, kept, increments, self.shop)
        for _ in range(MAX_WIDENINGS):
            if cover is None or kept is None:
                break
            new = self._slice(name, config, cover)
            if new.cover is None:
                return self._whole(name, config, kept, new)
            before = self._merged(self._absolute(kept.slices))
            wider = self._wider(name, config, before, self._read(new), cover)
            if wider == cover:
                return self._months(name, config, kept, new, before)
            cover = wider
        return self._whole(name, config, kept, self._slice(name, config))

    def _whole(self, name: str, config: SourceConfig, kept: Kept | None, new: Slice) -> Taken:
        if MOMENTS.get(name) not in config.columns:  # others are read by month, and this once a week
            new = replace(new, digest=digest(self._read(new)))
        taken = self._taken(name, config, [new], Read("whole", _raw_rows(new)), kept)
        same = new.digest is not None and kept is not None and [each.digest for each in kept.slices] == [new.digest]
        return replace(taken, is_unchanged=same)

    def _months(self, name: str, config: SourceConfig, kept: Kept, new: Slice, before: ibis.Table) -> Taken:
        cover = new.cover
        assert cover is not None  # noqa: S101 - for the type checker
        known, rows = before.filter(cover.holds(before["_month"])), self._read(new)
        read = Read("months", _raw_rows(new), cover.since, _spoiled(known, rows))
        if digest(known) == digest(rows):
            return replace(self._taken(name, config, self._absolute(kept.slices), read, kept), is_unchanged=True)
        still = [each for each in kept.slices if each.cover is None or not cover.includes(each.cover)]
        return self._taken(name, config, [*self._absolute(still), new], read, kept)

    def _wider(self, name: str, config: SourceConfig, before: ibis.Table, now: ibis.Table, cover: Cover) -> Cover:
        """The cover with the months in which the keys that were read now were kept, and those to which missing ones went."""
        elsewhere = before.filter(~cover.holds(before["_month"]))
        months = _months_of(elsewhere.semi_join(now, "id"))
        gone = _fewer(before.filter(cover.holds(before["_month"])), now)
        if int(gone.count().to_pyarrow().as_py()):
            gone = self._held(gone, f"{name}.gone")
            months |= {month for month in _months_of(self._keys(name, config).semi_join(gone, "id")) if month < cover.since}
        return replace(cover, parts=tuple(sorted({*cover.parts, *months})))

    def _keys(self, name: str, config: SourceConfig) -> ibis.Table:
        """Key and month of every row that the source has now."""
        columns = {ours: config.columns[ours] for ours in ("id", MOMENTS[name])}
        only = config.model_copy(update={"columns": columns, "dimensions": {}, "actions": {}})
        return self._read(self._slice(f"{name}{KEYS_ONLY}", only))

    # Both.

    def _slice(self, name: str, config: SourceConfig, cover: Cover | None = None, files: Files | None = None) -> Slice:
        """Read rows and write them down typed. `cover` of the result is None when the source gave all rows instead."""
        span = span_of(config.columns[MOMENTS[name]], cover, self.shop.calendar) if cover else None
        raw = open_source(name, config, self.reading, span, only=None if files is None else [Path(path) for path in files])
        rules = SourceRules(name, config, self.shop)
        self.raws[name] = self.con.read_parquet(raw.path)
        rows = self._typed(self.raws[name], rules)
        if raw.is_whole:
            cover = None
        elif cover is not None:
            rows = rows.filter(cover.holds(rows["_month"]))
        path = self._write(rows, name)
        return Slice(str(path), str(self._own_broken(raw)), raw.rows, raw.broken_rows, cover, files)

    def _own_broken(self, raw: RawSource) -> Path:
        """A name of its own: the next read of the source would overwrite it."""
        return raw.broken.rename(raw.broken.with_name(f"{raw.name}.{next(_NAMES)}.broken.parquet"))

    def _typed(self, table: ibis.Table, rules: SourceRules) -> ibis.Table:
        # Views keep the steps apart: Ibis would merge them into one and write each parse out once per use.
        for step in (texts, values, judged):
            table = self.con.create_view(f"ca_{step.__name__}_{next(_NAMES)}", step(table, rules))
        return typed(table, rules)

    def _write(self, table: ibis.Table, name: str) -> Path:
        path = self.reading.staging / f"{name}.{next(_NAMES)}.parquet"
        self.con.to_parquet(table, path)
        return path

    def _held(self, table: ibis.Table, name: str) -> ibis.Table:
        held: ibis.Table = self.con.read_parquet(self._write(table, name))
        return held

    def _absolute(self, slices: Any) -> list[Slice]:
        """Kept slices by the full names of their files."""
        assert self.increments is not None  # noqa: S101 - for the type checker
        path = self.increments.kept.path
        return [replace(each, rows=str(path(each.rows)), broken=str(path(each.broken))) for each in slices]

    def _read(self, each: Slice) -> ibis.Table:
        table: ibis.Table = self.con.read_parquet(Path(each.rows))
        return table

    def _merged(self, slices: list[Slice]) -> ibis.Table:
        """The rows of all slices, without those that later ones replace, numbered through."""
        tables, offset = [], 0
        for index, each in enumerate(slices):
            table = self._read(each)
            for later in slices[index + 1 :]:
                if later.cover is not None:
                    table = table.filter(~later.cover.holds(table["_month"]))
            tables.append(table.mutate(_row=table["_row"] + offset) if offset else table)
            offset += each.row_count
        return ibis.union(*tables) if len(tables) > 1 else tables[0]

    def _taken(self, name: str, config: SourceConfig, slices: list[Slice], read: Read, before: Kept | None) -> Taken:
        rows = self._merged(slices)
        broken = sum(each.broken_count for each in slices)
        tables = tuple(self.con.read_parquet(Path(each.broken)) for each in slices if each.broken_count)
        kept = self._kept(name, config, slices, rows, broken)
        if kept is not None and before is not None and kept.newest is None:
            kept = replace(kept, newest=before.newest)
        count = int(rows.count().to_pyarrow().as_py())
        return Taken(rows, tables, count, broken, read, is_unchanged=False, kept=kept, raw=self.raws.get(name))

    def _kept(self, name: str, config: SourceConfig, slices: list[Slice], rows: ibis.Table, broken: int) -> Kept | None:
        """The copy to commit. None where broken rows of a database have no month: it is read whole until they are mended."""
        if self.increments is None or (config.kind in DATABASE_KINDS and broken):
            return None
        return Kept(self.keys[name], self.increments.now, self._newest(name, config, rows, self.increments.now), tuple(slices))

    def _newest(self, name: str, config: SourceConfig, rows: ibis.Table, now: dt.datetime) -> dt.datetime | None:
        column = MOMENTS.get(name)
        if column not in config.columns or config.kind not in DATABASE_KINDS:
            return None
        moment = rows[column]
        newest: dt.datetime | None = moment.max(where=rows["_reason"].isnull() & (moment <= ibis.literal(now))).to_pyarrow().as_py()
        return newest


def _raw_rows(each: Slice) -> int:
    return each.row_count + each.broken_count


def _spoiled(known: ibis.Table, rows: ibis.Table) -> str | None:
    """The smallest message of rows none of which can be used, when some of the known ones could."""
    found = rows.agg(good=rows.count(where=rows["_reason"].isnull()), problem=rows["_message"].min()).to_pyarrow().to_pylist()[0]
    if found["good"] or found["problem"] is None:
        return None
    was_good = int(known.count(where=known["_reason"].isnull()).to_pyarrow().as_py())
    return str(found["problem"]) if was_good else None


def _months_of(rows: ibis.Table) -> set[str]:
    """Different months of rows, without those that have none."""
    found = rows.filter(rows["_month"].notnull()).select("_month").distinct()
    return set(found.to_pyarrow()["_month"].to_pylist())


def _fewer(before: ibis.Table, now: ibis.Table) -> ibis.Table:
    """Keys that have fewer rows now than before."""
    old = before.filter(before["id"].notnull()).group_by("id").agg(rows=lambda t: t.count())
    new = now.group_by("id").agg(_rows=lambda t: t.count()).select(_id="id", _rows="_rows")
    joined = old.left_join(new, old["id"] == new["_id"])
    return joined.filter(joined["rows"] > joined["_rows"].fill_null(0)).select("id")
