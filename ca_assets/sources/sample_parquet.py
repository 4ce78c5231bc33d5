"""Samples of Parquet files: some rows of row groups spread over the files, in the files' own types."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ca_assets.shop import SourceConfig
from ca_assets.sources.errors import SourceError
from ca_assets.sources.mapping import source_columns
from ca_assets.sources.parquet_parts import Part, parquet_parts
from ca_assets.sources.reading import Reading
from ca_assets.sources.sample_size import PLACES, WHOLE_TIMES, Sample, own_folder

BATCH_ROWS = 8_192


def sample_parquet(name: str, config: SourceConfig, files: list[Path], reading: Reading, rows: int) -> Sample:
    """About `rows` rows from up to PLACES row groups; the source itself when it has no more."""
    parts = parquet_parts(name, files, reading.folder, reading.staging)
    counts = [_metadata(name, part).num_rows for part in parts]
    if sum(counts) <= rows * WHOLE_TIMES:
        return Sample(config, is_whole=True)
    groups = row_groups(name, parts)
    chosen = _spread(groups)
    target = own_folder(reading.staging, name) / "sample.parquet"
    columns = list(dict.fromkeys(source_columns(name, config).values()))
    write_rows(target, columns, chosen, -(-rows // len(chosen)))
    changed = config.model_copy(update={"path": os.fspath(target)})
    return Sample(changed, is_whole=False, total=sum(counts), is_total_exact=True, how=_how(chosen, groups, len(parts)))


def _how(chosen: list[tuple[Part, int]], groups: list[tuple[Part, int]], files: int) -> str:
    where = "the file" if files == 1 else f"{files:,} files"
    return f"{len(chosen)} of the {len(groups):,} row groups of {where}"


def _metadata(name: str, part: Part) -> pq.FileMetaData:
    try:
        return pq.read_metadata(part.path)
    except (pa.ArrowInvalid, OSError) as error:
        raise SourceError(f"{name}: {part.path} is not a readable Parquet file ({str(error)[:200]})") from error


def row_groups(name: str, parts: list[Part]) -> list[tuple[Part, int]]:
    """Every row group that has rows: its file and its number there."""
    found = []
    for part in parts:
        metadata = _metadata(name, part)
        found += [(part, number) for number in range(metadata.num_row_groups) if metadata.row_group(number).num_rows]
    return found


def _spread(groups: list[tuple[Part, int]]) -> list[tuple[Part, int]]:
    count = min(PLACES, len(groups))
    return [groups[round(index * (len(groups) - 1) / max(1, count - 1))] for index in range(count)]


def write_rows(target: Path, columns: list[str], groups: list[tuple[Part, int]], rows_each: int | None) -> None:
    """At most `rows_each` rows (None: all) of each row group, with their own types, to `target`."""
    schema: pa.Schema | None = None
    writer: pq.ParquetWriter | None = None
    for part, number in groups:
        for batch in _rows(part, number, columns, rows_each):
            if writer is None or schema is None:
                schema = batch.schema
                writer = pq.ParquetWriter(target, schema, compression="lz4", write_statistics=False)
            writer.write_table(pa.Table.from_batches([batch]).cast(schema, safe=False))
    if writer is not None:
        writer.close()


def _rows(part: Part, number: int, columns: list[str], rows_each: int | None) -> Iterator[pa.RecordBatch]:
    """The first rows of each batch of a row group, so that a single huge group is not looked at in one place only."""
    with pq.ParquetFile(part.path) as file:
        own = [column for column in columns if column in file.schema_arrow.names]
        left = file.metadata.row_group(number).num_rows if rows_each is None else rows_each
        for batch in file.iter_batches(BATCH_ROWS, row_groups=[number], columns=own):
            taken = batch.slice(0, left)
            left -= len(taken)
            told = {column: pa.array([part.constants[column]] * len(taken), pa.string()) for column in columns if column not in own}
            yield pa.RecordBatch.from_pydict({**dict(zip(own, taken.select(own).columns, strict=True)), **told})
            if left <= 0:
                return
