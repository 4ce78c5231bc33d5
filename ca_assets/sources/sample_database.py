"""Samples of databases: so many rows of the table or query, put into a Parquet file under the source's own column names."""

from __future__ import annotations

import os

import pyarrow as pa
import pyarrow.parquet as pq

from ca_assets.shop import SourceConfig
from ca_assets.sources.mapping import source_columns
from ca_assets.sources.open import database, open_source
from ca_assets.sources.reading import Reading, Span
from ca_assets.sources.sample_size import WHOLE_TIMES, Sample, own_folder
from ca_assets.sources.staging import RawSource

BATCH_ROWS = 65_536


def sample_database(name: str, config: SourceConfig, reading: Reading, rows: int, span: Span | None = None) -> Sample:
    """Some rows, whichever the database gives first. The sample is whole when these are all rows (of the span)."""
    limit = round(rows * WHOLE_TIMES)
    folder = own_folder(reading.staging, name)
    raw = open_source(name, config, Reading(reading.folder, folder, reading.progress, reading.secret), span=span, limit=limit)
    changed = _as_parquet(config, source_columns(name, config), raw, os.fspath(folder / "rows.parquet"))
    is_whole = raw.rows + raw.broken_rows < limit
    total = raw.rows + raw.broken_rows if is_whole or span else database(name, config).count_rows(name, config, reading)
    return Sample(changed, is_whole, total=total, is_total_exact=total is not None, how="the rows that the database gave first")


def _as_parquet(config: SourceConfig, columns: dict[str, str], raw: RawSource, target: str) -> SourceConfig:
    """The staged rows in a file of their own with the database's column names, and the configuration that reads it."""
    names = _names(columns)
    schema = pa.schema([(names[ours], raw.schema.field(ours).type) for ours in columns])
    with pq.ParquetFile(raw.path) as file, pq.ParquetWriter(target, schema, compression="lz4", write_statistics=False) as writer:
        for batch in file.iter_batches(BATCH_ROWS, columns=list(columns)):
            writer.write_batch(pa.RecordBatch.from_arrays([batch.column(ours) for ours in columns], schema=schema))
    return config.model_copy(
        update={
            "kind": "parquet",
            "path": target,
            "columns": {ours: names[ours] for ours in config.columns},
            "dimensions": {ours: names[f"dimensions.{ours}"] for ours in config.dimensions},
            "actions": {ours: names[f"actions.{ours}"] for ours in config.actions},
        }
    )


def _names(columns: dict[str, str]) -> dict[str, str]:
    """Ours → theirs, made different where two of ours are the same column of theirs (they may be staged in different types)."""
    taken: dict[str, str] = {}
    for ours, theirs in columns.items():
        taken[ours] = theirs if theirs not in taken.values() else f"{theirs} ({ours})"
    return taken
