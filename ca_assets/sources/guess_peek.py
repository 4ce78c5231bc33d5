"""The columns that a source has, whatever is mapped: their names, and what the values of its first rows look like.

Belongs here: having them from each kind of source. What is made of them: `guess`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ca_assets.shop import DATABASE_KINDS, SourceConfig
from ca_assets.sources.csv_files import EMPTY_LINES
from ca_assets.sources.errors import SourceError
from ca_assets.sources.files import open_bytes, source_files
from ca_assets.sources.guess import Guess, guess_mapping
from ca_assets.sources.guess_values import Kind, Look, look_at, look_at_column
from ca_assets.sources.open import database, open_source
from ca_assets.sources.parquet_parts import parquet_parts
from ca_assets.sources.reading import Reading
from ca_assets.sources.rows import RowScanner

HEAD_BYTES, HEAD_ROWS = 4 << 20, 1_000
DELIMITERS = (",", ";", "\t", "|")
# Databases' own names of types, in lower case; the rest are texts.
DATABASE_TYPES: dict[str, Kind] = {
    **dict.fromkeys(("bool", "boolean"), "yes/no"),
    **dict.fromkeys(("int2", "int4", "int8", "int64", "integer", "bigint", "smallint"), "whole number"),
    **dict.fromkeys(("numeric", "decimal", "bignumeric", "float4", "float8", "float64", "real", "money"), "number"),
    **dict.fromkeys(("timestamp", "timestamptz", "datetime"), "time"),
    "date": "day",
}


@dataclass(frozen=True)
class Peek:
    """Columns in the source's order: name → look. `delimiter`: the one that the file has, when the mapping says another."""

    columns: dict[str, Look]
    delimiter: str | None = None


def guess_source(name: str, config: SourceConfig, reading: Reading) -> Guess:
    """A guess of the mapping of a source. SourceError when not even its columns can be had."""
    if config.kind in DATABASE_KINDS:
        return _guess_database(name, config, reading)
    if config.kind not in ("csv", "parquet"):
        database(name, config)  # says that it cannot be read
    files = source_files(name, config, reading.folder)
    peek = _peek_csv(name, config, files[0]) if config.kind == "csv" else _peek_parquet(name, files[0], reading)
    guess = guess_mapping(name, peek.columns)
    return replace(guess, options={"delimiter": peek.delimiter, **guess.options}) if peek.delimiter else guess


def _peek_csv(name: str, config: SourceConfig, path: Path) -> Peek:
    with open_bytes(name, path) as stream:
        data = stream.read(HEAD_BYTES)
    data = data if data.endswith(b"\n") else data + b"\n"
    start = EMPTY_LINES.match(data, 3 if data.startswith(b"\xef\xbb\xbf") else 0).end()  # type: ignore[union-attr]  # it matches nothing too
    if start >= len(data) or b"\0" in data[:1000]:
        raise SourceError(f"{name}: {path.name} has no header line that can be read")
    rows, delimiter = _rows(data, start, config.delimiter), None
    if len(rows[0]) == 1:
        delimiter = max(DELIMITERS, key=lambda sign: data.count(sign.encode(), start, data.index(b"\n", start)))
        rows = _rows(data, start, delimiter)
    columns = zip(*(row for row in rows if len(row) == len(rows[0])), strict=True)
    looks = {column[0]: look_at(column[1:]) for column in columns}
    return Peek(looks, delimiter if len(rows[0]) > 1 and delimiter != config.delimiter else None)


def _rows(data: bytes, position: int, delimiter: str) -> list[list[str]]:
    scanner, rows = RowScanner(delimiter.encode()), [[""]]
    rows.clear()
    while position < len(data) and len(rows) <= HEAD_ROWS:
        row = scanner.row(data, position)
        if row.verdict == "row":
            rows.append([field.decode("utf-8", "replace") for field in row.fields])
        position = row.end if row.verdict == "row" else data.index(b"\n", position) + 1
    return rows or [[""]]


def _peek_parquet(name: str, path: Path, reading: Reading) -> Peek:
    part = parquet_parts(name, [path], reading.folder, reading.staging)[0]
    schema = part.schema(name)
    with pq.ParquetFile(part.path) as file:
        batch = next(file.iter_batches(HEAD_ROWS), None)
    looks = {column: look_at_column(batch.column(column)) for column in batch.schema.names} if batch is not None else {}
    told = {column: look_at([value] * HEAD_ROWS) for column, value in part.constants.items() if column not in looks}
    return Peek({column: (looks | told).get(column) or look_at([]) for column in schema.names})


def _guess_database(name: str, config: SourceConfig, reading: Reading) -> Guess:
    """From names and types; then, where these name all that is required, once more with values."""
    kinds = database(name, config).describe_source(name, config, reading)
    named = {column: Look(DATABASE_TYPES.get(kind.lower(), "text"), 0, 0, 0) for column, kind in kinds.items()}
    guess = guess_mapping(name, named)
    if guess.missing:
        return guess
    return guess_mapping(name, _with_values(name, config, reading, guess, named))


def _with_values(name: str, config: SourceConfig, reading: Reading, guess: Guess, named: dict[str, Look]) -> dict[str, Look]:
    """Looks of the guessed columns and (of sessions) of the texts, from the first rows."""
    columns = {each.ours: each.theirs for each in guess.columns}
    texts = [column for column, look in named.items() if look.kind == "text" and column not in columns.values()]
    dimensions = {f"text {number}": column for number, column in enumerate(texts)} if name == "sessions" else {}
    chosen = config.model_copy(update={"columns": columns, "dimensions": dimensions, "actions": {}})
    raw = open_source(name, chosen, reading, limit=HEAD_ROWS)
    rows: pa.Table = pq.read_table(raw.path)
    theirs = {f"dimensions.{ours}": column for ours, column in dimensions.items()} | columns
    return named | {column: look_at_column(rows.column(ours).combine_chunks()) for ours, column in theirs.items()}
