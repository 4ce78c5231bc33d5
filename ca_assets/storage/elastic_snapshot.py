"""Reading one published state of Elasticsearch: reports by their sets, rows from the state's own physical indexes.

Does not belong here: which state is read (`elastic_lease`), how documents become Arrow rows (`elastic_rows`).
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from ca_assets.storage.elastic_client import Store
from ca_assets.storage.elastic_faults import Missing
from ca_assets.storage.elastic_lease import Lease
from ca_assets.storage.elastic_notes import Notes, State, TableState
from ca_assets.storage.elastic_reports import document_id, reports_index, types_of
from ca_assets.storage.elastic_rows import basket_lines, stream_documents
from ca_assets.storage.elastic_tables import LINES
from ca_assets.storage.embedded_reports import unpack
from ca_assets.storage.index import IndexUnavailable, NotPublished, PublishedTable, Report, ReportKey

READ = "report_date,created_at,meta,version,arrow"


class ElasticSnapshot:
    """The `Snapshot` protocol over one leased state; valid inside `ElasticIndex.snapshot()` only."""

    def __init__(self, store: Store, state: State, lease: Lease) -> None:
        self._store = store
        self._state = state
        self._lease = lease
        self._reports = reports_index(store)

    @property
    def generation(self) -> str:
        """Name of the current generation."""
        return self._state.generation

    def meta(self) -> dict[str, Any]:
        """What was recorded with the generation."""
        return dict(self._state.meta)

    def report(self, report_name: str, type: str, scope: str = "all", report_date: dt.date | None = None) -> Report:
        """One report, of the newest report date when none is given. Raises NotPublished."""
        sets = self._sets(report_name)
        days = sorted(sets, reverse=True) if report_date is None else [report_date] if report_date in sets else []
        for day in days:
            found = self._document(sets[day], type, scope)
            if found is not None:
                created = dt.datetime.fromisoformat(found["created_at"])
                data = unpack(base64.b64decode(found["arrow"]))
                return Report(ReportKey(report_name, type, scope, day), created, data, found["version"], found["meta"])
        raise NotPublished(self._missing(report_name, type, scope, report_date))

    def versions(self, report_name: str, type: str, scope: str = "all") -> dict[dt.date, str]:
        """Report dates that exist, newest last, each with its version."""
        sets = self._sets(report_name)
        ids = {document_id(token, type, scope): day for day, token in sorted(sets.items())}
        if not ids:
            return {}
        with self._whole():
            docs = self._store.call("POST", f"/{self._reports}/_mget", {"ids": list(ids)}, _source_includes="version")["docs"]
        return {ids[each["_id"]]: each["_source"]["version"] for each in docs if each["found"]}

    def keys(self) -> list[ReportKey]:
        """Keys of all reports."""
        keys = [
            ReportKey(note["report_name"], type_, scope, dt.date.fromisoformat(note["report_date"]))
            for note in self._notes(self._state.sets.values())
            for type_, scopes in types_of(note).items()
            for scope in scopes
        ]
        return sorted(keys, key=lambda key: (key.report_name, key.type, key.report_date, key.scope))

    def scopes(self, report_date: dt.date | None = None) -> list[str]:
        """All scopes of the newest (or given) report date: `all`, then by dimension in mapped order, as the analyses listed them."""
        newest = max((day for _, day in self._state.sets), default=None)
        day = report_date.isoformat() if report_date else newest
        tokens = [token for (_, each), token in sorted(self._state.sets.items()) if each == day]
        found = dict.fromkeys(scope for note in self._notes(tokens) for scope in note["scopes"])
        mapped = list(self._state.meta.get("dimensions", ()))
        order = [*mapped, *dict.fromkeys(name for name in map(_dimension, found) if name not in mapped)]
        return sorted(found, key=lambda scope: -1 if scope == "all" else order.index(_dimension(scope)))

    def table(self, name: str) -> PublishedTable:
        """What is published of a table. Raises NotPublished."""
        table = self._table(name)
        return PublishedTable(name, table.lake_version, table.rows)

    def columns(self, name: str) -> pa.Schema:
        """Columns of a published table. Raises NotPublished."""
        return self._table(name).schema

    def rows(self, name: str, *, columns: Sequence[str] | None = None, where: dict[str, Any] | None = None) -> Iterator[pa.RecordBatch]:
        """Rows of a table (see `Snapshot`). `orders` also has the column `basket` when it is asked for by name.

        Raises NotPublished, KeyError for a column that the table does not have, and IndexUnavailable.
        """
        table = self._table(name)
        with self._whole():
            if name == LINES:
                yield from basket_lines(self._store, self._lease, self._table("orders"), table.schema, columns=columns, where=where or {})
            else:
                yield from stream_documents(self._store, self._lease, table, columns, where or {})

    def _table(self, name: str) -> TableState:
        if name not in self._state.tables:
            raise NotPublished(f"the table {name!r} is not published; load the shop first (ca load)")
        return self._state.tables[name]

    def _sets(self, report_name: str) -> dict[dt.date, str]:
        return {dt.date.fromisoformat(day): token for (name, day), token in self._state.sets.items() if name == report_name}

    def _document(self, token: str, type_: str, scope: str) -> dict[str, Any] | None:
        """None: there is no such report. Raises IndexUnavailable when the index itself is gone."""
        path = f"/{self._reports}/_doc/{document_id(token, type_, scope)}"
        try:
            found: dict[str, Any] = self._store.call("GET", path, _source_includes=READ)["_source"]
        except Missing as missing:
            if "index" in str(missing):
                raise IndexUnavailable(_gone(missing)) from missing
            return None
        return found

    def _notes(self, tokens: Any) -> list[dict[str, Any]]:
        """Notes of published sets, in the tokens' order. Raises IndexUnavailable when one is gone."""
        asked = list(tokens)
        notes = Notes(self._store).get(asked)
        if missing := [token for token in asked if token not in notes]:
            raise IndexUnavailable(_gone(f"{len(missing)} sets of reports"))
        return [notes[token] for token in asked]

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """An index that somebody deleted, in words."""
        try:
            yield
        except Missing as missing:
            raise IndexUnavailable(_gone(missing)) from missing

    def _missing(self, report_name: str, type_: str, scope: str, report_date: dt.date | None) -> str:
        notes = self._notes(token for (name, _), token in self._state.sets.items() if name == report_name)
        if not any(type_ in note["types"] for note in notes):
            return f"the report {report_name}/{type_} is not published; load the shop first (ca load), and look at its mapping"
        day = f" as of {report_date}" if report_date else ""
        return f"the report {report_name}/{type_} is not published for scope {scope!r}{day}; choose one that exists"


def _gone(what: object) -> str:
    return f"a part of what was published is missing in Elasticsearch ({what}); `ca publish` makes it again"


def _dimension(scope: str) -> str:
    return scope.partition("=")[0]
