"""A small part of a source that reads like the whole: for looking at large sources in seconds.

A sample is a configuration of its own, over a small file in staging, so that whatever reads sources reads it too. Belongs here: whether a
source needs one, and what is said of it. How it is taken of each kind: `sample_csv`, `sample_parquet`, `sample_database`.
"""

from __future__ import annotations

from ca_assets.shop import DATABASE_KINDS, SourceConfig
from ca_assets.sources.files import source_files
from ca_assets.sources.reading import Reading
from ca_assets.sources.sample_csv import sample_csv
from ca_assets.sources.sample_database import sample_database
from ca_assets.sources.sample_parquet import sample_parquet
from ca_assets.sources.sample_size import Sample


def sample_source(name: str, config: SourceConfig, reading: Reading, rows: int) -> Sample:
    """About `rows` rows of a source that is larger; the source itself when it is not. Scratch files go to `reading.staging`.

    SourceError as `open_source` raises it.
    """
    if config.kind in DATABASE_KINDS:
        return sample_database(name, config, reading, rows)
    files = source_files(name, config, reading.folder)
    taken = sample_csv if config.kind == "csv" else sample_parquet
    return taken(name, config, files, reading, rows)
