"""Reading one generation of the embedded index: reports from SQLite within one transaction, rows from the lake's files.

Does not belong here: writing (`embedded`), how Parquet files become rows (`lake_rows`).
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from ca_assets.storage.embedded_reports import unpack
from ca_assets.storage.index import NotPublished, PublishedTable, Report, ReportKey
from ca_assets.storage.lake import Lake
from ca_assets.storage.lake_files import LakeFiles
from ca_assets.storage.lake_rows import stream_rows

BASKET_LINES = "basket_lines"


class EmbeddedSnapshot:
    """The `Snapshot` protocol over one open read transaction; valid inside `EmbeddedIndex.snapshot()` only."""

    def __init__(self, db: sqlite3.Connection, lake: Lake, generation: str, meta: dict[str, Any]) -> None:
        self._db = db
        self._lake = lake
        self._generation = generation
        self._meta = meta

    @property
    def generation(self) -> str:
        """Name of the current generation."""
        return self._generation

    def meta(self) -> dict[str, Any]:
        """What was recorded with the generation."""
        return dict(self._meta)

    def report(self, report_name: str, type: str, scope: str = "all", report_date: dt.date | None = None) -> Report:
        """One report, of the newest report date when none is given. Raises NotPublished."""
        row = self._db.execute(
            "SELECT report_date, created_at, data, text, content, report.meta FROM report JOIN content ON content = content.version"
            " JOIN meta ON report.meta = meta.version WHERE slot = '' AND report_name = ? AND type = ? AND scope = ?"
            " AND (? IS NULL OR report_date = ?) ORDER BY report_date DESC LIMIT 1",
            (report_name, type, scope, _iso(report_date), _iso(report_date)),
        ).fetchone()
        if row is None:
            raise NotPublished(self._missing(report_name, type, scope, report_date))
        day, created, data, meta, content, meta_version = row
        key = ReportKey(report_name, type, scope, dt.date.fromisoformat(day))
        return Report(key, dt.datetime.fromisoformat(created), unpack(data), f"{content}{meta_version}", json.loads(meta))

    def versions(self, report_name: str, type: str, scope: str = "all") -> dict[dt.date, str]:
        """Report dates that exist, newest last, each with its version."""
        rows = self._db.execute(
            "SELECT report_date, content || meta FROM report WHERE slot = '' AND report_name = ? AND type = ? AND scope = ? ORDER BY 1",
            (report_name, type, scope),
        )
        return {dt.date.fromisoformat(day): version for day, version in rows}

    def keys(self) -> list[ReportKey]:
        """Keys of all reports."""
        rows = self._db.execute("SELECT report_name, type, scope, report_date FROM report WHERE slot = '' ORDER BY 1, 2, 4, 3")
        return [ReportKey(name, type_, scope, dt.date.fromisoformat(day)) for name, type_, scope, day in rows]

    def scopes(self, report_date: dt.date | None = None) -> list[str]:
        """All scopes of the newest (or given) report date: `all`, then by dimension in mapped order, as the analyses listed them."""
        rows = self._db.execute(
            "SELECT scopes FROM report_set WHERE slot = '' AND report_date = coalesce(?,"
            " (SELECT max(report_date) FROM report_set WHERE slot = '')) ORDER BY report_name",
            (_iso(report_date),),
        )
        found = dict.fromkeys(scope for (text,) in rows for scope in json.loads(text))
        mapped = list(self._meta.get("dimensions", ()))
        order = [*mapped, *dict.fromkeys(name for name in map(_dimension, found) if name not in mapped)]
        return sorted(found, key=lambda scope: -1 if scope == "all" else order.index(_dimension(scope)))

    def table(self, name: str) -> PublishedTable:
        """What is published of a table. Raises NotPublished."""
        return PublishedTable(name, *self._published(name)[:2])

    def columns(self, name: str) -> pa.Schema:
        """Columns of a published table. Raises NotPublished."""
        return self._files(name).schema

    def rows(self, name: str, *, columns: Sequence[str] | None = None, where: dict[str, Any] | None = None) -> Iterator[pa.RecordBatch]:
        """Rows of a table (see `Snapshot`). `orders` also has the column `basket` when it is asked for by name.

        Raises NotPublished, and KeyError for a column that the table does not have.
        """
        lines = self._files(BASKET_LINES) if name == "orders" and self._has(BASKET_LINES) else None
        yield from stream_rows(self._files(name), columns, where or {}, lines)

    def _has(self, name: str) -> bool:
        return self._db.execute("SELECT 1 FROM tables WHERE slot = '' AND name = ?", (name,)).fetchone() is not None

    def _published(self, name: str) -> tuple[int, int, str, bytes]:
        row = self._db.execute("SELECT lake_version, rows, files, schema FROM tables WHERE slot = '' AND name = ?", (name,)).fetchone()
        if row is None:
            raise NotPublished(f"the table {name!r} is not published; load the shop first (ca load)")
        return int(row[0]), int(row[1]), str(row[2]), bytes(row[3])

    def _files(self, name: str) -> LakeFiles:
        version, _, files, schema = self._published(name)
        root = self._lake.uri(name)
        listed = tuple((f"{root}/{path}", month) for path, month in json.loads(files))
        return LakeFiles(version, pa.ipc.read_schema(pa.py_buffer(schema)), listed)

    def _missing(self, report_name: str, type_: str, scope: str, report_date: dt.date | None) -> str:
        known = "SELECT 1 FROM report WHERE slot = '' AND report_name = ? AND type = ? LIMIT 1"
        if self._db.execute(known, (report_name, type_)).fetchone() is None:
            return f"the report {report_name}/{type_} is not published; load the shop first (ca load), and look at its mapping"
        day = f" as of {report_date}" if report_date else ""
        return f"the report {report_name}/{type_} is not published for scope {scope!r}{day}; choose one that exists"


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _dimension(scope: str) -> str:
    return scope.partition("=")[0]
