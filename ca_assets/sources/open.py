"""The one way into a source: from its configuration to raw rows in staging. Kinds: csv and parquet files."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from ca_assets.shop import SourceConfig
from ca_assets.sources.csv_files import check_csv, read_csv
from ca_assets.sources.errors import SourceError
from ca_assets.sources.files import source_files
from ca_assets.sources.mapping import source_columns
from ca_assets.sources.parquet_files import read_parquet, staged_types
from ca_assets.sources.parquet_parts import parquet_parts
from ca_assets.sources.staging import Progress, RawSource, Stage


def check_source(name: str, config: SourceConfig, folder: Path, staging: Path) -> None:
    """Whether a file source can be read with this mapping, from its headers alone; SourceError as `open_source` would raise it."""
    columns = source_columns(name, config)
    if config.kind == "csv":
        check_csv(name, config, columns, source_files(name, config, folder))
    elif config.kind == "parquet":
        staged_types(name, config, columns, parquet_parts(name, source_files(name, config, folder), folder, staging))


def open_source(name: str, config: SourceConfig, folder: Path, staging: Path, progress: Progress | None = None) -> RawSource:
    """Read a source's rows into `staging` (memory bounded) and say what was found.

    `name`: sessions, customers, baskets or deliveries; `folder`: what its path is relative to; `progress(name, rows read)`.
    SourceError when the source cannot be used; then nothing of it was taken.
    """
    if config.kind not in ("csv", "parquet"):
        raise SourceError(f"{name}: sources of kind {config.kind} cannot be read yet; export to csv or parquet and use that kind")
    columns = source_columns(name, config)
    files = source_files(name, config, folder)
    if config.kind == "csv":
        with Stage(name, staging, dict.fromkeys(columns, pa.string()), progress) as stage:
            read_csv(name, config, columns, files, stage)
        return stage.result()
    parts = parquet_parts(name, files, folder, staging)
    types = staged_types(name, config, columns, parts)
    with Stage(name, staging, types, progress) as stage:
        read_parquet(name, columns, parts, types, stage)
    return stage.result()
