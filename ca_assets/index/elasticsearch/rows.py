"""Rows of a table's physical indexes as Arrow batches: chosen columns, equality filters, the orders' baskets.

Physical indexes never change, so pages are read one index after the other by point in time and search_after. A filter is a query
whose values are parameters; it is sent to all indexes at once. Values come from the documents as they were written, so they are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from ca_assets.index.elasticsearch.client import NDJSON, ElasticClient
from ca_assets.index.elasticsearch.errors import error_from_response
from ca_assets.index.elasticsearch.manifest import Lease, Part, TableState
from ca_assets.index.elasticsearch.mappings import leaf
from ca_assets.index.elasticsearch.queries import is_long, matching, too_long
from ca_assets.index.elasticsearch.retry import call_with_retry
from ca_assets.index.paging import Condition, canonical_scalar, column_of
from ca_assets.lake.rows import BASKET, BASKET_TYPE, ITEM

MAX_HITS = 5_000  # per request
INDEXES_PER_REQUEST = 100
MONTH = "month"
Hits = list[dict[str, Any]]


def readable_schema(table: TableState) -> pa.Schema:
    """The table's columns and, of `orders`, the baskets."""
    return table.schema.append(pa.field(BASKET, BASKET_TYPE)) if table.name == "orders" else table.schema


def stream_documents(
    client: ElasticClient, lease: Lease, table: TableState, columns: Sequence[str] | None, where: dict[str, Any]
) -> Iterator[pa.RecordBatch]:
    """Batches with the given columns (None: the table's own) of the rows whose columns equal `where` (None: are null).

    Raises KeyError for an unknown column, NotFound when an index is gone, IndexUnavailable.
    """
    names = list(table.schema.names if columns is None else columns)
    schema = readable_schema(table)
    read = pa.schema(list({name: column_of(schema, name) for name in (*names, *where)}.values()))
    for batch in stream_matching(client, lease, table, _equal_to(table.schema, where), read):
        yield from _filtered(batch, where, names)


def stream_basket_lines(
    client: ElasticClient, lease: Lease, orders: TableState, schema: pa.Schema, *, columns: Sequence[str] | None, where: dict[str, Any]
) -> Iterator[pa.RecordBatch]:
    """Rows of the lines that the orders' baskets are made of. Raises as `stream_documents`."""
    names = list(schema.names if columns is None else columns)
    for name in (*names, *where):
        column_of(schema, name)
    query = _equal_to(orders.schema, {name: value for name, value in where.items() if name in ("id", MONTH)})
    body = {"query": query, "_source": ["id", MONTH, BASKET], "size": MAX_HITS, "track_total_hits": False}
    for hits in _hits(client, lease, orders.parts, body):
        orders_of_hits = [hit["_source"] for hit in hits]
        lines = [{**line, "id": order["id"], MONTH: order.get(MONTH)} for order in orders_of_hits for line in order.get(BASKET) or ()]
        yield from _filtered(pa.RecordBatch.from_pylist(lines, schema=schema), where, names)


def stream_matching(
    client: ElasticClient, lease: Lease, table: TableState, query: dict[str, Any], read: pa.Schema, *, hits_per_request: int = MAX_HITS
) -> Iterator[pa.RecordBatch]:
    """Batches with these columns of the documents that match. Raises NotFound when an index is gone, IndexUnavailable."""
    source = read.names or [table.schema.names[0]]  # at least one field, so that there is a document
    body = {"query": query, "_source": source, "size": hits_per_request, "track_total_hits": False}
    for hits in _hits(client, lease, table.parts, body):
        yield to_batch(hits, read)


def _equal_to(schema: pa.Schema, where: dict[str, Any]) -> dict[str, Any]:
    """A query of at least the rows that equal `where`: of texts that are too long for the index, all of them."""
    if not where:
        return {"match_all": {}}
    equal: list[Condition] = []
    long_texts: list[str] = []
    for name, value in where.items():
        field = column_of(schema, name)
        if is_long(value):
            long_texts.append(name)
        else:
            canonical = None if value is None else canonical_scalar(pa.scalar(value).cast(field.type))
            equal.append(Condition(field, "is null", ()) if canonical is None else Condition(field, "=", (canonical,)))
    return {"bool": {"filter": [*matching(equal), *(too_long([name]) for name in long_texts)]}}


def _hits(client: ElasticClient, lease: Lease, parts: Sequence[Part], body: dict[str, Any]) -> Iterator[Hits]:
    """Hits of one index each. A filter that finds little is answered by one request; everything else index by index."""
    if "match_all" in body["query"]:
        for part in parts:
            yield from _scan(client, lease, part, body)
        return
    for start in range(0, len(parts), INDEXES_PER_REQUEST):
        group = parts[start : start + INDEXES_PER_REQUEST]
        hits: Hits = search_many(client, [part.index for part in group], body)["hits"]
        if len(hits) < body["size"]:
            if hits:
                yield hits
        else:
            for part in group:
                yield from _scan(client, lease, part, body)


def search_many(client: ElasticClient, indexes: list[str], body: dict[str, Any]) -> dict[str, Any]:
    """The `hits` of one search over many indexes, whose names do not fit into a URL. Raises NotFound, IndexUnavailable."""
    request = orjson.dumps({"index": indexes, "allow_partial_search_results": False}) + b"\n" + orjson.dumps(body) + b"\n"

    def search() -> dict[str, Any]:
        """One try; an error inside of the answer is raised as one of its own would be."""
        answer = client.call("POST", "/_msearch", request, content_type=NDJSON, retry=False)["responses"][0]
        if "error" in answer:
            raise error_from_response(client.display_url, int(answer["status"]), answer)
        hits: dict[str, Any] = answer["hits"]
        return hits

    return call_with_retry(search, client.retry_seconds)


def _scan(client: ElasticClient, lease: Lease, part: Part, body: dict[str, Any]) -> Iterator[Hits]:
    """All hits of an index, by point in time and search_after. Raises NotFound, IndexUnavailable."""
    point_id = client.call("POST", f"/{part.index}/_pit", keep_alive="5m")["id"]
    after: dict[str, Any] = {}
    try:
        while True:
            page = {**body, "sort": ["_shard_doc"], "pit": {"id": point_id, "keep_alive": "5m"}, **after}
            answer = client.call("POST", "/_search", page, allow_partial_search_results=False)
            point_id, hits = answer["pit_id"], answer["hits"]["hits"]
            if hits:
                yield hits
            if len(hits) < body["size"]:
                return
            lease.renew()
            after = {"search_after": hits[-1]["sort"]}
    finally:
        client.close_point_in_time(point_id)


def to_batch(hits: Hits, schema: pa.Schema) -> pa.RecordBatch:
    """Columns of the hits' documents with their exact types."""
    documents = [hit["_source"] for hit in hits]
    return pa.RecordBatch.from_arrays([_column(field, documents) for field in schema], schema=schema)


def _column(field: pa.Field, documents: list[dict[str, Any]]) -> pa.Array:
    values = list(map(_getter(field.name), documents))
    if field.type == BASKET_TYPE:
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


def _filtered(batch: pa.RecordBatch, where: dict[str, Any], names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The chosen columns of the rows that equal `where` exactly; nothing without such rows."""
    for name, value in where.items():
        column = batch.column(name)
        is_equal = pc.is_null(column) if value is None else pc.fill_null(pc.equal(column, pa.scalar(value).cast(column.type)), False)
        batch = batch.filter(is_equal)
    if batch.num_rows:
        yield batch.select(names)
