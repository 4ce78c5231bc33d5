"""A guess of a source's mapping from the source itself: its columns, whatever is mapped, and the profiles of their first values.

Belongs here: having these from each kind of source. What is made of them: `mapping`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ca_assets.shop import SourceConfig
from ca_assets.sources.driver import Reading
from ca_assets.sources.files.csv.driver import HEADER_BYTES
from ca_assets.sources.files.locations import source_files
from ca_assets.sources.files.parquet.driver import ParquetFile, parquet_files
from ca_assets.sources.files.query.reader import QueryReader
from ca_assets.sources.inference.layout import LAYOUT_ROWS, csv_head
from ca_assets.sources.inference.mapping import Guess, Option, guess_mapping
from ca_assets.sources.inference.profile import ColumnProfile, Kind, profile_column, profile_texts
from ca_assets.sources.inference.versions import has_versions
from ca_assets.sources.open import database_driver_of, driver_of, open_source

HEAD_BYTES, HEAD_ROWS = 4 << 20, 1_000
# Databases' own names of types, in lower case; the rest are texts.
DATABASE_TYPES: dict[str, Kind] = {
    **dict.fromkeys(("bool", "boolean"), "yes/no"),
    **dict.fromkeys(("int2", "int4", "int8", "int64", "integer", "bigint", "smallint"), "whole number"),
    **dict.fromkeys(("numeric", "decimal", "bignumeric", "float4", "float8", "float64", "real", "money"), "number"),
    **dict.fromkeys(("timestamp", "timestamptz", "datetime"), "time"),
    "date": "day",
}


@dataclass(frozen=True)
class SourceProfile:
    """Columns in the source's order, with their profiles. `options`: what shop.yaml must say so that the file is read so."""

    columns: dict[str, ColumnProfile]
    options: Mapping[str, Option] = field(default_factory=dict)


def guess_source(name: str, config: SourceConfig, reading: Reading) -> Guess:
    """A guess of the mapping of a source. SourceError when not even its columns can be had."""
    if config.is_database:
        return _guess_database(name, config, reading)
    driver = driver_of(name, config)  # says when the kind cannot be read
    if isinstance(driver, QueryReader):
        profile = _profile_query(driver.first_rows(name, config, reading, HEAD_ROWS))
    elif config.kind == "csv":
        profile = _profile_csv(name, config, source_files(name, config, reading.folder)[0])
    else:
        profile = _profile_parquet(name, next(parquet_files(name, config, reading)))
    guess = guess_mapping(name, profile.columns)
    return replace(guess, options={**profile.options, **guess.options, **_versions(name, config, reading, guess)})


def _versions(name: str, config: SourceConfig, reading: Reading, guess: Guess) -> dict[str, Option]:
    """That each file is a whole later export, where the guessed keys are in several."""
    columns = {proposal.ours: proposal.theirs for proposal in guess.columns}
    return {"versions": "by_file"} if has_versions(name, config.model_copy(update={"columns": columns}), reading) else {}


def file_header(name: str, config: SourceConfig, reading: Reading) -> tuple[list[str], Mapping[str, Option]]:
    """The names of the columns of a source's first file, and what shop.yaml must say to read it. SourceError when it has none."""
    if config.kind == "csv":
        head = csv_head(name, config, source_files(name, config, reading.folder)[0], HEADER_BYTES, LAYOUT_ROWS)
        return head.rows[0], head.options
    return next(parquet_files(name, config, reading)).schema(name).names, {}


def _profile_csv(name: str, config: SourceConfig, path: Path) -> SourceProfile:
    head = csv_head(name, config, path, HEAD_BYTES, HEAD_ROWS)
    columns = zip(*(row for row in head.rows if len(row) == len(head.rows[0])), strict=True)
    return SourceProfile({column[0]: profile_texts(column[1:]) for column in columns}, head.options)


def _profile_query(rows: pa.Table) -> SourceProfile:
    return SourceProfile({column: profile_column(rows.column(column).combine_chunks()) for column in rows.column_names})


def _profile_parquet(name: str, file: ParquetFile) -> SourceProfile:
    schema = file.schema(name)
    with pq.ParquetFile(file.path) as opened:
        batch = next(opened.iter_batches(HEAD_ROWS), None)
    profiles = {column: profile_column(batch.column(column)) for column in batch.schema.names} if batch is not None else {}
    profiles |= {column: profile_texts([value] * HEAD_ROWS) for column, value in file.constants.items() if column not in profiles}
    return SourceProfile({column: profiles.get(column) or profile_texts([]) for column in schema.names})


def _guess_database(name: str, config: SourceConfig, reading: Reading) -> Guess:
    """From names and types; then, where these name all that is required, once more with values."""
    types = database_driver_of(name, config).describe(name, config, reading)
    profiles = {column: ColumnProfile(DATABASE_TYPES.get(kind.lower(), "text"), 0, 0, 0) for column, kind in types.items()}
    guess = guess_mapping(name, profiles)
    if guess.missing:
        return guess
    return guess_mapping(name, profiles | _profiles_of_values(name, config, reading, guess, profiles))


def _profiles_of_values(
    name: str, config: SourceConfig, reading: Reading, guess: Guess, profiles: dict[str, ColumnProfile]
) -> dict[str, ColumnProfile]:
    """Of the guessed columns and (of sessions) of the texts, from the first rows."""
    columns = {proposal.ours: proposal.theirs for proposal in guess.columns}
    texts = [column for column, profile in profiles.items() if profile.kind == "text" and column not in columns.values()]
    dimensions = {f"text {number}": column for number, column in enumerate(texts)} if name == "sessions" else {}
    chosen = config.model_copy(update={"columns": columns, "dimensions": dimensions, "actions": {}})
    raw = open_source(name, chosen, reading, limit=HEAD_ROWS)
    rows: pa.Table = pq.read_table(raw.path)
    theirs = {f"dimensions.{ours}": column for ours, column in dimensions.items()} | columns
    return {column: profile_column(rows.column(ours).combine_chunks()) for ours, column in theirs.items()}
