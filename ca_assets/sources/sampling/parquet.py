"""Samples of Parquet files: some rows of row groups spread over the files, in the files' own types."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ca_assets.shop import SourceConfig
from ca_assets.sources.driver import Reading
from ca_assets.sources.files.parquet.driver import ParquetFile, parquet_files
from ca_assets.sources.mapping import source_columns
from ca_assets.sources.sampling.sample import PLACES, WHOLE_TIMES, Sample, own_folder

BATCH_ROWS = 8_192
RowGroup = tuple[ParquetFile, int]  # its file and its number there


def sample_parquet(name: str, config: SourceConfig, reading: Reading, rows: int) -> Sample:
    """About `rows` rows from up to PLACES row groups; the source itself when it has no more."""
    files = list(parquet_files(name, config, reading))
    total = sum(file.metadata(name).num_rows for file in files)
    if total <= rows * WHOLE_TIMES:
        return Sample(config, is_whole=True)
    groups = row_groups(name, files)
    count = min(PLACES, len(groups))
    chosen = [groups[round(index * (len(groups) - 1) / max(1, count - 1))] for index in range(count)]
    target = own_folder(reading.staging, name) / "sample.parquet"
    columns = list(dict.fromkeys(source_columns(name, config).values()))
    write_rows(target, columns, chosen, -(-rows // len(chosen)))
    where = "the file" if len(files) == 1 else f"{len(files):,} files"
    how = f"{len(chosen)} of the {len(groups):,} row groups of {where}"
    sample_config = config.model_copy(update={"path": os.fspath(target)})
    return Sample(sample_config, is_whole=False, total=total, is_total_exact=True, how=how)


def row_groups(name: str, files: list[ParquetFile]) -> list[RowGroup]:
    """Every row group that has rows. Raises SourceError."""
    groups: list[RowGroup] = []
    for file in files:
        metadata = file.metadata(name)
        groups += [(file, number) for number in range(metadata.num_row_groups) if metadata.row_group(number).num_rows]
    return groups


def write_rows(target: Path, columns: list[str], groups: list[RowGroup], rows_each: int | None) -> None:
    """The first `rows_each` rows (None: all) of each row group, with their own types, to `target`."""
    writer: pq.ParquetWriter | None = None
    schema = _common_schema(columns, groups)
    for file, number in groups:
        left = rows_each
        for batch in file.batches(columns, BATCH_ROWS, [number]):
            part = batch.slice(0, left)
            arrays = [part.column(field.name) if field.name in part.schema.names else pa.nulls(len(part)) for field in schema]
            head = pa.Table.from_arrays(
                [array.cast(field.type, safe=False) for array, field in zip(arrays, schema, strict=True)], schema=schema
            )
            if writer is None:
                writer = pq.ParquetWriter(target, schema, compression="lz4", write_statistics=False)
            writer.write_table(head)
            left = None if left is None else left - len(head)
            if left == 0:
                break
    if writer is not None:
        writer.close()


def _common_schema(columns: list[str], groups: list[RowGroup]) -> pa.Schema:
    """Of each column the type that it has in the first file that has values of it; whole numbers beside floats are floats."""
    types: dict[str, pa.DataType] = {}
    for file in dict.fromkeys(file.path for file, _ in groups):
        schema = next(known for known, _ in groups if known.path == file).schema("sample")
        for column in columns:
            kind = schema.field(column).type if column in schema.names else pa.null()
            known = types.get(column, pa.null())
            is_wider = pa.types.is_null(known) or (pa.types.is_integer(known) and pa.types.is_floating(kind))
            types[column] = kind if is_wider else known
    return pa.schema(list(types.items()))
