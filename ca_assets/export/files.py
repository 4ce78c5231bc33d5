"""Arrow batches as CSV, JSON or Parquet files with the texts of docs/contract, section 1.

DuckDB turns values into text (its shortest float text reads back as the same float) and writes; nothing passes through Python
row by row. Files are written under a temporary name in their own folder and renamed when complete.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ca_assets.lake.files import quoted

Format = Literal["csv", "json", "parquet"]
_OPTIONS = {"csv": "FORMAT csv, HEADER true, NULLSTR '', DELIMITER ',', QUOTE '\"', ESCAPE '\"'", "json": "FORMAT json, ARRAY true"}


def write_batches(schema: pa.Schema, batches: Iterator[pa.RecordBatch], out: BinaryIO | Path, format: Format) -> int:
    """Write all batches to a path (atomically) or a binary stream; returns the rows written. OSError when it cannot be written."""
    if not isinstance(out, Path):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "export"
            rows = _write(schema, batches, file, format)
            with file.open("rb") as source:
                shutil.copyfileobj(source, out)
        return rows
    out.parent.mkdir(parents=True, exist_ok=True)
    temporary = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        rows = _write(schema, batches, temporary, format)
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)
    return rows


def _write(schema: pa.Schema, batches: Iterator[pa.RecordBatch], path: Path, format: Format) -> int:
    if format == "parquet":
        return _write_parquet(schema, batches, path)
    columns = ", ".join(f"{_text(field, format)} AS {quoted(field.name)}" for field in schema)
    with duckdb.connect(":memory:", config={"threads": 1}) as engine:  # one thread: rows keep their order
        engine.execute("SET TimeZone = 'UTC'")
        engine.register("rows_to_write", pa.RecordBatchReader.from_batches(schema, batches))
        copied = engine.execute(f"COPY (SELECT {columns} FROM rows_to_write) TO ? ({_OPTIONS[format]})", [str(path)])  # noqa: S608 - names quoted
        return int(copied.fetchall()[0][0])


def _write_parquet(schema: pa.Schema, batches: Iterator[pa.RecordBatch], path: Path) -> int:
    rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _text(field: pa.Field, format: Format) -> str:
    """The value as it stands in the file: only times and lists differ from DuckDB's own text."""
    name = quoted(field.name)
    if pa.types.is_timestamp(field.type):
        return f"replace(CAST(timezone('UTC', {name}) AS VARCHAR), ' ', 'T') || 'Z'"
    if pa.types.is_nested(field.type) and format == "csv":
        return f"CAST(to_json({name}) AS VARCHAR)"
    return name
