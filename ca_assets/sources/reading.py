"""What reading any source needs beside its configuration: folders, progress, secrets; and which of its rows are wanted.

Belongs here: these values. What a kind of source does with them is in its own module.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ca_assets.sources.staging import Progress

Secret = Callable[[str], str | None]


def from_environment(name: str) -> str | None:
    """The environment variable of that name; None when it is not set."""
    return os.environ.get(name)


@dataclass(frozen=True)
class Reading:
    """`folder`: what paths are relative to; `staging`: scratch; `secret(name)`: what `${name}` in a url stands for."""

    folder: Path
    staging: Path
    progress: Progress | None = None
    secret: Secret = from_environment


@dataclass(frozen=True)
class Span:
    """Rows that are wanted: those whose moment in their column `column` lies at or after `since` or in one of `parts`
    (each from, to), is missing, or is before 1990 (those are rejected rows, which have no month).

    Instants are aware. A source may give more rows than these, never fewer: the caller keeps what it wants.
    """

    column: str
    since: dt.datetime
    parts: tuple[tuple[dt.datetime, dt.datetime], ...] = ()
