"""The rows of a list as a file: an Arrow file that readers map into memory, so that any page of any list is a few rows away.

Rows stand in the list's own order. Another order is a permutation of row numbers beside it, made by the first who wants it and kept as
long as the file. Nulls come last in both directions, equal values in the list's own order.
"""

from __future__ import annotations

import os
import secrets
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

BATCH_ROWS = 65_536


class ListGone(LookupError):
    """The file is not there any more: a newer publication has taken its place."""


@dataclass(frozen=True)
class ListFile:
    """Where the rows of a list are, and how many."""

    path: Path
    rows: int


def write_list(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> ListFile:
    """Write rows as they come; readers see the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows, draft = 0, path.with_suffix(".draft")
    try:
        with pa.OSFile(str(draft), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
                rows += batch.num_rows
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return ListFile(path, rows)


def remove_list(path: Path) -> None:
    """Remove a list and its orders; who reads it just now may read on."""
    for file in path.parent.glob(f"{path.stem}.*"):
        file.unlink(missing_ok=True)


class ListReader:
    """Reads a list's rows, within `open_list`."""

    def __init__(self, path: Path, file: pa.ipc.RecordBatchFileReader) -> None:
        self._path = path
        self._file = file

    @property
    def schema(self) -> pa.Schema:
        """Its columns."""
        return self._file.schema

    @cached_property
    def _ends(self) -> list[int]:
        """Number of rows up to the end of each batch."""
        return list(accumulate(self._file.get_batch(number).num_rows for number in range(self._file.num_record_batches)))

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self._ends[-1] if self._ends else 0

    def read(self, start: int, count: int, column: str | None = None, *, descending: bool = False) -> pa.Table:
        """Rows from a place on, sorted by a column (None: the list's own order). KeyError for a column that it does not have."""
        places = range(start, min(start + count, self.rows))
        if column is not None:
            order = self._order(column, descending)
            pieces = [self._row(int(place)) for place in order[places.start : places.stop]]
        else:
            pieces = [self._row(place) for place in places]
        return pa.Table.from_batches(pieces, self.schema)

    def batches(self, column: str | None = None, *, descending: bool = False) -> Iterator[pa.RecordBatch]:
        """All rows in an order, some at a time. KeyError for a column that it does not have."""
        if column is None:
            yield from (self._file.get_batch(number) for number in range(self._file.num_record_batches))
            return
        order, table = self._order(column, descending), self._file.read_all()
        for start in range(0, len(order), BATCH_ROWS):
            yield from table.take(pa.array(order[start : start + BATCH_ROWS])).combine_chunks().to_batches()

    def _row(self, place: int) -> pa.RecordBatch:
        number = bisect_right(self._ends, place)
        return self._file.get_batch(number).slice(place - (self._ends[number - 1] if number else 0), 1)

    def _order(self, column: str, descending: bool) -> NDArray[np.uint32]:
        """Row numbers in the order of a column, from the file beside the list or made now. KeyError."""
        number = self.schema.get_field_index(column)
        if number < 0:
            raise KeyError(column)
        file = self._path.with_suffix(f".{number}{'d' if descending else 'a'}.npy")
        if not file.exists():
            pieces = [self._file.get_batch(n).column(number) for n in range(self._file.num_record_batches)]
            values = pa.chunked_array(pieces, self.schema.field(number).type)
            table = pa.table({"value": values, "place": np.arange(self.rows, dtype=np.uint32)})
            keys = [("value", "descending" if descending else "ascending", "at_end"), ("place", "ascending", "at_end")]
            order = pc.sort_indices(table, sort_keys=keys).to_numpy().astype(np.uint32)
            draft = file.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}.draft")
            with draft.open("wb") as sink:
                np.save(sink, order)
            draft.replace(file)
        return np.load(file, mmap_mode="r")  # type: ignore[no-any-return]


@contextmanager
def open_list(path: Path) -> Iterator[ListReader]:
    """A reader of a list's file. Raises ListGone."""
    try:
        with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as file:
            yield ListReader(path, file)
    except FileNotFoundError as error:
        raise ListGone(str(path)) from error
