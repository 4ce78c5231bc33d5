"""Rows of the server's text protocol → Arrow, column by column.

A row comes as one packet: three bytes of length, a number, then each value as its length and its bytes. Only the packets are walked one by
one; lengths and bytes of a batch's values are taken by NumPy and Arrow. (A client library makes objects of all of them, which takes
several times as long as the server needs to send them.)

Belongs here: the bytes. What a value means: `types`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pymysql.constants import CR
from pymysql.err import OperationalError, raise_mysql_exception

BATCH_BYTES = 8 << 20
READ_BYTES = 1 << 18
HEADER = 4
MOST_PACKET = 0xFFFFFF  # a longer row goes on in the next packet
NULL, TWO_BYTES, THREE_BYTES, END, ERROR = 0xFB, 0xFC, 0xFD, 0xFE, 0xFF
END_SIZE = 9  # a longer packet that begins with 0xFE is a row with a very long first value
LENGTH_BYTES = {TWO_BYTES: 2, THREE_BYTES: 3, END: 8}
Positions = npt.NDArray[np.int64]


class Stream(Protocol):
    """What comes from a server."""

    def read1(self, size: int, /) -> bytes:
        """Waits for some bytes, at most so many; none: the connection has ended."""


class RowTooLong(ValueError):
    """A row of 16 MB or more."""


def row_batches(stream: Stream, column_count: int) -> Iterator[list[pa.Array]]:
    """The rows that follow a result's description: each batch one array of bytes per column. Raises the server's error, or RowTooLong."""
    buffer, filled, position, is_over = bytearray(BATCH_BYTES), 0, 0, False
    starts: list[int] = []
    while not is_over:
        got = stream.read1(min(len(buffer) - filled, READ_BYTES))
        if not got:
            raise OperationalError(CR.CR_SERVER_LOST, "Lost connection to server during query")
        buffer[filled : filled + len(got)] = got
        filled += len(got)
        position, is_over = _walk(buffer, position, filled, starts)
        if not is_over and filled < len(buffer):
            continue
        if starts:
            yield _columns(buffer, starts, column_count)
        # A new buffer: Arrow still looks at the old one, which cannot grow. Twice as long where not even one row fitted.
        rest = memoryview(buffer)[position:filled]
        buffer = bytearray(len(buffer) if starts else 2 * len(buffer))
        buffer[: len(rest)] = rest
        filled, position, starts = len(rest), 0, []


def _walk(buffer: bytearray, position: int, filled: int, starts: list[int]) -> tuple[int, bool]:
    """Adds where the values of each whole packet begin; returns where the next packet begins, and whether there is none."""
    unpack = struct.Struct("<I").unpack_from
    while position + HEADER < filled:
        size = unpack(buffer, position)[0] & MOST_PACKET
        begin = position + HEADER
        if begin + size > filled:
            break
        if size == MOST_PACKET:
            raise RowTooLong
        if buffer[begin] >= END:
            if buffer[begin] == ERROR:
                raise_mysql_exception(bytes(buffer[begin : begin + size]))
            if size < END_SIZE:
                return begin + size, True
        starts.append(begin)
        position = begin + size
    return position, False


def _columns(buffer: bytearray, starts: list[int], count: int) -> list[pa.Array]:
    data = np.frombuffer(buffer, np.uint8)
    shared = pa.py_buffer(buffer)
    at = np.array(starts, np.int64)
    places = pa.array(np.arange(0, 2 * len(at), 2))
    arrays = []
    for _ in range(count):
        begin, end, is_null = _values(data, at)
        # Bytes of one value, bytes until the next one's, and so on: of these slots every second is wanted.
        offsets = np.empty(2 * len(at), np.int32)
        offsets[0::2], offsets[1::2] = begin, end
        slots = pa.Array.from_buffers(pa.binary(), len(offsets) - 1, [None, pa.py_buffer(offsets), shared])
        wanted = pa.array(np.arange(0, 2 * len(at), 2), mask=is_null) if is_null.any() else places
        arrays.append(slots.take(wanted))
        at = end
    return arrays


def _values(data: npt.NDArray[np.uint8], at: Positions) -> tuple[Positions, Positions, npt.NDArray[np.bool_]]:
    """Where the values at these places begin and end, and which of them are null."""
    first = data[at]
    begin, size = at + 1, first.astype(np.int64)
    is_null = first == NULL
    size[is_null] = 0
    if first.size and first.max() > NULL:
        for mark, width in LENGTH_BYTES.items():
            rows = np.flatnonzero(first == mark)
            size[rows] = sum(data[at[rows] + 1 + byte].astype(np.int64) << 8 * byte for byte in range(width))
            begin[rows] += width
    return begin, begin + size, is_null
