"""A small part of a source that reads like the whole: for looking at large sources in seconds.

A sample is a configuration of its own, over a small file in staging, so that whatever reads sources reads it too. Belongs here: samples of
any source, and of databases: so many rows of the table or query. Files: `csv`, `parquet`.
"""

from __future__ import annotations

import os
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq

from ca_assets.shop import CSV_ONLY, DATABASE_ONLY, SourceConfig
from ca_assets.sources.driver import Reading, Span
from ca_assets.sources.mapping import source_columns
from ca_assets.sources.open import database_driver_of, open_source
from ca_assets.sources.sampling.csv import sample_csv
from ca_assets.sources.sampling.parquet import sample_parquet
from ca_assets.sources.sampling.sample import WHOLE_TIMES, Sample, own_folder
from ca_assets.sources.staging import RawSource

BATCH_ROWS = 65_536
NOT_OF_PARQUET = (*DATABASE_ONLY, *CSV_ONLY, "query")


def sample_source(name: str, config: SourceConfig, reading: Reading, rows: int) -> Sample:
    """About `rows` rows of a source that is larger; the source itself when it is not. Scratch files go to `reading.staging`.

    SourceError as `open_source` raises it.
    """
    if config.is_events:  # a visit's events may be anywhere
        return Sample(config, is_whole=True)
    if config.has_query:
        return sample_database(name, config, reading, rows)
    return (sample_csv if config.kind == "csv" else sample_parquet)(name, config, reading, rows)


def sample_database(name: str, config: SourceConfig, reading: Reading, rows: int, span: Span | None = None) -> Sample:
    """Some rows, whichever the database, or a query over files, gives first. Whole when these are all rows (of the span)."""
    limit = round(rows * WHOLE_TIMES)
    folder = own_folder(reading.staging, name)
    raw = open_source(name, config, replace(reading, staging=folder), span=span, limit=limit)
    sample_config = _as_parquet(config, source_columns(name, config), raw, os.fspath(folder / "rows.parquet"))
    if not config.is_database:  # whole: with the rows of the files that are broken, and their lines
        is_sample = raw.rows >= limit
        return Sample(sample_config if is_sample else config, not is_sample, how="the rows that the query gave first")
    is_whole = raw.rows + raw.broken_rows < limit
    total = raw.rows + raw.broken_rows if is_whole or span else database_driver_of(name, config).count_rows(name, config, reading)
    return Sample(sample_config, is_whole, total=total, is_total_exact=total is not None, how="the rows that the database gave first")


def _as_parquet(config: SourceConfig, columns: dict[str, str], raw: RawSource, target: str) -> SourceConfig:
    """The staged rows in a file of their own with the database's column names, and the configuration that reads it."""
    names: dict[str, str] = {}
    for ours, theirs in columns.items():  # where two of ours are one column of theirs, it may be staged in two types
        names[ours] = theirs if theirs not in names.values() else f"{theirs} ({ours})"
    schema = pa.schema([(names[ours], raw.schema.field(ours).type) for ours in columns])
    with pq.ParquetFile(raw.path) as file, pq.ParquetWriter(target, schema, compression="lz4", write_statistics=False) as writer:
        for batch in file.iter_batches(BATCH_ROWS, columns=list(columns)):
            writer.write_batch(pa.RecordBatch.from_arrays([batch.column(ours) for ours in columns], schema=schema))
    return SourceConfig(
        **{
            **config.model_dump(exclude_unset=True, exclude=set(NOT_OF_PARQUET)),
            "kind": "parquet",
            "path": target,
            "columns": {ours: names[ours] for ours in config.columns},
            "dimensions": {ours: names[f"dimensions.{ours}"] for ours in config.dimensions},
            "actions": {ours: names[f"actions.{ours}"] for ours in config.actions},
        }
    )
