"""Arrow batches as CSV, JSON, Parquet or HTML files with the texts of docs/contract, section 1.

DuckDB turns values into text (its shortest float text reads back as the same float) and writes; nothing passes through Python
row by row. Files are written under a temporary name in their own folder and renamed when complete.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, BinaryIO, Literal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ca_assets.lake.files import quoted

Format = Literal["csv", "json", "parquet", "html"]
HTML_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>CustomerAnalytics</title><style>
:root{color-scheme:light dark}body{font:14px/1.5 system-ui,sans-serif;margin:1.5rem}table{border-collapse:collapse}
th,td{padding:.3rem .7rem;text-align:left;border-bottom:1px solid #8884}th{position:sticky;top:0;background:Canvas}.n{text-align:right}
</style></head><body>
"""
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
    if format == "html":
        return _write_html(schema, batches, path)
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


def _write_html(schema: pa.Schema, batches: Iterator[pa.RecordBatch], path: Path) -> int:
    """One page that needs nothing else: names and values are escaped, so that a product's name is text and never markup."""
    rows = 0
    with path.open("w", encoding="utf-8") as target:
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in schema.names)
        target.write(f"{HTML_HEAD}<table><thead><tr>{head}</tr></thead>\n<tbody>\n")
        for batch in batches:
            for row in batch.to_pylist():
                target.write(f"<tr>{''.join(map(_html_cell, row.values()))}</tr>\n")
            rows += batch.num_rows
        target.write("</tbody></table></body></html>\n")
    return rows


def _html_cell(value: Any) -> str:
    """A value as its text; numbers stand to the right, null is empty."""
    if isinstance(value, dt.datetime):
        return f"<td>{value.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}</td>"
    if isinstance(value, list | dict):
        return f"<td>{escape(json.dumps(value, default=str))}</td>"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    shown = "" if value is None else str(value).lower() if isinstance(value, bool) else escape(str(value))
    return f'<td class="n">{shown}</td>' if is_number else f"<td>{shown}</td>"


def _text(field: pa.Field, format: Format) -> str:
    """The value as it stands in the file: only times and lists differ from DuckDB's own text."""
    name = quoted(field.name)
    if pa.types.is_timestamp(field.type):
        return f"replace(CAST(timezone('UTC', {name}) AS VARCHAR), ' ', 'T') || 'Z'"
    if pa.types.is_nested(field.type) and format == "csv":
        return f"CAST(to_json({name}) AS VARCHAR)"
    return name
