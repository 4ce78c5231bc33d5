"""Reading literals as a source, for tests: three columns a, b, c stand for client, download date and sign-up date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ca_assets.shop import SourceConfig
from ca_assets.sources.driver import Reading
from ca_assets.sources.open import open_source

COLUMNS = {"client": "a", "download_date": "b", "signup_date": "c"}


def config(path: str, **more: Any) -> SourceConfig:
    """A customers source over `path`."""
    return SourceConfig(**{"kind": "csv", "path": path, "columns": COLUMNS, **more})


def read(folder: Path, path: str, **more: Any) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Rows as (line, a, b, c) and broken rows as (line, reason), both by line."""
    raw = open_source("customers", config(path, **more), Reading(folder, folder / "staging"))
    rows = [(r["_line"], r["client"], r["download_date"], r["signup_date"]) for r in pq.read_table(raw.path).to_pylist()]
    broken = [(r["line"], r["reason"]) for r in pq.read_table(raw.broken).to_pylist()]
    assert (raw.rows, raw.broken_rows) == (len(rows), len(broken))
    return sorted(rows, key=lambda r: (r[0] is None, r[0] or 0)), sorted(broken)


def read_text(folder: Path, data: bytes | str, **more: Any) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The same for the bytes of one CSV file, header included."""
    (folder / "file.csv").write_bytes(data if isinstance(data, bytes) else data.encode())
    return read(folder, "file.csv", **more)
