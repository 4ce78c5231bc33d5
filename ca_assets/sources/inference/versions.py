"""Whether the files of a source are versions of the same rows: each a whole later export."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq

from ca_assets.shop import SourceConfig
from ca_assets.sources.driver import Reading
from ca_assets.sources.errors import SourceError
from ca_assets.sources.files.locations import labelled_files
from ca_assets.sources.files.parquet.driver import parquet_files
from ca_assets.sources.inference.layout import csv_head

FILES, ROWS, HEAD_BYTES = 4, 5_000, 2 << 20
LEAST_SHARED = 0.2  # of the smaller file's first ids; files that follow each other share a few at their ends


def has_versions(name: str, config: SourceConfig, reading: Reading) -> bool:
    """Whether files that follow each other begin with the same ids, and shop.yaml does not say yet what that means. Raises SourceError."""
    key = config.columns.get("client" if name == "customers" else "id")
    if key is None or config.has_query or config.versions or "updated_at" in config.columns:
        return False
    ids = [found for found in _ids(name, config, reading, key) if found]
    return any(len(one & other) > LEAST_SHARED * min(len(one), len(other)) for one, other in pairwise(ids))


def misleading_order(name: str, config: SourceConfig, folder: Path) -> tuple[str, str] | None:
    """Two files of which the later by its number comes first by its name: `export_10.csv` before `export_9.csv`."""
    names = [label for _, label in labelled_files(name, config, folder) if label]
    return next(((first, second) for first, second in pairwise(names) if _by_numbers(first) > _by_numbers(second)), None)


def _by_numbers(label: str) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", label)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def _ids(name: str, config: SourceConfig, reading: Reading, key: str) -> list[set[str]]:
    """The first ids of the first files."""
    if config.kind == "parquet":
        files = [file for file, _ in zip(parquet_files(name, config, reading), range(FILES), strict=False)]
        return [_parquet_ids(file.path, key) for file in files]
    paths = [path for path, _ in labelled_files(name, config, reading.folder)[:FILES]]
    return [_csv_ids(name, config, path, key) for path in paths]


def _csv_ids(name: str, config: SourceConfig, path: Path, key: str) -> set[str]:
    try:
        header, *rows = csv_head(name, config, path, HEAD_BYTES, ROWS).rows
    except SourceError:
        return set()  # an empty file among others
    if key not in header:
        return set()
    place = header.index(key)
    return {row[place].strip() for row in rows if len(row) == len(header)} - {""}


def _parquet_ids(path: Path, key: str) -> set[str]:
    with pq.ParquetFile(path) as file:
        if key not in file.schema_arrow.names:
            return set()
        batch = next(file.iter_batches(ROWS, columns=[key]), None)
    return set() if batch is None else {str(value) for value in batch.column(0).to_pylist() if value is not None}
