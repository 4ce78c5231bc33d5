"""The one way into a source: from its configuration to raw rows in staging. Kinds: csv and parquet files, databases."""

from __future__ import annotations

import importlib
from collections.abc import Collection
from pathlib import Path
from typing import Protocol, cast

import pyarrow as pa

from ca_assets.shop import SourceConfig
from ca_assets.sources.csv_files import check_csv, read_csv
from ca_assets.sources.errors import SourceError
from ca_assets.sources.files import source_files
from ca_assets.sources.mapping import source_columns
from ca_assets.sources.parquet_files import read_parquet, staged_types
from ca_assets.sources.parquet_parts import parquet_parts
from ca_assets.sources.reading import Reading, Span
from ca_assets.sources.staging import RawSource, Stage

# Their client libraries take a moment to import, so a shop of files never does.
DATABASES = {
    "postgresql": "ca_assets.sources.postgresql",
    "redshift": "ca_assets.sources.postgresql",
    "bigquery": "ca_assets.sources.bigquery",
}


class DatabaseKind(Protocol):
    """What a module of DATABASES has."""

    def check_source(self, name: str, config: SourceConfig, reading: Reading) -> None:
        """Whether the mapped columns are there with types that can mean ours; SourceError when not. Reads no rows."""

    def describe_source(self, name: str, config: SourceConfig, reading: Reading) -> dict[str, str]:
        """Names and types of all of the source's columns, mapped or not; SourceError when they cannot be had. Reads no rows."""

    def count_rows(self, name: str, config: SourceConfig, reading: Reading) -> int | None:
        """How many rows the source has, None when that is as dear as reading it; SourceError when it cannot be had."""

    def read_source(self, name: str, config: SourceConfig, reading: Reading, span: Span | None, limit: int | None) -> RawSource:
        """The rows into staging. `RawSource.is_whole`: a source that cannot be asked for a span is read whole."""


def database(name: str, config: SourceConfig) -> DatabaseKind:
    """The module that reads this kind of database. SourceError for a kind that cannot be read."""
    if config.kind not in DATABASES:
        raise SourceError(f"{name}: sources of kind {config.kind} cannot be read yet; export to csv or parquet and use that kind")
    return cast("DatabaseKind", importlib.import_module(DATABASES[config.kind]))


def check_source(name: str, config: SourceConfig, reading: Reading) -> None:
    """Whether a source can be read with this mapping, from its headers alone; SourceError as `open_source` would raise it."""
    columns = source_columns(name, config)
    if config.kind == "csv":
        check_csv(name, config, columns, source_files(name, config, reading.folder))
    elif config.kind == "parquet":
        staged_types(
            name, config, columns, parquet_parts(name, source_files(name, config, reading.folder), reading.folder, reading.staging)
        )
    else:
        database(name, config).check_source(name, config, reading)


def open_source(
    name: str,
    config: SourceConfig,
    reading: Reading,
    span: Span | None = None,
    *,
    limit: int | None = None,
    only: Collection[Path] | None = None,
) -> RawSource:
    """Read a source's rows into staging (memory bounded) and say what was found.

    `name`: sessions, customers, baskets or deliveries. `span`: the rows wanted (None: all); files are always read whole. `limit`: of a
    database about so many rows, for a sample. `only`: of a file source these files. SourceError when the source cannot be used; then
    nothing of it was taken.
    """
    columns = source_columns(name, config)
    if config.kind not in ("csv", "parquet"):
        return database(name, config).read_source(name, config, reading, span, limit)
    files = source_files(name, config, reading.folder)
    if config.kind == "csv":
        with Stage(name, reading.staging, dict.fromkeys(columns, pa.string()), reading.progress) as stage:
            read_csv(name, config, columns, _wanted(files, only), stage, is_named=is_several(config, reading))
        return stage.result()
    parts = parquet_parts(name, files, reading.folder, reading.staging)
    types = staged_types(name, config, columns, parts)
    with Stage(name, reading.staging, types, reading.progress) as stage:
        wanted = [part for part in parts if only is None or part.source in only]
        read_parquet(name, columns, wanted, types, stage, is_named=is_several(config, reading))
    return stage.result()


def is_several(config: SourceConfig, reading: Reading) -> bool:
    """Whether a file source may be several files (a folder or a pattern), so that each row says its own, however many there are now."""
    return not (reading.folder / (config.path or "")).is_file()


def _wanted(files: list[Path], only: Collection[Path] | None) -> list[Path]:
    return [path for path in files if only is None or path in only]
