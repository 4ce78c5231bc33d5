"""Rows of one version of a lake table as a stream of Arrow batches: chosen columns, equality filters, and the orders' baskets.

Filters are parameters; column names are taken from the table's schema and quoted. Memory is bounded: rows are streamed, and
baskets are made month by month.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from ca_assets.lake.files import LakeFiles, quoted

BASKET = "basket"
BATCH_ROWS = 65_536
ITEM = (("product", pa.string()), ("category", pa.string()), ("price", pa.float64()), ("quantity", pa.float64()))
BASKET_TYPE = pa.list_(pa.struct(list(ITEM)))


def stream_rows(
    files: LakeFiles, columns: Sequence[str] | None, where: dict[str, Any], lines: LakeFiles | None
) -> Iterator[pa.RecordBatch]:
    """Batches with the given columns (None: the table's own) of the rows whose columns equal `where` (None: are null).

    `lines` are the basket lines, for the column `basket`: null when there are none. Raises KeyError for an unknown column.
    """
    names = list(files.schema.names if columns is None else columns)
    schema = pa.schema([pa.field(BASKET, BASKET_TYPE) if name == BASKET else _field(files, name) for name in names])
    for column in where:
        _field(files, column)
    if BASKET not in names:
        yield from _query(files, None, names, where, schema)
        return
    for month in sorted({month or "" for _, month in files.files}):
        partitions = (month or None,)
        yield from _query(files.of_partitions(partitions), None if lines is None else lines.of_partitions(partitions), names, where, schema)


def _field(files: LakeFiles, column: str) -> pa.Field:
    index = files.schema.get_field_index(column)
    if index < 0:
        raise KeyError(f"no column {column!r}; there are {', '.join(files.schema.names)}")
    return files.schema.field(index)


def _query(
    files: LakeFiles, lines: LakeFiles | None, names: Sequence[str], where: dict[str, Any], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    if not files.files:
        return
    with_lines = BASKET in names and lines is not None and bool(lines.files)
    selected = ", ".join(_selected(name, with_lines) for name in names)
    parameters: list[Any] = [[uri for uri, _ in files.files]]
    sql = f"SELECT {selected} FROM {_SCAN} AS t"  # noqa: S608 - names of the schema, quoted
    if with_lines and lines is not None:
        sql += f" LEFT JOIN ({_BASKETS}) AS b USING (id)"
        parameters.append([uri for uri, _ in lines.files])
    if where:
        sql += " WHERE " + " AND ".join(f"t.{quoted(column)} IS NOT DISTINCT FROM ?" for column in where)
        parameters.extend(where.values())
    with _engine().cursor() as cursor:
        for batch in cursor.sql(sql, params=parameters).to_arrow_reader(BATCH_ROWS):
            yield batch.cast(schema) if batch.schema != schema else batch


_SCAN = "read_parquet(?, hive_partitioning = true, hive_types_autocast = false)"
_BASKETS = f"""
    SELECT id, list_sort(list({{'product': product, 'category': category, 'price': price, 'quantity': quantity}})) AS items
    FROM {_SCAN} GROUP BY id"""  # noqa: S608 - constant


def _selected(name: str, with_lines: bool) -> str:
    if name != BASKET:
        return f"t.{quoted(name)}"
    items = "STRUCT(product VARCHAR, category VARCHAR, price DOUBLE, quantity DOUBLE)[]"
    return f"CAST({'b.items' if with_lines else 'NULL'} AS {items}) AS {BASKET}"


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """One small engine per process for reading rows; each stream has a cursor of its own."""
    engine = duckdb.connect(":memory:", config={"memory_limit": "1GB", "preserve_insertion_order": False})
    engine.execute("SET GLOBAL TimeZone = 'UTC'")
    return engine
