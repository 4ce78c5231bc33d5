"""Parquet files → staging: the mapped columns only, in their own types where these mean what ours do, else as texts.

Belongs here: reading the files. Which type may stand for which of ours: `arrow_rows`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from ca_assets.shop import SourceConfig
from ca_assets.sources.arrow_rows import add_batch, staged_type
from ca_assets.sources.errors import SourceError
from ca_assets.sources.mapping import match_header, source_fields
from ca_assets.sources.parquet_parts import Part
from ca_assets.sources.staging import Stage

BATCH_ROWS = 131_072


def staged_types(name: str, config: SourceConfig, columns: dict[str, str], parts: list[Part]) -> dict[str, pa.DataType]:
    """Our columns → the type they are staged in; SourceError for a type that cannot mean ours, or files that disagree."""
    result: dict[str, pa.DataType] = {}
    for part in parts:
        schema = part.schema(name)
        match_header(name, part.shown, columns, schema.names)
        for field in source_fields(name, config):
            theirs = schema.field(columns[field.name]).type
            staged = staged_type(name, part.shown, field, columns[field.name], theirs)
            if staged is not None and result.setdefault(field.name, staged) != staged:
                raise SourceError(f"{name}: the column {columns[field.name]!r} has another type in {part.shown} than in files before it")
    return {field.name: result.get(field.name, pa.string()) for field in source_fields(name, config)}


def read_parquet(
    name: str, columns: dict[str, str], parts: list[Part], types: dict[str, pa.DataType], stage: Stage, *, is_named: bool
) -> None:
    """Every row of the files to `stage` (`is_named`: each row says its file).

    Rows with bytes that are not UTF-8 in a mapped text are rejected.
    """
    for part in parts:
        stage.file = part.shown if is_named else None
        try:
            for batch in _batches(part, list(dict.fromkeys(columns.values()))):
                add_batch(batch, columns, types, stage)
        except (pa.ArrowInvalid, OSError) as error:
            raise SourceError(f"{name}: {part.path} cannot be read to its end ({str(error)[:200]}); nothing of it was taken") from error


def _batches(part: Part, wanted: list[str]) -> Iterator[pa.RecordBatch]:
    """The wanted columns; those that only the folders' names tell are the same in each row."""
    with pq.ParquetFile(part.path) as file:
        own = [column for column in wanted if column in file.schema_arrow.names]
        for batch in file.iter_batches(BATCH_ROWS, columns=own):
            told = {column: _repeated(part.constants[column], len(batch)) for column in wanted if column not in own}
            yield pa.RecordBatch.from_pydict({**dict(zip(own, batch.select(own).columns, strict=True)), **told})


def _repeated(value: str | None, count: int) -> pa.Array:
    return pa.nulls(count, pa.string()) if value is None else pa.repeat(value, count)
