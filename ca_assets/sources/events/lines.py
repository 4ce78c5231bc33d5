"""Files of events → Arrow batches of lines: JSON lines (also packed), or Parquet with a column of JSON texts.

A last line without its end is read like any other, and is no JSON when it was cut short; only in a file that is still written
(`.open.jsonl`) it is not there yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from ca_assets.contracts.events import ENVELOPE, MESSAGE, OPEN_ENDING
from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.events.parse import LINE_FIELDS
from ca_assets.sources.files.locations import open_bytes
from ca_assets.sources.staging import is_utf8

BLOCK_BYTES, BATCH_ROWS = 4 << 20, 32_768
MAX_BLOCK_BYTES = 256 << 20
NO_TEXT = "\ufffd"  # stands for bytes that are no text: no JSON either
TEXT_COLUMNS = (MESSAGE, "event")


def line_batches(name: str, path: Path) -> Iterator[pa.RecordBatch]:
    """The lines of a file in batches of `LINE_FIELDS`. SourceError when it cannot be read to its end."""
    try:
        yield from _of_parquet(name, path) if ".parquet" in path.suffixes else _of_text(name, path)
    except (pa.ArrowInvalid, OSError) as error:
        what = f"{path} cannot be read to its end ({' '.join(str(error).split())[:200]})"
        raise SourceError(name, ErrorCode.BAD_DATA, what, hint="nothing was taken. Deliver the file again") from error


def _of_text(name: str, path: Path) -> Iterator[pa.RecordBatch]:
    count = 0
    with _stream(name, path) as stream:
        if stream is None:
            return
        # A line's one column: no delimiter occurs in JSON, where control characters are escaped.
        reader = csv.open_csv(
            stream,
            csv.ReadOptions(column_names=["text"], block_size=min(max(BLOCK_BYTES, path.stat().st_size // 64), MAX_BLOCK_BYTES)),
            csv.ParseOptions(delimiter="\x01", quote_char=False, ignore_empty_lines=False, invalid_row_handler=lambda _: "skip"),
            csv.ConvertOptions(column_types={"text": pa.binary()}),
        )
        for batch in reader:
            yield _batch(count, _texts(batch.column(0)))
            count += len(batch)


@contextmanager
def _stream(name: str, path: Path) -> Iterator[Any]:
    """The bytes of a file; None of one without any."""
    if path.name.endswith(OPEN_ENDING):
        data = path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        yield pa.BufferReader(whole) if whole else None
    elif not path.stat().st_size:
        yield None
    else:
        with open_bytes(name, path) as stream:
            yield stream


def _texts(lines: pa.Array) -> pa.Array:
    try:
        return lines.cast(pa.string())
    except pa.ArrowInvalid:  # some are no text
        return pa.array([line.decode() if is_utf8(line) else NO_TEXT for line in lines.to_pylist()], pa.string())


def _of_parquet(name: str, path: Path) -> Iterator[pa.RecordBatch]:
    count = 0
    with pq.ParquetFile(path) as file:
        names = file.schema_arrow.names
        column = next((column for column in TEXT_COLUMNS if column in names), None)
        if column is None:
            what = f"{path} has no column {MESSAGE!r} with the events as JSON"
            raise SourceError(name, ErrorCode.MISSING_COLUMN, what, column=MESSAGE)
        told = [fact for fact in ENVELOPE if fact in names and fact != MESSAGE]
        for batch in file.iter_batches(BATCH_ROWS, columns=[column, *told]):
            yield _batch(count, batch.column(column).cast(pa.string()), {fact: batch.column(fact).cast(pa.string()) for fact in told})
            count += len(batch)


def _batch(count: int, texts: pa.Array, told: dict[str, pa.Array] | None = None) -> pa.RecordBatch:
    """A batch of lines, of which `count` came before."""
    lines = pa.array(np.arange(count + 1, count + 1 + len(texts), dtype=np.int64))
    others = [(told or {}).get(fact, pa.nulls(len(texts), pa.string())) for fact in LINE_FIELDS.names[2:]]
    return pa.RecordBatch.from_arrays([lines, texts, *others], schema=LINE_FIELDS)
