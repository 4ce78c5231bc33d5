"""Bulk batches (NDJSON) of a table's documents, made by DuckDB from the lake's Parquet files: no row becomes a Python object.

The engine writes each document as JSON text; an Arrow batch of such texts is one block of memory, which is sent as it is.
Belongs here: how a row becomes a document. Fields: `mappings`; sending: `bulk`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ca_assets.index.elasticsearch.mappings import MICROS, leaf
from ca_assets.index.paging import column_of, is_text
from ca_assets.index.sql import engine, quote_literal
from ca_assets.lake.files import quoted

MAX_ID_BYTES = 512  # Elasticsearch's limit
ROWS_PER_ARROW_BATCH = 20_480
BATCH_BYTES = 8_000_000
NEWLINE = ord("\n")
_SCAN = "read_parquet(?, hive_partitioning = true, hive_types_autocast = false, file_row_number = true, filename = 'ca_file')"
_SCAN_LINES = "read_parquet(?, hive_partitioning = true, hive_types_autocast = false)"
_BASKETS = f"""
    SELECT id, list_sort(list({{'product': product, 'category': category, 'price': price, 'quantity': quantity,
        'product_name': product_name}})) AS items FROM {_SCAN_LINES} GROUP BY id"""  # noqa: S608 - constant
_LOCATION = (
    'CASE WHEN t."delivery.latitude" IS NOT NULL AND t."delivery.longitude" IS NOT NULL'
    " THEN {'lat': t.\"delivery.latitude\", 'lon': t.\"delivery.longitude\"} END"
)


@dataclass(frozen=True)
class DocumentSource:
    """Rows of one physical index: the table's name, columns and key, its Parquet files, and those of the basket lines (of `orders`)."""

    table: str
    schema: pa.Schema
    key: Sequence[str]
    files: Sequence[str]
    line_files: Sequence[str] = ()


@dataclass(frozen=True)
class BulkBatch:
    """The body of one bulk request and the number of its documents."""

    data: bytes
    documents: int


def table_batches(source: DocumentSource) -> Iterator[BulkBatch]:
    """All documents of the rows, in batches of at most BATCH_BYTES (one document may be longer)."""
    if not source.files:
        return
    sql, parameters = document_sql(source)
    with engine().cursor() as cursor:
        for batch in cursor.sql(sql, params=parameters).to_arrow_reader(ROWS_PER_ARROW_BATCH):
            yield from _batches_of_texts(batch.column(0))


def _batches_of_texts(texts: pa.Array) -> Iterator[BulkBatch]:
    """The texts' own memory, cut between documents."""
    offset_type = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    _, offsets_buffer, data = texts.buffers()
    offsets: npt.NDArray[Any] = np.frombuffer(offsets_buffer, dtype=offset_type)[texts.offset : texts.offset + len(texts) + 1]
    for start, end in _spans(offsets, BATCH_BYTES):
        yield BulkBatch(data[int(offsets[start]) : int(offsets[end])].to_pybytes(), end - start)


def split_batch(batch: BulkBatch, max_bytes: int) -> list[BulkBatch]:
    """The batch in pieces of at most so many bytes (one document may be longer)."""
    if len(batch.data) <= max_bytes:
        return [batch]
    lines = 2 if batch.data.startswith(b'{"index"') else 1  # a deletion is one line
    ends = np.flatnonzero(np.frombuffer(batch.data, np.uint8) == NEWLINE)[lines - 1 :: lines] + 1
    offsets = np.concatenate([[0], ends])
    return [BulkBatch(batch.data[offsets[start] : offsets[end]], end - start) for start, end in _spans(offsets, max_bytes)]


def _spans(offsets: npt.NDArray[Any], max_bytes: int) -> Iterator[tuple[int, int]]:
    """(first, behind the last) of neighbours that together are as long as allowed."""
    start, count = 0, len(offsets) - 1
    while start < count:
        end = int(np.searchsorted(offsets, offsets[start] + max_bytes, side="right")) - 1
        end = min(max(end, start + 1), count)
        yield start, end
        start = end


def document_sql(source: DocumentSource) -> tuple[str, list[list[str]]]:
    """SQL whose one column is an action line and a document line, and its parameters; names are those of the schema, quoted."""
    has_baskets = source.table == "orders" and bool(source.line_files)
    action = f"'{{\"index\":{{\"_id\":' || CAST(to_json({_id(source)}) AS VARCHAR) || '}}}}'"
    document = f"CAST(to_json({_document(source, has_baskets)}) AS VARCHAR)"
    sql = f"SELECT {action} || chr(10) || {document} || chr(10) AS line FROM {_SCAN} AS t"  # noqa: S608 - names quoted
    if has_baskets:
        sql += f" LEFT JOIN ({_BASKETS}) AS b USING (id)"
    return sql, [list(source.files), *([list(source.line_files)] if has_baskets else [])]


def _id(source: DocumentSource) -> str:
    """SQL of a document's id: the key, its hash when it is too long for one; without a key the row's place in its file."""
    if not source.key:
        return "parse_filename(t.ca_file) || '-' || t.file_row_number"
    columns = [f"t.{quoted(name)}" for name in source.key]
    is_plain = len(columns) == 1 and is_text(column_of(source.schema, source.key[0]).type)
    fields = ", ".join(f"{quote_literal(str(number))}: {column}" for number, column in enumerate(columns))
    key = columns[0] if is_plain else f"CAST(to_json({{{fields}}}) AS VARCHAR)"
    return f"CASE WHEN strlen({key}) <= {MAX_ID_BYTES} THEN {key} ELSE 'sha256:' || sha256({key}) END"


def _document(source: DocumentSource, has_baskets: bool) -> str:
    """The document as a DuckDB struct; columns with a dot in their name are fields of an object."""
    groups: dict[str, list[str]] = {}
    for column in source.schema:
        group = column.name.partition(".")[0] if "." in column.name else ""
        groups.setdefault(group, []).append(f"{quote_literal(leaf(column.name))}: {json_value(column)}")
    if "delivery.latitude" in source.schema.names:
        groups["delivery"].append(f"'location': {_LOCATION}")
    fields = [*groups.pop("", []), *(f"{quote_literal(name)}: {_object(source, name, parts)}" for name, parts in groups.items())]
    times = [column for column in source.schema if pa.types.is_timestamp(column.type)]
    if times:
        micros = {column.name: f"nullif((epoch_us(t.{quoted(column.name)}) % 1000 + 1000) % 1000, 0)" for column in times}
        struct = "{" + ", ".join(f"{quote_literal(name)}: {value}" for name, value in micros.items()) + "}"
        has_micros = " OR ".join(f"{value} IS NOT NULL" for value in micros.values())
        fields.append(f"{quote_literal(MICROS)}: CASE WHEN {has_micros} THEN {struct} END")
    return "{" + ", ".join([*fields, *(["'basket': b.items"] if has_baskets else [])]) + "}"


def _object(source: DocumentSource, name: str, fields: list[str]) -> str:
    """An object; none without a delivery, as most sessions have none."""
    struct = "{" + ", ".join(fields) + "}"
    if name != "delivery":
        return struct
    delivery = [column for column in source.schema.names if column.startswith("delivery.")]
    return f"CASE WHEN {' OR '.join(f't.{quoted(column)} IS NOT NULL' for column in delivery)} THEN {struct} END"


def json_value(column: pa.Field) -> str:
    """SQL that gives a column of `t` as it stands in a document: times as ISO text, numbers that are not finite as null."""
    name = f"t.{quoted(column.name)}"
    if pa.types.is_timestamp(column.type):
        utc, end = (f"timezone('UTC', {name})", " || 'Z'") if column.type.tz else (name, "")
        return f"replace(CAST({utc} AS VARCHAR), ' ', 'T'){end}"
    if pa.types.is_floating(column.type):
        return f"CASE WHEN isfinite({name}) THEN CAST({name} AS DOUBLE) END"
    return f"CAST({name} AS VARCHAR)" if pa.types.is_date(column.type) else name
