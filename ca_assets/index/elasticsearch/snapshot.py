"""Reading one published state of Elasticsearch: reports by their sets, rows from the state's own physical indexes.

Does not belong here: which state is read (`manifest.Lease`), how documents become Arrow rows (`rows`).
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from ca_assets.analyses.search_terms.family import TABLE as SEARCH_TERMS
from ca_assets.contracts.report_path import ReportPath
from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.elasticsearch.errors import INDEX_MISSING, NotFound
from ca_assets.index.elasticsearch.manifest import Lease, StagingLog, State, TableState
from ca_assets.index.elasticsearch.paging import PageReader
from ca_assets.index.elasticsearch.reports import document_id, reports_index, types_of
from ca_assets.index.elasticsearch.rows import readable_schema, stream_basket_lines, stream_documents
from ca_assets.index.elasticsearch.search import candidates
from ca_assets.index.elasticsearch.tables import LINES
from ca_assets.index.paging import Cursor, Filter, Order, Page, page_request
from ca_assets.index.protocol import IndexUnavailable, PublishedTable, Report, ReportKey, missing_report, missing_table
from ca_assets.index.report_pieces import sorted_scopes, unpack
from ca_assets.index.search.hits import KINDS, Hit, Kind, folded_query, hits_of, search_floor

REPORT_SOURCE = "report_date,created_at,meta,version,arrow"


class ElasticSnapshot:
    """The `Snapshot` protocol over one leased state; valid inside `ElasticIndex.snapshot()` only."""

    def __init__(self, client: ElasticClient, state: State, lease: Lease) -> None:
        self._client = client
        self._state = state
        self._lease = lease
        self._reports_index = reports_index(client)

    @property
    def generation(self) -> str:
        """Name of the current generation."""
        return self._state.generation

    def meta(self) -> dict[str, Any]:
        """What was recorded with the generation."""
        return dict(self._state.meta)

    def report(self, report_name: str, type: str, scope: str = "all", report_date: dt.date | None = None) -> Report:
        """One report, of the newest report date when none is given. Raises NotPublished."""
        days = (report_date or dt.date.min, report_date or dt.date.max)
        return self._newest(report_name, type, scope, days, report_date)

    def as_of(self, path: str, scope: str, day: dt.date | None) -> Report:
        """The report of the newest report date up to a day (see `Snapshot`). Raises NotPublished, ValueError, IndexUnavailable."""
        report = ReportPath.parse(path)
        return self._newest(report.name, report.windowed_type, scope, (dt.date.min, day or dt.date.max), day)

    def version_as_of(self, path: str, scope: str, day: dt.date | None) -> tuple[dt.date, str] | None:
        """Report date and version of what `as_of` gives; None: there is none. Raises ValueError, IndexUnavailable."""
        report = ReportPath.parse(path)
        sets = self._sets(report.name, (dt.date.min, day or dt.date.max))
        newest = self._newest_document(sets, report.windowed_type, scope, "version")
        return (newest[0], str(newest[1]["version"])) if newest else None

    def versions(self, report_name: str, type: str, scope: str = "all") -> dict[dt.date, str]:
        """Report dates that exist, newest last, each with its version."""
        return self._versions(self._sets(report_name), type, scope)

    def keys(self) -> list[ReportKey]:
        """Keys of all reports."""
        keys = [
            ReportKey(entry["report_name"], type_, scope, dt.date.fromisoformat(entry["report_date"]))
            for entry in self._log_entries(self._state.sets.values())
            for type_, scopes in types_of(entry).items()
            for scope in scopes
        ]
        return sorted(keys, key=lambda key: (key.report_name, key.type, key.report_date, key.scope))

    def scopes(self, report_date: dt.date | None = None) -> list[str]:
        """All scopes of the newest (or given) report date: `all`, then by dimension in mapped order, as the analyses listed them."""
        newest = max((day for _, day in self._state.sets), default=None)
        day = report_date.isoformat() if report_date else newest
        tokens = [token for (_, set_day), token in sorted(self._state.sets.items()) if set_day == day]
        return sorted_scopes((scope for entry in self._log_entries(tokens) for scope in entry["scopes"]), self._state.meta)

    def table(self, name: str) -> PublishedTable:
        """What is published of a table. Raises NotPublished."""
        table = self._table(name)
        return PublishedTable(name, table.lake_version, table.rows, table.key)

    def columns(self, name: str) -> pa.Schema:
        """Columns of a published table. Raises NotPublished."""
        return self._table(name).schema

    def rows(self, name: str, *, columns: Sequence[str] | None = None, where: dict[str, Any] | None = None) -> Iterator[pa.RecordBatch]:
        """Rows of a table (see `Snapshot`). `orders` also has the column `basket` when it is asked for by name.

        Raises NotPublished, KeyError for a column that the table does not have, and IndexUnavailable.
        """
        table = self._table(name)
        with self._deleted_as_unavailable():
            if name == LINES:
                orders = self._table("orders")
                yield from stream_basket_lines(self._client, self._lease, orders, table.schema, columns=columns, where=where or {})
            else:
                yield from stream_documents(self._client, self._lease, table, columns, where or {})

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
        """Some rows of a table (see `Snapshot`). Raises NotPublished, KeyError, ValueError, IndexUnavailable."""
        published = self._table(table)
        schema = readable_schema(published)
        names = published.schema.names if columns is None else columns
        request = page_request(table, schema, published.key, columns=names, where=where, order_by=order_by, limit=limit, after=after)
        with self._deleted_as_unavailable():
            return PageReader(self._client, self._lease, published, schema).read(request)

    def search(self, text: str, *, kinds: Collection[Kind] = KINDS, limit: int = 10) -> list[Hit]:
        """Terms that a text finds (see `Snapshot`). Raises NotPublished, IndexUnavailable."""
        terms, query = self._table(SEARCH_TERMS.name), folded_query(text)
        if not query:
            return []
        with self._deleted_as_unavailable():
            found = candidates(self._client, terms, query, kinds, limit)
        return hits_of(query, found, limit=limit, floor=search_floor(self._state.meta))

    def _table(self, name: str) -> TableState:
        if name not in self._state.tables:
            raise missing_table(name)
        return self._state.tables[name]

    def _sets(self, report_name: str, days: tuple[dt.date, dt.date] = (dt.date.min, dt.date.max)) -> dict[dt.date, str]:
        """Report dates of a report's published sets within two days, both included, oldest first, with their tokens."""
        dates = {dt.date.fromisoformat(day): token for (name, day), token in self._state.sets.items() if name == report_name}
        return {day: dates[day] for day in sorted(dates) if days[0] <= day <= days[1]}

    def _newest(self, report_name: str, type_: str, scope: str, days: tuple[dt.date, dt.date], requested: dt.date | None) -> Report:
        """The report of the newest report date within two days. Raises NotPublished, which names the requested day."""
        newest = self._newest_document(self._sets(report_name, days), type_, scope, REPORT_SOURCE)
        if newest is None:
            entries = self._log_entries(self._sets(report_name).values())
            is_in_other_scopes = any(type_ in entry["types"] for entry in entries)
            raise missing_report(report_name, type_, scope, requested, is_in_other_scopes=is_in_other_scopes)
        day, document = newest
        created, data = dt.datetime.fromisoformat(document["created_at"]), unpack(base64.b64decode(document["arrow"]))
        return Report(ReportKey(report_name, type_, scope, day), created, data, document["version"], document["meta"])

    def _newest_document(self, sets: dict[dt.date, str], type_: str, scope: str, source: str) -> tuple[dt.date, dict[str, Any]] | None:
        """Report date and document of the newest set that has the report; as a rule that is the newest set."""
        days = sorted(sets, reverse=True)
        if days and (document := self._document(sets[days[0]], type_, scope, source)) is not None:
            return days[0], document
        with_report = self._versions({day: sets[day] for day in days[1:]}, type_, scope)
        if not with_report:
            return None
        document = self._document(sets[max(with_report)], type_, scope, source)
        return None if document is None else (max(with_report), document)

    def _versions(self, sets: dict[dt.date, str], type_: str, scope: str) -> dict[dt.date, str]:
        """Versions of a report in some sets, in their order; without those that have it not."""
        ids = {document_id(token, type_, scope): day for day, token in sets.items()}
        if not ids:
            return {}
        with self._deleted_as_unavailable():
            docs = self._client.call("POST", f"/{self._reports_index}/_mget", {"ids": list(ids)}, _source_includes="version")["docs"]
        return {ids[doc["_id"]]: doc["_source"]["version"] for doc in docs if doc["found"]}

    def _document(self, token: str, type_: str, scope: str, source: str) -> dict[str, Any] | None:
        """Fields of a report's document; None: there is no such report. Raises IndexUnavailable when the index itself was deleted."""
        path = f"/{self._reports_index}/_doc/{document_id(token, type_, scope)}"
        try:
            document: dict[str, Any] = self._client.call("GET", path, _source_includes=source)["_source"]
        except NotFound as error:
            if error.kind == INDEX_MISSING:
                raise IndexUnavailable(_deleted_message(error)) from error
            return None
        return document

    def _log_entries(self, tokens: Iterable[str]) -> list[dict[str, Any]]:
        """Log entries of published sets, in the tokens' order. Raises IndexUnavailable when one was deleted."""
        published = list(tokens)
        entries = StagingLog(self._client).get(published)
        if missing := [token for token in published if token not in entries]:
            raise IndexUnavailable(_deleted_message(f"{len(missing)} sets of reports"))
        return [entries[token] for token in published]

    @contextmanager
    def _deleted_as_unavailable(self) -> Iterator[None]:
        """An index that somebody deleted: IndexUnavailable with what helps."""
        try:
            yield
        except NotFound as error:
            raise IndexUnavailable(_deleted_message(error)) from error


def _deleted_message(what: object) -> str:
    return f"a part of what was published is missing in Elasticsearch ({what}); `ca publish` makes it again"
