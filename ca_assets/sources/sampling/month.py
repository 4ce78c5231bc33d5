"""The part of a source that holds the rows of some days, where that can be had without reading the rest: a month of a large source.

Belongs here: finding it (row groups by their statistics, bytes of a file whose rows are in order of time, a span of a database) and copying
it into staging. None where it cannot be told or is too large.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from ca_assets.shop import SourceConfig
from ca_assets.sources.driver import Reading, Span
from ca_assets.sources.files.locations import compression, source_files
from ca_assets.sources.files.parquet.driver import parquet_files
from ca_assets.sources.mapping import source_columns
from ca_assets.sources.sampling.csv import copy_parts
from ca_assets.sources.sampling.parquet import RowGroup, row_groups, write_rows
from ca_assets.sources.sampling.sample import Sample, own_folder
from ca_assets.sources.sampling.source import sample_database

MOST_ROWS = 2_000_000
MARGIN = dt.timedelta(days=1)  # around what statistics and places say
STRAYS = 2  # places that may be out of order, such as a file's end to which old rows were appended
LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True)
class Days:
    """Rows whose moment, in the source's own `column`, lies in [`since`, `until`) (aware); naive ones are in `zone`."""

    column: str
    since: dt.datetime
    until: dt.datetime
    zone: ZoneInfo


@dataclass(frozen=True)
class Moments:
    """Of a sample's rows: the line of each in the sample's file, and its moment in seconds since the epoch."""

    lines: npt.NDArray[np.int64]
    seconds: npt.NDArray[np.float64]


@dataclass(frozen=True)
class SampledSource:
    """A source, its sample, and the moments of that."""

    name: str
    config: SourceConfig
    sample: Sample
    moments: Moments


def part_of_source(sampled: SampledSource, reading: Reading, days: Days) -> SourceConfig | None:
    """What reads a part with all rows of `days` (and more), None when there is no such part. Raises SourceError."""
    name, config = sampled.name, sampled.config
    if config.query and not config.is_database:
        return None
    if config.is_database:
        part = sample_database(name, config, reading, MOST_ROWS, Span(days.column, days.since))
        return part.config if part.is_whole else None
    if config.kind == "parquet":
        return _of_parquet(name, config, reading, days)
    files = source_files(name, config, reading.folder)
    if len(files) > 1 or compression(files[0]) or not sampled.sample.places:
        return None
    parts = _places(sampled.sample, sampled.moments, days)
    target = own_folder(reading.staging, name) / files[0].name
    is_copied = bool(parts) and copy_parts(config, files[0], target, parts)
    return config.model_copy(update={"path": os.fspath(target)}) if is_copied else None


def _of_parquet(name: str, config: SourceConfig, reading: Reading, days: Days) -> SourceConfig | None:
    chosen: list[RowGroup] = []
    rows = 0
    for file, number in row_groups(name, list(parquet_files(name, config, reading))):
        row_group = file.metadata(name).row_group(number)
        touches = _touches(row_group, days)
        if touches is None:
            return None
        if touches:
            chosen.append((file, number))
            rows += row_group.num_rows
    if not chosen or rows > MOST_ROWS:
        return None
    target = own_folder(reading.staging, name) / "part.parquet"
    write_rows(target, list(dict.fromkeys(source_columns(name, config).values())), chosen, None)
    return config.model_copy(update={"path": os.fspath(target)})


def _touches(group: pq.RowGroupMetaData, days: Days) -> bool | None:
    """Whether a row group may have rows of these days; None when its statistics do not say."""
    for index in range(group.num_columns):
        column = group.column(index)
        if column.path_in_schema == days.column:
            statistics = column.statistics
            if statistics is None or not statistics.has_min_max:
                return None
            low, high = _instant(statistics.min, days.zone), _instant(statistics.max, days.zone)
            return None if low is None or high is None else low <= days.until + MARGIN and high >= days.since - MARGIN
    return None


def _instant(value: object, zone: ZoneInfo) -> dt.datetime | None:
    if isinstance(value, dt.datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    return dt.datetime.combine(value, dt.time(), zone) if isinstance(value, dt.date) else None


def _places(sample: Sample, moments: Moments, days: Days) -> list[tuple[float, float]]:
    """Parts of the file (shares of its bytes) where the rows of these days are, when its rows are in order of time; else none.

    The file's end is always one of them: rows that came late are appended.
    """
    place_index = np.searchsorted([place.sample_line for place in sample.places], moments.lines, side="right") - 1
    groups = [moments.seconds[place_index == index] for index in range(len(sample.places))]
    if not all(map(len, groups[:-1])):
        return []
    groups = [group if len(group) else groups[-2] for group in groups]
    low, middle, high = (np.array([np.quantile(group, share) for group in groups]) for share in (LOW, 0.5, HIGH))
    is_stray = (np.diff(middle) < 0) | (high[:-1] > middle[1:] + MARGIN.total_seconds())
    if is_stray.sum() > STRAYS:
        return []
    after = np.flatnonzero(low[:-1] > (days.until + MARGIN).timestamp())
    end = int(after[0]) if len(after) else len(groups)
    before = np.flatnonzero(high[:end] < (days.since - MARGIN).timestamp())
    return _with_end([place.share for place in sample.places], int(before[-1]) if len(before) else 0, end)


def _with_end(shares: list[float], first: int, end: int) -> list[tuple[float, float]]:
    tail = len(shares) - 2
    if end >= tail:
        return [(shares[first], 1.0)]
    return [(shares[first], shares[end]), (shares[tail], 1.0)]
