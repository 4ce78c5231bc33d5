"""The one way into a source: from its configuration to raw rows in staging, by the driver of its kind."""

from __future__ import annotations

import importlib
from collections.abc import Collection
from pathlib import Path
from typing import cast

from ca_assets.shop import SourceConfig
from ca_assets.source_kinds import driver_modules
from ca_assets.sources.driver import DatabaseDriver, Driver, FileDriver, Reading, Span, Wanted
from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.mapping import source_columns
from ca_assets.sources.staging import RawSource


def driver_of(name: str, config: SourceConfig) -> Driver:
    """The driver of a source's kind; of files with a `query` what runs it. SourceError for a kind that cannot be read."""
    module = driver_modules().get(config.kind)
    if module is None:
        hint = f"export to csv or parquet and use that kind (those that can be read: {', '.join(driver_modules())})"
        raise SourceError(name, ErrorCode.BAD_CONFIG, f"sources of kind {config.kind} cannot be read yet", hint=hint)
    driver: Driver = importlib.import_module(module).driver
    if config.has_query and not config.is_database:
        from ca_assets.sources.files.query.reader import QueryReader  # it imports the engine

        return QueryReader(cast("FileDriver", driver))
    return driver


def database_driver_of(name: str, config: SourceConfig) -> DatabaseDriver:
    """The driver of a source whose kind is one of a database (`DATABASE_KINDS`). Raises SourceError."""
    return cast("DatabaseDriver", driver_of(name, config))


def check_source(name: str, config: SourceConfig, reading: Reading) -> None:
    """Whether a source can be read with this mapping, from its headers alone; SourceError as `open_source` would raise it."""
    source_columns(name, config)  # before anything is opened or connected to
    driver_of(name, config).check(name, config, reading)


def files_that_lack(name: str, config: SourceConfig, reading: Reading) -> dict[str, list[str]]:
    """Optional columns of ours → the files that lack them, of a source of files the others of which have them. Raises SourceError."""
    if config.is_database:
        return {}
    return cast("FileDriver", driver_of(name, config)).lacking(name, config, reading)


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
    source_columns(name, config)  # before anything is opened or connected to
    return driver_of(name, config).read(name, config, reading, Wanted(span, limit, only))
