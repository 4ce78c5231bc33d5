"""Rows of a table's physical indexes as Arrow batches: chosen columns, equality filters, the orders' baskets.

Physical indexes never change, so pages are read one index after the other by point in time and search_after. A filter is a query
whose values are parameters; it is asked of all indexes at once, and what it finds is compared exactly here (Elasticsearch keeps
milliseconds, and does not search very long texts). Values come from the documents as they were written, so they are exact.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from ca_assets.storage.elastic_client import NDJSON, Store
from ca_assets.storage.elastic_faults import fault
from ca_assets.storage.elastic_lease import Lease
from ca_assets.storage.elastic_mappings import IGNORE_ABOVE, leaf
from ca_assets.storage.elastic_notes import Part, TableState
from ca_assets.storage.elastic_patience import patiently
from ca_assets.storage.lake_rows import BASKET, BASKET_TYPE, ITEM

PAGE = 5_000
ASKED_AT_ONCE = 100  # indexes
MONTH = "month"
Hits = list[dict[str, Any]]


def stream_documents(
    store: Store, lease: Lease, table: TableState, columns: Sequence[str] | None, where: dict[str, Any]
) -> Iterator[pa.RecordBatch]:
    """Batches with the given columns (None: the table's own) of the rows whose columns equal `where` (None: are null).

    Raises KeyError for an unknown column, Missing when an index is gone, IndexUnavailable.
    """
    known = table.schema
    names = list(known.names if columns is None else columns)
    schema = pa.schema(
        [pa.field(BASKET, BASKET_TYPE) if name == BASKET and table.name == "orders" else _field(known, name) for name in names]
    )
    read = pa.schema(list({field.name: field for field in (*schema, *(_field(known, name) for name in where))}.values()))
    query = _query(known, {name: value for name, value in where.items() if not _is_month(table, name)})
    for part, hits in _pages(store, lease, _wanted(table, where), query, _sources(table, read)):
        batch = _batch(table, part, [hit["_source"] for hit in hits], read)
        for name, value in where.items():
            batch = batch.filter(_equals(batch.column(name), value))
        if batch.num_rows:
            yield batch.select(names)


def basket_lines(
    store: Store, lease: Lease, orders: TableState, schema: pa.Schema, *, columns: Sequence[str] | None, where: dict[str, Any]
) -> Iterator[pa.RecordBatch]:
    """Rows of the lines that the orders' baskets are made of. Raises as `stream_documents`."""
    names = list(schema.names if columns is None else columns)
    for name in (*names, *where):
        _field(schema, name)
    above = {name: value for name, value in where.items() if name in ("id", MONTH)}
    source = ["id", "basket"]
    for part, hits in _pages(store, lease, _wanted(orders, above), _query(orders.schema, _without(above, MONTH)), source):
        lines = [{**line, "id": hit["_source"]["id"], MONTH: part.month} for hit in hits for line in hit["_source"].get("basket") or ()]
        batch = pa.RecordBatch.from_pylist(lines, schema=schema)
        for name, value in where.items():
            batch = batch.filter(_equals(batch.column(name), value))
        if batch.num_rows:
            yield batch.select(names)


def _field(schema: pa.Schema, name: str) -> pa.Field:
    index = schema.get_field_index(name)
    if index < 0:
        raise KeyError(f"no column {name!r}; there are {', '.join(schema.names)}")
    return schema.field(index)


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {each: value for each, value in values.items() if each != name}


def _is_month(table: TableState, name: str) -> bool:
    return (table.name, name) == ("orders", MONTH)


def _wanted(table: TableState, where: dict[str, Any]) -> list[Part]:
    by_month = table.name == "orders" and MONTH in where
    return [part for part in table.parts if not by_month or part.month == where[MONTH]]


def _sources(table: TableState, read: pa.Schema) -> list[str]:
    """Fields of the documents to ask for (at least one, so that there is a document)."""
    return [name for name in read.names if not _is_month(table, name)] or ["id"]


def _query(schema: pa.Schema, where: dict[str, Any]) -> dict[str, Any]:
    """A query that finds at least the rows that equal `where`."""
    if not where:
        return {"match_all": {}}
    empty = [{"exists": {"field": name}} for name, value in where.items() if value is None]
    equal = [_term(_field(schema, name), value) for name, value in where.items() if value is not None]
    return {"bool": {"filter": equal, "must_not": empty}}


def _term(field: pa.Field, value: Any) -> dict[str, Any]:
    if isinstance(value, str) and len(value.encode("utf-16-le")) // 2 > IGNORE_ABOVE:
        return {"term": {"_ignored": field.name}}  # texts that are too long are not searchable by what they are
    if isinstance(value, dt.datetime):
        text = value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z" if value.tzinfo else value.isoformat()
        return {"range": {field.name: {"gte": text, "lte": text}}}
    return {"term": {field.name: {"value": value.isoformat() if isinstance(value, dt.date) else value}}}


def _pages(store: Store, lease: Lease, parts: Sequence[Part], query: dict[str, Any], source: list[str]) -> Iterator[tuple[Part, Hits]]:
    """Hits by index. A filter that finds little is answered by one request; everything else index by index."""
    body = {"query": query, "_source": source, "size": PAGE, "track_total_hits": False}
    if "match_all" in query:
        for part in parts:
            yield from ((part, hits) for hits in _scan(store, lease, part, body))
        return
    for start in range(0, len(parts), ASKED_AT_ONCE):
        some = parts[start : start + ASKED_AT_ONCE]
        by_name = {part.index: part for part in some}
        hits = _ask(store, list(by_name), body)
        if len(hits) < PAGE:
            for name, part in by_name.items():
                if of_part := [hit for hit in hits if hit["_index"] == name]:
                    yield part, of_part
        else:
            for part in some:
                yield from ((part, page) for page in _scan(store, lease, part, body))


def _ask(store: Store, indexes: list[str], body: dict[str, Any]) -> Hits:
    """One search over many indexes, whose names do not fit into a URL. Raises Missing, IndexUnavailable."""
    request = orjson.dumps({"index": indexes, "allow_partial_search_results": False}) + b"\n" + orjson.dumps(body) + b"\n"
    return patiently(lambda: _answered(store, request), store.patience_seconds)


def _answered(store: Store, request: bytes) -> Hits:
    answer = store.call("POST", "/_msearch", request, kind=NDJSON, once=True)["responses"][0]
    if "error" in answer:
        raise fault(store.shown, int(answer["status"]), answer)
    hits: Hits = answer["hits"]["hits"]
    return hits


def _scan(store: Store, lease: Lease, part: Part, body: dict[str, Any]) -> Iterator[Hits]:
    """All pages of an index, by point in time and search_after. Raises Missing, IndexUnavailable."""
    point = store.call("POST", f"/{part.index}/_pit", keep_alive="5m")["id"]
    after: dict[str, Any] = {}
    try:
        while True:
            page = {**body, "sort": ["_shard_doc"], "pit": {"id": point, "keep_alive": "5m"}, **after}
            answer = store.call("POST", "/_search", page, allow_partial_search_results=False)
            point, hits = answer["pit_id"], answer["hits"]["hits"]
            if hits:
                yield hits
            if len(hits) < PAGE:
                return
            lease.renew()
            after = {"search_after": hits[-1]["sort"]}
    finally:
        store.close_point(point)


def _batch(table: TableState, part: Part, documents: list[dict[str, Any]], schema: pa.Schema) -> pa.RecordBatch:
    columns = [_column(field, table, part, documents) for field in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _column(field: pa.Field, table: TableState, part: Part, documents: list[dict[str, Any]]) -> pa.Array:
    if _is_month(table, field.name):
        return pa.array([part.month or None] * len(documents), field.type)
    values = [*map(_getter(field.name), documents)]
    if field.name == BASKET and table.name == "orders":
        names = [name for name, _ in ITEM]
        return pa.array([None if lines is None else [{n: line.get(n) for n in names} for line in lines] for lines in values], field.type)
    if pa.types.is_temporal(field.type):
        return pa.array(values, pa.string()).cast(field.type)
    return pa.array(values, field.type)


def _getter(name: str) -> Callable[[dict[str, Any]], Any]:
    if "." not in name:
        return lambda document: document.get(name)
    group, key = name.partition(".")[0], leaf(name)
    return lambda document: (document.get(group) or {}).get(key)


def _equals(values: pa.Array, value: Any) -> pa.Array:
    if value is None:
        return pc.is_null(values)
    return pc.fill_null(pc.equal(values, pa.scalar(value).cast(values.type)), False)
