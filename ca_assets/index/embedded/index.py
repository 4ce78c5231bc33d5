"""The embedded index: one SQLite file (WAL) with reports; the tables are served from the lake's Parquet files at their published version.

What a switch does, and why (docs/contract leaves it open):
- The unit of replacement is the report set, that is (report_name, report_date), as one analysis computes it. A set that was staged
  replaces what was visible of it as a whole: reports whose type or scope no longer exists go, because figures of an older version of
  the lake beside new ones would break "one metric, one number".
- Sets that were not staged stay as they are: other report dates, and analyses with a job of their own (CLV).
- Staging into the current generation is visible at once; it replaces the staged types, and leaves other types of the set alone
  (windows may be staged by a second call).
- Until some day is complete a set has no report date; it is published under NO_REPORT_DATE and goes when a real one arrives.
- What was staged for a generation that was never switched to (a killed load) goes with the next switch: one load runs at a time,
  and a generation stands for a state of the lake, which never comes back.

A report's version is a hash of its rows (in the order of its key) and meta (but its run id), so unchanged content keeps its version.
Belongs here: writing. Reading is `snapshot`, the file's tables and connections are `file`.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from ca_assets.analyses.core.report import ReportSet
from ca_assets.analyses.search_terms.family import TABLE as SEARCH_TERMS
from ca_assets.index.embedded.file import IndexFile, disk_state
from ca_assets.index.embedded.snapshot import EmbeddedSnapshot
from ca_assets.index.protocol import NotPublished, check_table_name
from ca_assets.index.report_pieces import NO_REPORT_DATE, Piece, meta_hash, meta_text, pieces, published_date
from ca_assets.index.search.term_files import build as build_terms
from ca_assets.index.search.term_files import remove_unpublished
from ca_assets.lake.lake import Lake
from ca_assets.lake.rows import stream_rows


class EmbeddedIndex:
    """The `Index` protocol in one file; any number of reading and writing processes on one machine."""

    def __init__(self, path: Path, lake: Lake) -> None:
        self.file = IndexFile(path)
        self.lake = lake
        self.search_root = path.parent / "search"

    def stage_reports(self, generation: str, reports: ReportSet) -> None:
        """Write reports under a generation (see `Index`); one transaction. Raises IndexUnavailable."""
        staged = pieces(reports)
        meta = meta_text(reports.meta)
        with self.file.writing() as db:
            slot = _slot(db, generation)
            db.executemany("INSERT OR IGNORE INTO content VALUES (?, ?)", {piece.version: piece.data for piece in staged}.items())
            db.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (meta_hash(meta), meta))
            _replace_types(db, slot, reports, staged)
            if slot == "":
                _drop_undated_set(db, reports.name, published_date(reports).isoformat())
            _drop_unreferenced(db)

    def stage_table(self, generation: str, name: str, lake_version: int, rows: int, key: Sequence[str]) -> None:
        """Publish a lake table's version under a generation (see `Index`). Raises IndexUnavailable, NotInLake, ValueError."""
        check_table_name(name)
        files = self.lake.files(name, lake_version)
        root = f"{self.lake.uri(name)}/"
        relative_files = json.dumps([[uri.removeprefix(root), month] for uri, month in files.files])
        if name == SEARCH_TERMS.name:
            build_terms(self.search_root, lake_version, pa.Table.from_batches(stream_rows(files, None, {}, None), files.schema))
        with self.file.writing() as db:
            values = (_slot(db, generation), name, lake_version, rows, relative_files, files.schema.serialize().to_pybytes(), _now())
            columns = "slot, name, lake_version, rows, files, schema, staged_at, key"
            db.execute(f"INSERT OR REPLACE INTO tables ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*values, json.dumps(list(key))))  # noqa: S608

    def switch(self, generation: str, meta: dict[str, Any]) -> None:
        """Make a generation current (see `Index` and this module's text); one transaction. Raises IndexUnavailable."""
        with self.file.writing() as db:
            if _slot(db, generation) != "":
                _publish_staged(db, generation)
            text = json.dumps(meta, sort_keys=True, default=str)
            db.execute("INSERT OR REPLACE INTO current VALUES (1, ?, ?, ?)", (generation, text, _now()))
            for table in ("report", "report_set", "tables"):  # staged by a load that was killed
                db.execute(f"DELETE FROM {table} WHERE slot <> ''")  # noqa: S608 - names above
            _drop_unreferenced(db)
            versions = db.execute("SELECT lake_version FROM tables WHERE name = ?", (SEARCH_TERMS.name,)).fetchall()
        remove_unpublished(self.search_root, [version for (version,) in versions])

    def current(self) -> str | None:
        """The current generation; None before the first publication. Raises IndexUnavailable."""
        if not self.file.path.exists():
            return None
        with self.file.reading() as db:
            row = db.execute("SELECT generation FROM current").fetchone()
        return str(row[0]) if row else None

    @contextmanager
    def snapshot(self) -> Iterator[EmbeddedSnapshot]:
        """A consistent view: one read transaction. Raises NotPublished before the first publication, IndexUnavailable."""
        if not self.file.path.exists():
            raise NotPublished("nothing is published yet; load the shop first (ca load)")
        with self.file.reading() as db:
            row = db.execute("SELECT generation, meta FROM current").fetchone()
            if row is None:
                raise NotPublished("nothing is published yet; load the shop first (ca load)")
            yield EmbeddedSnapshot(db, self.lake, self.search_root, str(row[0]), json.loads(row[1]))

    def health(self) -> dict[str, Any]:
        """Kind, place, version of SQLite, size, free disk and whether it can be written. Never raises for an unreachable store."""
        return {"kind": "embedded", "sqlite": sqlite3.sqlite_version, "generation": None, **disk_state(self.file)}

    def purge(self) -> None:
        """Give free pages and the log of changes back, and files of terms that are not published. Raises IndexUnavailable."""
        if self.file.path.exists():
            self.file.vacuum()
            with self.file.reading() as db:
                versions = db.execute("SELECT lake_version FROM tables WHERE name = ?", (SEARCH_TERMS.name,)).fetchall()
            remove_unpublished(self.search_root, [version for (version,) in versions], kept_seconds=0)

    def find_texts(self, is_in: Callable[[str], bool]) -> tuple[int, list[str]]:
        """Nothing: all of it is files of `CA_HOME` and of the lake."""
        return 0, []


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat()


def _slot(db: sqlite3.Connection, generation: str) -> str:
    """The slot of a generation's rows: '' is what readers see."""
    return "" if db.execute("SELECT 1 FROM current WHERE generation = ?", (generation,)).fetchone() else generation


def _replace_types(db: sqlite3.Connection, slot: str, reports: ReportSet, staged: list[Piece]) -> None:
    """Replace the staged types: scopes that no longer exist go; reports with unchanged content keep their creation time."""
    now, day, meta = _now(), published_date(reports).isoformat(), meta_hash(meta_text(reports.meta))
    before = _published_reports(db, reports.name, day)
    of_type = "slot = ? AND report_name = ? AND report_date = ? AND type = ?"
    db.executemany(f"DELETE FROM report WHERE {of_type}", [(slot, reports.name, day, type_) for type_ in reports.tables])  # noqa: S608
    rows = []
    for piece in staged:
        versions, created = before.get((piece.type, piece.scope), (None, now))
        created = created if versions == (piece.version, meta) else now
        rows.append((slot, reports.name, piece.type, day, piece.scope, piece.version, meta, created, now))
    db.executemany("INSERT INTO report VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    db.execute("INSERT OR REPLACE INTO report_set VALUES (?, ?, ?, ?, ?)", (slot, reports.name, day, json.dumps(reports.scopes), now))


def _published_reports(db: sqlite3.Connection, name: str, day: str) -> dict[tuple[str, str], tuple[tuple[str, str], str]]:
    """(type, scope) → ((content, meta), created_at) of what readers see of a set."""
    sql = "SELECT type, scope, content, meta, created_at FROM report WHERE slot = '' AND report_name = ? AND report_date = ?"
    return {(row[0], row[1]): ((row[2], row[3]), row[4]) for row in db.execute(sql, (name, day))}


def _publish_staged(db: sqlite3.Connection, generation: str) -> None:
    """Staged sets take the place of the visible ones of the same name and date, staged tables that of the same name."""
    for name, day in db.execute("SELECT report_name, report_date FROM report_set WHERE slot = ?", (generation,)).fetchall():
        for table in ("report", "report_set"):
            db.execute(f"DELETE FROM {table} WHERE slot = '' AND report_name = ? AND report_date = ?", (name, day))  # noqa: S608
        _drop_undated_set(db, name, day)
    for table in ("report", "report_set", "tables"):
        db.execute(f"UPDATE OR REPLACE {table} SET slot = '' WHERE slot = ?", (generation,))  # noqa: S608 - names above


def _drop_undated_set(db: sqlite3.Connection, name: str, day: str) -> None:
    """A set with a report date ends the one from before any day was complete."""
    undated = NO_REPORT_DATE.isoformat()
    for table in ("report", "report_set"):
        where = "slot = '' AND report_name = ? AND report_date = ? AND ? <> ?"
        db.execute(f"DELETE FROM {table} WHERE {where}", (name, undated, day, undated))  # noqa: S608 - names above


def _drop_unreferenced(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM content WHERE NOT EXISTS (SELECT 1 FROM report WHERE report.content = content.version)")
    db.execute("DELETE FROM meta WHERE NOT EXISTS (SELECT 1 FROM report WHERE report.meta = meta.version)")
