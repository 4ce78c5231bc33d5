"""Reads a source of files through its `query`: all rows of the files as texts, then the query's rows and types into staging."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ca_assets.shop import SourceConfig
from ca_assets.sources.arrow_rows import add_batch, is_number, staged_type
from ca_assets.sources.driver import FileDriver, Reading, Wanted
from ca_assets.sources.files.query.sandbox import sandbox
from ca_assets.sources.files.query.statement import check_statement
from ca_assets.sources.mapping import match_header, source_columns, source_fields, staged_field
from ca_assets.sources.staging import RawSource, Stage

BATCH_ROWS = 131_072
RESULT = "the result of `query`"


class QueryReader:
    """Wraps the driver of a kind of files. The result has row numbers for lines, and no file: its rows may be of several."""

    def __init__(self, files: FileDriver) -> None:
        self._files = files

    def check(self, name: str, config: SourceConfig, reading: Reading) -> None:
        """Whether the query runs on the files' columns and gives the mapped ones; SourceError when not. Reads no rows."""
        with self._empty(name, config, reading) as con:
            _staged_types(name, config, con.sql(config.query or "").to_arrow_table().schema)

    def lacking(self, name: str, config: SourceConfig, reading: Reading) -> dict[str, list[str]]:
        """None: a column that some of the files lack is null there."""
        self.check(name, config, reading)
        return {}

    def first_rows(self, name: str, config: SourceConfig, reading: Reading, rows: int) -> pa.Table:
        """All columns of the query's first rows. Raises SourceError."""
        texts = self._texts(name, config, reading)
        with sandbox(name, texts.path, self._columns(name, config, reading), reading.staging / f"{name}.spill") as con:
            return con.sql(config.query or "").limit(rows).to_arrow_table()

    def read(self, name: str, config: SourceConfig, reading: Reading, wanted: Wanted) -> RawSource:
        """The query's rows (the first `wanted.limit`) into staging. SourceError when they cannot be had; then nothing was taken.

        All files are read whatever `wanted` says: one order may have its rows in several.
        """
        texts, columns = self._texts(name, config, reading), source_columns(name, config)
        with sandbox(name, texts.path, self._columns(name, config, reading), reading.staging / f"{name}.spill") as con:
            batches = con.sql(config.query or "").to_arrow_reader(BATCH_ROWS)
            types = _staged_types(name, config, batches.schema)
            with Stage(name, reading.staging, types, reading.progress) as stage:
                for batch in _first(batches, wanted.limit):
                    numbers = np.arange(stage.row_count + 1, stage.row_count + 1 + len(batch), dtype=np.int64)
                    add_batch(batch, columns, types, stage, pa.array(numbers))
        texts.path.unlink()
        return replace(stage.result(), broken=texts.broken, broken_rows=texts.broken_rows)

    def _texts(self, name: str, config: SourceConfig, reading: Reading) -> RawSource:
        check_statement(name, config.query or "")
        return self._files.read_texts(name, config, replace(reading, staging=reading.staging / f"{name}.source"))

    def _columns(self, name: str, config: SourceConfig, reading: Reading) -> list[str]:
        columns = self._files.column_names(name, config, reading)
        check_statement(name, config.query or "", columns)
        return columns

    @contextmanager
    def _empty(self, name: str, config: SourceConfig, reading: Reading) -> Iterator[duckdb.DuckDBPyConnection]:
        """A sandbox whose `source` has the files' columns and no rows."""
        check_statement(name, config.query or "")
        columns = self._columns(name, config, reading)
        folder = reading.staging / f"{name}.source"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "empty.parquet"
        pq.write_table(pa.schema([(f"c{place}", pa.string()) for place in range(len(columns))]).empty_table(), path)
        with sandbox(name, path, columns, reading.staging / f"{name}.spill") as con:
            yield con


def _staged_types(name: str, config: SourceConfig, schema: pa.Schema) -> dict[str, pa.DataType]:
    """Our columns → the type they are staged in. SourceError for one that the result lacks, or whose type cannot mean ours."""
    columns = source_columns(name, config)
    match_header(name, RESULT, columns, schema.names)
    fields = {field.name: field for field in source_fields(name, config) if field.name in columns}
    kinds = {ours: schema.field(theirs).type for ours, theirs in columns.items()}
    staged = {ours: staged_field(fields[ours], config, is_number=is_number(kind)) for ours, kind in kinds.items()}
    types = {ours: staged_type(name, RESULT, staged[ours], theirs, kinds[ours]) for ours, theirs in columns.items()}
    return {ours: cast("pa.DataType", kind) if kind is not None else pa.string() for ours, kind in types.items()}


def _first(batches: pa.RecordBatchReader, limit: int | None) -> Iterator[pa.RecordBatch]:
    """The batches up to so many rows."""
    left = limit
    for batch in batches:
        yield batch if left is None else batch.slice(0, left)
        if left is not None:
            left -= min(left, len(batch))
            if not left:
                return
