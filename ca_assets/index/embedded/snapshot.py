"""Reading one generation of the embedded index: reports from SQLite within one transaction, rows and pages from the lake's files.

Does not belong here: writing (`index`), how Parquet files become rows (`lake.rows`), what a page's filters are in SQL (`index.sql`).
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from ca_assets.analyses.search_terms.family import TABLE as SEARCH_TERMS
from ca_assets.contracts.report_path import ReportPath
from ca_assets.contracts.tables import MONTH
from ca_assets.index.paging import Cursor, Filter, Order, Page, page_of, page_request
from ca_assets.index.protocol import NotPublished, PublishedTable, Report, ReportKey, missing_report, missing_table
from ca_assets.index.report_pieces import sorted_scopes, unpack
from ca_assets.index.search.hits import KINDS, Hit, Kind, folded_query, hits_of, search_floor
from ca_assets.index.search.term_files import folder_of, open_terms
from ca_assets.index.sql import Relation, count_rows, engine, page_rows
from ca_assets.lake.files import LakeFiles, quoted
from ca_assets.lake.lake import Lake
from ca_assets.lake.rows import BASKET, BASKET_TYPE, stream_rows

BASKET_LINES = "basket_lines"
_SCAN = "read_parquet(?, hive_partitioning = true, hive_types_autocast = false)"
_ITEMS = "list_sort(list({'product': product, 'category': category, 'price': price, 'quantity': quantity}))"


@dataclass(frozen=True)
class _Published:
    """What is published of a table: the files of its version, its number of rows and its key."""

    files: LakeFiles
    rows: int
    key: tuple[str, ...]


class EmbeddedSnapshot:
    """The `Snapshot` protocol over one open read transaction; valid inside `EmbeddedIndex.snapshot()` only."""

    def __init__(self, db: sqlite3.Connection, lake: Lake, search_root: Path, generation: str, meta: dict[str, Any]) -> None:
        self._db = db
        self._lake = lake
        self._search_root = search_root
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
        return self._newest(report_name, type, scope, (report_date or dt.date.min, report_date or dt.date.max), report_date)

    def as_of(self, path: str, scope: str, day: dt.date | None) -> Report:
        """The report of the newest report date up to a day (see `Snapshot`). Raises NotPublished, ValueError."""
        report = ReportPath.parse(path)
        return self._newest(report.name, report.windowed_type, scope, (dt.date.min, day or dt.date.max), day)

    def version_as_of(self, path: str, scope: str, day: dt.date | None) -> tuple[dt.date, str] | None:
        """Report date and version of what `as_of` gives; None: there is none. Raises ValueError."""
        report = ReportPath.parse(path)
        row = self._db.execute(
            "SELECT report_date, content || meta FROM report WHERE slot = '' AND report_name = ? AND type = ? AND scope = ?"
            " AND report_date <= ? ORDER BY report_date DESC LIMIT 1",
            (report.name, report.windowed_type, scope, (day or dt.date.max).isoformat()),
        ).fetchone()
        return (dt.date.fromisoformat(row[0]), str(row[1])) if row else None

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
            (report_date.isoformat() if report_date else None,),
        )
        return sorted_scopes((scope for (text,) in rows for scope in json.loads(text)), self._meta)

    def table(self, name: str) -> PublishedTable:
        """What is published of a table. Raises NotPublished."""
        table = self._published(name)
        return PublishedTable(name, table.files.version, table.rows, table.key)

    def columns(self, name: str) -> pa.Schema:
        """Columns of a published table. Raises NotPublished."""
        return self._published(name).files.schema

    def rows(self, name: str, *, columns: Sequence[str] | None = None, where: dict[str, Any] | None = None) -> Iterator[pa.RecordBatch]:
        """Rows of a table (see `Snapshot`). `orders` also has the column `basket` when it is asked for by name.

        Raises NotPublished, and KeyError for a column that the table does not have.
        """
        table = self._published(name)
        yield from stream_rows(table.files, columns, where or {}, self._line_files() if name == "orders" else None)

    def page(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        where: Sequence[Filter] = (),
        order_by: Sequence[Order] = (),
        limit: int = 50,
        after: Cursor | None = None,
    ) -> Page:
        """Some rows of a table (see `Snapshot`). Raises NotPublished, KeyError, ValueError."""
        published = self._published(table)
        schema = published.files.schema
        names = tuple(schema.names if columns is None else columns)
        readable = schema.append(pa.field(BASKET, BASKET_TYPE)) if table == "orders" else schema
        request = page_request(table, readable, published.key, columns=names, where=where, order_by=order_by, limit=limit, after=after)
        has_basket = BASKET in names and table == "orders"
        if has_basket:
            request = replace(request, columns=tuple(dict.fromkeys([*(name for name in names if name != BASKET), "id", MONTH])))
        relation = _relation(published.files)
        page = page_of(request, page_rows(relation, request), count_rows(relation, request))
        return replace(page, rows=_with_baskets(page.rows, self._line_files()).select(names)) if has_basket else page

    def search(self, text: str, *, kinds: Collection[Kind] = KINDS, limit: int = 10) -> list[Hit]:
        """Terms that a text finds (see `Snapshot`). Raises NotPublished."""
        query = folded_query(text)
        version = self._published(SEARCH_TERMS.name).files.version
        try:
            terms = open_terms(folder_of(self._search_root, version))
        except FileNotFoundError as error:
            raise NotPublished("the files that searches read are missing; `ca publish` makes them again") from error
        return hits_of(query, terms.candidates(query, kinds, limit), limit=limit, floor=search_floor(self._meta)) if query else []

    def _published(self, name: str) -> _Published:
        """Raises NotPublished."""
        cursor = self._db.execute("SELECT * FROM tables WHERE slot = '' AND name = ?", (name,))
        values = cursor.fetchone()
        if values is None:
            raise missing_table(name)
        row = dict(zip((column[0] for column in cursor.description), values, strict=True))
        root = self._lake.uri(name)
        uris = tuple((f"{root}/{path}", partition) for path, partition in json.loads(row["files"]))
        files = LakeFiles(int(row["lake_version"]), pa.ipc.read_schema(pa.py_buffer(row["schema"])), uris)
        return _Published(files, int(row["rows"]), tuple(json.loads(row.get("key", "[]"))))  # files of schema version 1 have no key

    def _line_files(self) -> LakeFiles | None:
        """Files of the orders' basket lines; None where they are not published."""
        exists = self._db.execute("SELECT 1 FROM tables WHERE slot = '' AND name = ?", (BASKET_LINES,)).fetchone()
        return self._published(BASKET_LINES).files if exists else None

    def _newest(self, report_name: str, type_: str, scope: str, days: tuple[dt.date, dt.date], requested: dt.date | None) -> Report:
        """The report of the newest report date within two days, both included. Raises NotPublished, which names the requested day."""
        row = self._db.execute(
            "SELECT report_date, created_at, data, text, content, report.meta FROM report JOIN content ON content = content.version"
            " JOIN meta ON report.meta = meta.version WHERE slot = '' AND report_name = ? AND type = ? AND scope = ?"
            " AND report_date BETWEEN ? AND ? ORDER BY report_date DESC LIMIT 1",
            (report_name, type_, scope, *(day.isoformat() for day in days)),
        ).fetchone()
        if row is None:
            of_type = "SELECT 1 FROM report WHERE slot = '' AND report_name = ? AND type = ? LIMIT 1"
            is_in_other_scopes = self._db.execute(of_type, (report_name, type_)).fetchone() is not None
            raise missing_report(report_name, type_, scope, requested, is_in_other_scopes=is_in_other_scopes)
        report_date, created, data, meta, content, meta_version = row
        key = ReportKey(report_name, type_, scope, dt.date.fromisoformat(report_date))
        return Report(key, dt.datetime.fromisoformat(created), unpack(data), f"{content}{meta_version}", json.loads(meta))


def _relation(files: LakeFiles) -> Relation:
    """The table's rows; dates are cast, since DuckDB reads a partition from the files' paths, as text."""
    if not files.files:
        return Relation(files.schema, arrow=files.schema.empty_table())
    columns = ", ".join(
        f"CAST({quoted(field.name)} AS DATE) AS {quoted(field.name)}" if pa.types.is_date(field.type) else quoted(field.name)
        for field in files.schema
    )
    return Relation(files.schema, f"(SELECT {columns} FROM {_SCAN})", ([uri for uri, _ in files.files],))  # noqa: S608 - names quoted


def _with_baskets(orders: pa.Table, lines: LakeFiles | None) -> pa.Table:
    """Some orders (with id and month) and their baskets."""
    ids = orders.column("id").to_pylist()
    files = () if lines is None else lines.of_partitions(set(orders.column(MONTH).to_pylist())).files
    baskets: dict[str, list[dict[str, Any]]] = {}
    if files:
        query = f"SELECT id, {_ITEMS} FROM {_SCAN} WHERE id IN (SELECT unnest(?)) GROUP BY id"  # noqa: S608 - constant
        with engine().cursor() as cursor:
            baskets = dict(cursor.execute(query, [[uri for uri, _ in files], ids]).fetchall())
    return orders.append_column(BASKET, pa.array([baskets.get(id_) for id_ in ids], BASKET_TYPE))
