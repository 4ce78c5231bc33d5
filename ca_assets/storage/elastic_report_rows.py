"""A report's rows as JSON text, made by the engine for many reports at a time: no row becomes a Python object.

These rows are for people and other programs that look into Elasticsearch; our own readers take the exact Arrow stream beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from ca_assets.storage.elastic_bodies import json_value, literal
from ca_assets.storage.elastic_tables import engine
from ca_assets.storage.embedded_reports import Piece, unpack

ROWS_AT_ONCE = 100_000
PIECE, ROW = "ca piece", "ca row"


def with_rows(pieces: Iterable[Piece]) -> Iterator[tuple[Piece, bytes]]:
    """Each piece with its rows as a JSON list of objects, in their order; a number that is not finite is null."""
    waiting: list[tuple[Piece, pa.Table]] = []
    for piece in pieces:
        table = unpack(piece.data)
        rows = sum(each.num_rows for _, each in waiting)
        if waiting and (rows + table.num_rows > ROWS_AT_ONCE or table.schema != waiting[0][1].schema):
            yield from _texts(waiting)
            waiting = []
        waiting.append((piece, table))
    yield from _texts(waiting)


def _texts(found: list[tuple[Piece, pa.Table]]) -> Iterator[tuple[Piece, bytes]]:
    if not found:
        return
    schema = found[0][1].schema
    numbered = pa.concat_tables([_numbered(number, table) for number, (_, table) in enumerate(found)])
    fields = ", ".join(f"{literal(field.name)}: {json_value(field)}" for field in schema)
    sql = f'SELECT "{PIECE}", CAST(to_json(list({{{fields}}} ORDER BY "{ROW}")) AS VARCHAR) FROM report_rows AS t GROUP BY 1'  # noqa: S608 - names quoted
    with engine().cursor() as cursor:
        cursor.register("report_rows", numbered)
        texts = dict(cursor.execute(sql).fetchall()) if numbered.num_rows else {}
        cursor.unregister("report_rows")
    for number, (piece, _) in enumerate(found):
        yield piece, str(texts.get(number, "[]")).encode()


def _numbered(number: int, table: pa.Table) -> pa.Table:
    rows = table.num_rows
    return table.append_column(PIECE, pa.array([number] * rows, pa.int64())).append_column(ROW, pa.array(range(rows), pa.int64()))
