"""Request bodies (NDJSON) of a table's documents, made by DuckDB from the lake's Parquet files: no row becomes a Python object.

The engine writes each document as JSON text; an Arrow batch of such texts is one block of memory, which is sent as it is.
Belongs here: how a row becomes a document. Fields: `elastic_mappings`; sending: `elastic_bulk`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ca_assets.storage.elastic_mappings import leaf

ID_BYTES = 512  # Elasticsearch's limit
BATCH_ROWS = 20_480
BODY_BYTES = 8_000_000
NEWLINE = ord("\n")
KEYS = {"orders": "id", "downloads": "client", "rfm_segments": "client", "clv_predictions": "client"}
_SCAN = "read_parquet(?, hive_partitioning = true, hive_types_autocast = false, file_row_number = true, filename = 'ca_file')"
_LINES = "read_parquet(?, hive_partitioning = true, hive_types_autocast = false)"


@dataclass(frozen=True)
class Rows:
    """Rows of one physical index: the table's name and columns, its Parquet files, and those of the basket lines (of `orders`)."""

    table: str
    schema: pa.Schema
    files: Sequence[str]
    lines: Sequence[str] = ()


@dataclass(frozen=True)
class Body:
    """Documents ready to be sent."""

    data: bytes
    documents: int


def bodies(engine: duckdb.DuckDBPyConnection, rows: Rows) -> Iterator[Body]:
    """All documents of the rows, in bodies of at most BODY_BYTES (one document may be longer)."""
    if not rows.files:
        return
    sql, parameters = statement(rows)
    with engine.cursor() as cursor:
        for batch in cursor.sql(sql, params=parameters).to_arrow_reader(BATCH_ROWS):
            yield from _cut(batch.column(0))


def _cut(texts: pa.Array) -> Iterator[Body]:
    """The texts' own memory, cut between documents."""
    wide = pa.types.is_large_string(texts.type)
    _, offsets_buffer, data = texts.buffers()
    offsets: npt.NDArray[Any] = np.frombuffer(offsets_buffer, dtype=np.int64 if wide else np.int32)[
        texts.offset : texts.offset + len(texts) + 1
    ]
    for start, end in _spans(offsets, BODY_BYTES):
        yield Body(data[int(offsets[start]) : int(offsets[end])].to_pybytes(), end - start)


def cut(body: Body, most_bytes: int) -> list[Body]:
    """The body in pieces of at most so many bytes (one document may be longer)."""
    if len(body.data) <= most_bytes:
        return [body]
    lines = 2 if body.data.startswith(b'{"index"') else 1  # a deletion is one
    ends = np.flatnonzero(np.frombuffer(body.data, np.uint8) == NEWLINE)[lines - 1 :: lines] + 1
    offsets = np.concatenate([[0], ends])
    return [Body(body.data[offsets[start] : offsets[end]], end - start) for start, end in _spans(offsets, most_bytes)]


def _spans(offsets: npt.NDArray[Any], most_bytes: int) -> Iterator[tuple[int, int]]:
    """(first, behind the last) of neighbours that together are as long as allowed."""
    start, count = 0, len(offsets) - 1
    while start < count:
        end = int(np.searchsorted(offsets, offsets[start] + most_bytes, side="right")) - 1
        end = min(max(end, start + 1), count)
        yield start, end
        start = end


def statement(rows: Rows) -> tuple[str, list[list[str]]]:
    """SQL whose one column is an action line and a document line; names are those of the schema, quoted."""
    joined = rows.table == "orders" and bool(rows.lines)
    action = f"'{{\"index\":{{\"_id\":' || CAST(to_json({_id(rows.table)}) AS VARCHAR) || '}}}}'"
    document = f"CAST(to_json({_document(rows, joined)}) AS VARCHAR)"
    sql = f"SELECT {action} || chr(10) || {document} || chr(10) AS line FROM {_SCAN} AS t"  # noqa: S608 - names quoted
    if joined:
        sql += f" LEFT JOIN ({_BASKETS}) AS b USING (id)"
    return sql, [list(rows.files), *([list(rows.lines)] if joined else [])]


_BASKETS = f"""
    SELECT id, list_sort(list({{'product': product, 'category': category, 'price': price, 'quantity': quantity,
        'product_name': product_name}})) AS items FROM {_LINES} GROUP BY id"""  # noqa: S608 - constant


def _id(table: str) -> str:
    """The key, its hash when it is too long for an _id; without a key the row's place in its file."""
    if table not in KEYS:
        return "parse_filename(t.ca_file) || '-' || t.file_row_number"
    key = f't."{KEYS[table]}"'
    return f"CASE WHEN strlen({key}) <= {ID_BYTES} THEN {key} ELSE 'sha256:' || sha256({key}) END"


def _document(rows: Rows, joined: bool) -> str:
    groups: dict[str, list[str]] = {}
    for column in rows.schema:
        if (rows.table, column.name) != ("orders", "month"):
            group = column.name.partition(".")[0] if "." in column.name else ""
            groups.setdefault(group, []).append(f"{literal(leaf(column.name))}: {json_value(column)}")
    if "delivery.latitude" in rows.schema.names:
        groups["delivery"].append(f"'location': {_LOCATION}")
    fields = [*groups.pop("", []), *(f"{literal(name)}: {_group(rows, name, parts)}" for name, parts in groups.items())]
    return "{" + ", ".join([*fields, *(["'basket': b.items"] if joined else [])]) + "}"


_LOCATION = (
    'CASE WHEN t."delivery.latitude" IS NOT NULL AND t."delivery.longitude" IS NOT NULL'
    " THEN {'lat': t.\"delivery.latitude\", 'lon': t.\"delivery.longitude\"} END"
)


def _group(rows: Rows, name: str, parts: list[str]) -> str:
    """An object; without a delivery none, as most sessions have none."""
    made = "{" + ", ".join(parts) + "}"
    if name != "delivery":
        return made
    is_there = " OR ".join(f"t.{_quoted(each)} IS NOT NULL" for each in rows.schema.names if each.startswith("delivery."))
    return f"CASE WHEN {is_there} THEN {made} END"


def json_value(column: pa.Field) -> str:
    """SQL that gives a column of `t` as it stands in a document: moments as ISO text, numbers that are not finite as null."""
    name = f"t.{_quoted(column.name)}"
    if pa.types.is_timestamp(column.type):
        utc, end = (f"timezone('UTC', {name})", " || 'Z'") if column.type.tz else (name, "")
        return f"replace(CAST({utc} AS VARCHAR), ' ', 'T'){end}"
    if pa.types.is_floating(column.type):
        return f"CASE WHEN isfinite({name}) THEN {name} END"
    return f"CAST({name} AS VARCHAR)" if pa.types.is_date(column.type) else name


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
