"""One source → all of its typed rows: what is read now, put together with what earlier loads cached.

The rows that come out are those that a whole read of the source would give. Where a key that was read now is cached in a month that was not
read, that month is read too; where a key has fewer rows than before, the source is asked for all its keys and the months in which the
missing ones are now are read too. Belongs here: reading and merging one source. Which rows are read, and whether the source is unchanged:
`incremental`; what a clean row is: `typed`; joining sources: `build`.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ibis

from ca_assets.cleaning.erased import without_texts
from ca_assets.cleaning.incremental import (
    Increments,
    are_rows_unchanged,
    file_changes,
    file_marks,
    is_whole_unchanged,
    months_to_read,
    rows_digest,
    source_key,
    span_of,
)
from ca_assets.cleaning.parse import SourceRules
from ca_assets.cleaning.source_cache import CachedPart, CachedSource, Files, MonthRange
from ca_assets.cleaning.typed import typed_rows
from ca_assets.contracts.sources import KEYS_ONLY, MOMENTS
from ca_assets.sources.databases import database_identity
from ca_assets.sources.driver import Reading
from ca_assets.sources.events.summary import has_built_events
from ca_assets.sources.open import open_source

MAX_WIDENINGS = 3
_NUMBERS = itertools.count()


@dataclass(frozen=True)
class ReadSummary:
    """What a load read of a source: `how` is whole, months, files or unchanged; `since` the first month (`2024-02`) of months.

    `problem`: of a source read by month, what is wrong when none of the rows can be used, though at the last load some could.
    """

    how: str
    rows: int
    since: str | None = None
    problem: str | None = None


@dataclass(frozen=True)
class SourceRows:
    """All rows of a source: `typed` (lazy), `broken` tables of those that are no rows, how many of each there are.

    `raw`: the rows that were read now, in our column names and with the same `_row` as typed; None when none were. `is_unchanged`: no row
    differs from what is cached. `to_cache`: what to commit to the cache once a load is published; None when it cannot be cached.
    """

    typed: ibis.Table
    broken: tuple[ibis.Table, ...]
    row_count: int
    broken_count: int
    summary: ReadSummary
    is_unchanged: bool = False
    to_cache: CachedSource | None = None
    raw: ibis.Table | None = None


@dataclass(frozen=True)
class PartRead:
    """A part that was read now, with its rows as the source gave them."""

    part: CachedPart
    raw: ibis.Table


class IncrementalReader:
    """Reads one source with engine `con`, without increments all of its rows; scratch files go to the reading's staging folder."""

    def __init__(self, rules: SourceRules, con: Any, reading: Reading, increments: Increments | None) -> None:
        self.rules, self.con, self.reading, self.increments = rules, con, reading, increments
        self.name, self.config, self.shop = rules.name, rules.config, rules.shop
        self.key = ""

    def read(self) -> SourceRows:
        """All typed rows. SourceError when the source cannot be used; then nothing of it was taken."""
        if self.increments is None:
            new = self._read_part()
            return self._rows([new.part], ReadSummary("whole", new.part.raw_count), None, new.raw)
        database = database_identity(self.name, self.config, self.reading)
        self.key = source_key(self.name, self.config, self.shop, self.con.name, database)
        cached = self.increments.cache.get(self.name, self.key)
        if self.config.is_events:
            cached = cached if has_built_events(self.name, self.reading) else None
            return self._whole(cached, self._read_part()) if self.config.url else self._files(cached, self.increments)
        if self.config.is_database:
            return self._database(cached, self.increments)
        return self._files(cached, self.increments)

    # Files: each part stands for some; those that changed are read again.

    def _files(self, cached: CachedSource | None, increments: Increments) -> SourceRows:
        marks = file_marks(self.name, self.config, self.reading.folder, increments.now)
        changes = file_changes(cached, marks, increments.is_full)
        if self.config.is_read_together and not changes.is_unchanged:  # its rows are of all files together
            changes = file_changes(None, marks, is_full=True)
        if changes.is_unchanged:
            return replace(self._rows(changes.unchanged, ReadSummary("unchanged", 0), cached), is_unchanged=True)
        new = self._read_part(files=changes.to_read) if changes.to_read else None
        how = "files" if changes.unchanged else "whole"
        parts = (*changes.unchanged, new.part) if new else changes.unchanged
        return self._rows(parts, ReadSummary(how, new.part.raw_count if new else 0), cached, new.raw if new else None)

    # Databases: a part holds months; later ones replace those of earlier ones.

    def _database(self, cached: CachedSource | None, increments: Increments) -> SourceRows:
        months = months_to_read(self.name, self.config, self.shop, cached, increments)
        for _ in range(MAX_WIDENINGS):
            if months is None or cached is None:
                break
            new = self._read_part(months)
            if new.part.months is None:  # the source gave all of its rows instead
                return self._whole(cached, new)
            before = self._merged(cached.parts)
            wider = self._widened(months, before, self._typed(new.part))
            if wider == months:
                return self._months(cached, new, before, months)
            months = wider
        return self._whole(cached, self._read_part())

    def _whole(self, cached: CachedSource | None, new: PartRead) -> SourceRows:
        part = new.part
        if MOMENTS.get(self.name) not in self.config.columns:  # others are read by month, and this once a week
            part = replace(part, digest=rows_digest(self._typed(part)))
        rows = self._rows([part], ReadSummary("whole", part.raw_count), cached, new.raw)
        return replace(rows, is_unchanged=is_whole_unchanged(cached, part))

    def _months(self, cached: CachedSource, new: PartRead, before: ibis.Table, months: MonthRange) -> SourceRows:
        known, read = before.filter(months.has(before["_month"])), self._typed(new.part)
        summary = ReadSummary("months", new.part.raw_count, months.since, _problem_of_all(known, read))
        if are_rows_unchanged(known, read):
            return replace(self._rows(cached.parts, summary, cached, new.raw), is_unchanged=True)
        unreplaced = [part for part in cached.parts if part.months is None or not months.includes(part.months)]
        return self._rows([*unreplaced, new.part], summary, cached, new.raw)

    def _widened(self, months: MonthRange, before: ibis.Table, read: ibis.Table) -> MonthRange:
        """The months with those in which the keys that were read now are cached, and those to which missing ones went."""
        elsewhere = before.filter(~months.has(before["_month"]))
        earlier = _months_of(elsewhere.semi_join(read, "id"))
        missing = _keys_with_fewer_rows(before.filter(months.has(before["_month"])), read)
        if int(missing.count().to_pyarrow().as_py()):
            missing = self.con.read_parquet(self._write(missing, f"{self.name}.missing"))
            earlier |= {month for month in _months_of(self._keys().semi_join(missing, "id")) if month < months.since}
        return replace(months, earlier=tuple(sorted({*months.earlier, *earlier})))

    def _keys(self) -> ibis.Table:
        """Key and month of every row that the source has now."""
        columns = {ours: self.config.columns[ours] for ours in ("id", MOMENTS[self.name])}
        config = self.config.model_copy(update={"columns": columns, "dimensions": {}, "actions": {}})
        keys = IncrementalReader(SourceRules(f"{self.name}{KEYS_ONLY}", config, self.shop), self.con, self.reading, None)
        return keys._typed(keys._read_part().part)

    # Both.

    def _read_part(self, months: MonthRange | None = None, files: Files | None = None) -> PartRead:
        """Read rows and write them down typed. `months` of the result is None when the source gave all rows instead."""
        span = span_of(self.config.columns[MOMENTS[self.name]], months, self.shop.calendar) if months else None
        only = None if files is None else [Path(path) for path in files]
        staged = open_source(self.name, self.config, self.reading, span, only=only)
        raw = self.con.read_parquet(staged.path)
        rows = typed_rows(self.con, raw, self.rules)
        if staged.is_whole:
            months = None
        elif months is not None:
            rows = rows.filter(months.has(rows["_month"]))
        # A name of its own: the next read of the source would overwrite it.
        broken = staged.broken.rename(staged.broken.with_name(f"{staged.name}.{next(_NUMBERS)}.broken.parquet"))
        if self.rules.erased.pseudonyms and staged.broken_rows:
            broken = self._write(without_texts(self.con.read_parquet(broken)), f"{staged.name}.broken")
        part = CachedPart(self._write(rows, self.name), broken, staged.rows, staged.broken_rows, months, files)
        return PartRead(part, raw)

    def _write(self, table: ibis.Table, name: str) -> Path:
        path = self.reading.staging / f"{name}.{next(_NUMBERS)}.parquet"
        self.con.to_parquet(table, path)
        return path

    def _typed(self, part: CachedPart) -> ibis.Table:
        table: ibis.Table = self.con.read_parquet(part.rows)
        return table

    def _merged(self, parts: Sequence[CachedPart]) -> ibis.Table:
        """The rows of all parts, without those that later ones replace, numbered through."""
        tables, offset = [], 0
        for index, part in enumerate(parts):
            table = self._typed(part)
            for later in parts[index + 1 :]:
                if later.months is not None:
                    table = table.filter(~later.months.has(table["_month"]))
            tables.append(table.mutate(_row=table["_row"] + offset) if offset else table)
            offset += part.row_count
        return ibis.union(*tables) if len(tables) > 1 else tables[0]

    def _rows(
        self, parts: Sequence[CachedPart], summary: ReadSummary, before: CachedSource | None, raw: ibis.Table | None = None
    ) -> SourceRows:
        """All rows of the parts; `before`: what was cached of the source until now."""
        typed = self._merged(parts)
        broken = tuple(self.con.read_parquet(part.broken) for part in parts if part.broken_count)
        broken_count = sum(part.broken_count for part in parts)
        to_cache = None
        # Where broken rows of a database have no month, it is read whole until they are mended.
        if self.increments is not None and not (self.config.is_database and broken_count):
            newest = self._newest(typed, self.increments.now) or (before.newest if before else None)
            to_cache = CachedSource(self.key, self.increments.now, newest, tuple(parts))
        count = int(typed.count().to_pyarrow().as_py())
        return SourceRows(typed, broken, count, broken_count, summary, to_cache=to_cache, raw=raw)

    def _newest(self, rows: ibis.Table, now: dt.datetime) -> dt.datetime | None:
        """The last moment of an accepted row of a database before this load; None without a mapped date."""
        column = MOMENTS.get(self.name)
        if column not in self.config.columns or not self.config.is_database:
            return None
        moment = rows[column]
        newest: dt.datetime | None = moment.max(where=rows["_reason"].isnull() & (moment <= ibis.literal(now))).to_pyarrow().as_py()
        return newest


def _problem_of_all(known: ibis.Table, read: ibis.Table) -> str | None:
    """Why none of the rows can be used, when some of the known ones could: the smallest message, or that there are none."""
    facts = read.agg(good=read.count(where=read["_reason"].isnull()), problem=read["_message"].min()).to_pyarrow().to_pylist()[0]
    if facts["good"]:
        return None
    was_good = int(known.count(where=known["_reason"].isnull()).to_pyarrow().as_py())
    return (facts["problem"] or f"the last load could use {was_good:,} of them") if was_good else None


def _months_of(rows: ibis.Table) -> set[str]:
    """Different months of rows, without those that have none."""
    months = rows.filter(rows["_month"].notnull()).select("_month").distinct()
    return set(months.to_pyarrow()["_month"].to_pylist())


def _keys_with_fewer_rows(before: ibis.Table, now: ibis.Table) -> ibis.Table:
    """Keys that have fewer rows now than before."""
    old = before.filter(before["id"].notnull()).group_by("id").agg(rows=lambda t: t.count())
    new = now.group_by("id").agg(_rows=lambda t: t.count()).select(_id="id", _rows="_rows")
    joined = old.left_join(new, old["id"] == new["_id"])
    return joined.filter(joined["rows"] > joined["_rows"].fill_null(0)).select("id")
