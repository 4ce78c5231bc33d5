"""What a kind of source has to offer (`Driver`), and what reading any source needs beside its configuration.

A kind is a package with a module `driver`, and in that an object `driver` with the methods of `Driver` (a database: of `DatabaseDriver`):
`postgresql`, `bigquery`, `files/csv`. The package's name is the kind's name in shop.yaml; `ca_assets.source_kinds` finds it: there is
no list to edit.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ca_assets.shop import SourceConfig
from ca_assets.sources.staging import Progress, RawSource

Secret = Callable[[str], str | None]


def from_environment(name: str) -> str | None:
    """The environment variable of that name; None when it is not set."""
    return os.environ.get(name)


@dataclass(frozen=True)
class Reading:
    """`folder`: what paths are relative to; `staging`: scratch; `secret(name)`: what `${name}` in a url stands for.

    `store`: where a driver may keep what it made of a source for the next load; None: nothing is kept.
    """

    folder: Path
    staging: Path
    progress: Progress | None = None
    secret: Secret = from_environment
    store: Path | None = None


@dataclass(frozen=True)
class Span:
    """Rows that are wanted: those whose moment in their column `column` lies at or after `since` or in one of `parts`
    (each from, to), is missing, or is before 1990 (those are rejected rows, which have no month).

    Instants are aware. A source may give more rows than these, never fewer: the caller keeps what it wants.
    """

    column: str
    since: dt.datetime
    parts: tuple[tuple[dt.datetime, dt.datetime], ...] = ()


@dataclass(frozen=True)
class Wanted:
    """Which rows of a source to read; None: all. Of databases `span`, and about `limit` rows for a sample; of file sources `files`."""

    span: Span | None = None
    limit: int | None = None
    files: Collection[Path] | None = None


class Driver(Protocol):
    """Reads sources of one kind. `name`: sessions, customers, baskets or deliveries."""

    def check(self, name: str, config: SourceConfig, reading: Reading) -> None:
        """Whether the mapped columns are there with types that can mean ours; SourceError when not. Reads no rows."""

    def read(self, name: str, config: SourceConfig, reading: Reading, wanted: Wanted) -> RawSource:
        """The rows into staging, in bounded memory. SourceError when they cannot be had; then nothing was taken.

        `RawSource.is_whole`: a source that cannot be asked for a span is read whole.
        """


class FileDriver(Driver, Protocol):
    """Reads files of one kind."""

    def lacking(self, name: str, config: SourceConfig, reading: Reading) -> dict[str, list[str]]:
        """Optional columns of ours → the files that lack them, of a source the other files of which have them. Raises SourceError."""

    def column_names(self, name: str, config: SourceConfig, reading: Reading) -> list[str]:
        """All columns of the files, mapped or not (`columns.union_of`). Raises SourceError. Reads no rows."""

    def read_texts(self, name: str, config: SourceConfig, reading: Reading) -> RawSource:
        """All rows of the files into staging as texts; columns `c0`, `c1`, … are those of `column_names`. Raises SourceError."""


class DatabaseDriver(Driver, Protocol):
    """Reads databases of one kind."""

    def describe(self, name: str, config: SourceConfig, reading: Reading) -> dict[str, str]:
        """Names and types of all of the source's columns, mapped or not; SourceError when they cannot be had. Reads no rows."""

    def count_rows(self, name: str, config: SourceConfig, reading: Reading) -> int | None:
        """How many rows the source has, None when that is as dear as reading it; SourceError when it cannot be had."""
