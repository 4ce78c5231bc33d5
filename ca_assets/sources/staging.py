"""Where raw rows wait for typing: one Parquet file of rows in our column names, one of broken rows. Scratch, not the lake.

Columns of the rows: ours (texts, or Parquet's own types), then `_row` (running number in the source), `_line` (physical line,
null for Parquet sources) and `_file` (file name, null when the source is a single file).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from ca_assets.contracts.tables import REJECTS

Progress = Callable[[str, int], None]
MARKS = (("_row", pa.int64()), ("_line", pa.int64()), ("_file", pa.string()))
SHOWN_BYTES = 2000
FLUSH_BROKEN = 10_000


@dataclass(frozen=True)
class BrokenRow:
    """What cannot be read as a row: its physical line, a stable reason code, what is wrong, its bytes."""

    line: int | None
    reason: str
    message: str
    text: bytes


@dataclass(frozen=True)
class RawSource:
    """The raw rows of a source in staging. `rows`: good ones in `path`; `broken_rows`: those in `broken` (schema of `rejects`).

    `is_whole`: all rows of the source were read, not only those of a span or a sample.
    """

    name: str
    path: Path
    broken: Path
    rows: int
    broken_rows: int
    schema: pa.Schema
    is_whole: bool = True


class Stage:
    """Writes one source's rows and broken rows; a context manager. `types`: our columns with their Arrow types, in order."""

    def __init__(self, name: str, staging: Path, types: dict[str, pa.DataType], progress: Progress | None) -> None:
        staging.mkdir(parents=True, exist_ok=True)
        self.name, self._progress = name, progress
        self._path, self._broken_path = staging / f"{name}.raw.parquet", staging / f"{name}.broken.parquet"
        self._schema = pa.schema([*types.items(), *MARKS])
        # No statistics: Arrow leaves NaN out of them, and DuckDB then folds isnan() to false.
        self._rows = pq.ParquetWriter(self._path, self._schema, compression="lz4", write_statistics=False)
        self._broken = pq.ParquetWriter(self._broken_path, REJECTS.schema(), compression="zstd")
        self._pending: list[dict[str, object]] = []
        self.file: str | None = None
        self.row_count = self.broken_count = 0

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._flush()
        self._rows.close()
        self._broken.close()

    def add(self, columns: list[pa.Array | pa.ChunkedArray], lines: pa.Array | None) -> None:
        """Append rows: `columns` in the order of `types`, `lines` int64 or None."""
        count = len(columns[0])
        numbers = pa.array(np.arange(self.row_count, self.row_count + count, dtype=np.int64))
        files = pa.nulls(count, pa.string()) if self.file is None else pa.array([self.file] * count, pa.string())
        marks = [numbers, lines if lines is not None else pa.nulls(count, pa.int64()), files]
        self._rows.write_table(pa.Table.from_arrays([*columns, *marks], schema=self._schema))
        self.row_count += count
        if self._progress is not None:
            self._progress(self.name, self.row_count + self.broken_count)

    def reject(self, broken: list[BrokenRow]) -> None:
        """Append broken rows."""
        for row in broken:
            message = row.message if self.file is None else f"{self.file}: {row.message}"
            text = row.text[:SHOWN_BYTES].decode("utf-8", "replace").rstrip("\r\n")
            fields = {"source": self.name, "line": row.line, "reason": row.reason, "message": message}
            self._pending.append({**fields, "row": orjson.dumps({"_text": text}).decode()})
        self.broken_count += len(broken)
        if len(self._pending) >= FLUSH_BROKEN:
            self._flush()

    def result(self, is_whole: bool = True) -> RawSource:
        """What was written (after the context has ended)."""
        return RawSource(self.name, self._path, self._broken_path, self.row_count, self.broken_count, self._schema, is_whole)

    def _flush(self) -> None:
        if self._pending:
            self._broken.write_table(pa.Table.from_pylist(self._pending, schema=REJECTS.schema()))
            self._pending = []


def is_utf8(data: bytes) -> bool:
    """Whether bytes are a text; a row with others is broken (`not_utf8`)."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
