"""A block of whole CSV lines → rows that are surely good (as bytes for Arrow's parser), rows read one by one, broken lines.

Two paths give the same answer: a vectorised test vouches for lines that are a well-formed row of the right number of fields
by themselves; every other line goes through `RowScanner`, which may join lines. Belongs here: the split, not the file's reading.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ca_assets.sources.rows import Row, RowScanner

MAX_OPEN_BYTES = 160 << 20  # a quote still open after so much is taken for a broken one, so that memory stays bounded
MAX_REGEX_FIELDS = 300
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Broken:
    """A line that is no row: its number, a stable reason code, what is wrong, its bytes."""

    line: int | None
    reason: str
    message: str
    text: bytes


@dataclass
class Split:
    """`good` and `lines`: rows for Arrow and their physical lines; `rows`: (line, fields); `rest`: start of an unfinished row."""

    good: pa.Buffer
    lines: npt.NDArray[np.int64]
    rows: list[tuple[int, list[bytes]]] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    rest: int = 0
    rest_line: int = 0


class BlockSplitter:
    """Splits blocks of one file. `fields`: columns of its header; `delimiter`: one ASCII byte."""

    def __init__(self, fields: int, delimiter: bytes) -> None:
        self._fields = fields
        self._delimiter = delimiter
        self._scanner = RowScanner(delimiter)
        self._pattern = _row_pattern(fields, delimiter) if fields <= MAX_REGEX_FIELDS else None

    def split(self, data: bytes, first_line: int, is_last: bool) -> Split:
        """`data` ends with LF; its first line is number `first_line`. `is_last`: nothing of the file follows."""
        lines = _Lines.of(data)
        good = self._good(lines) & ~lines.is_empty
        walk = _Walk(self, lines, good, first_line, is_last)
        walk.run()
        numbers = np.flatnonzero(walk.good).astype(np.int64) + first_line
        split = Split(lines.select(walk.good), numbers, walk.rows, walk.broken)
        split.rest, split.rest_line = int(lines.starts[walk.stop]), first_line + walk.stop
        return split

    def scan(self, data: bytes, start: int) -> Row:
        """The row at `start`, by the slow path."""
        return self._scanner.row(data, start)

    def judge(self, row: Row, line: int, text: bytes) -> Broken | None:
        """Why a line is broken, None when its row is good."""
        if row.verdict == "open":
            return Broken(line, "broken_quote", "a quote is never closed", text)
        if row.verdict == "broken":
            return Broken(line, "broken_quote", "text follows a closing quote", text)
        if len(row.fields) != self._fields:
            return Broken(line, "field_count", f"{len(row.fields)} fields, the header has {self._fields}", text)
        if not all(map(_is_utf8, row.fields)):
            return Broken(line, "not_utf8", "bytes that are not UTF-8; save the file as UTF-8", text)
        return None

    def _good(self, lines: _Lines) -> Mask:
        plain = _mask(pc.equal(pc.count_substring(lines.values, self._delimiter), self._fields - 1))
        quoted = lines.quoted()
        if quoted is not None:
            plain[quoted] = self._matches(lines.values.filter(pa.array(quoted)))
        if not _is_utf8(lines.data):
            plain &= lines.is_utf8()
        return plain

    def _matches(self, values: pa.Array) -> Mask:
        if self._pattern is None:
            return np.zeros(len(values), dtype=bool)
        return _mask(pc.match_substring_regex(values, self._pattern))


class _Walk:
    """The lines that are not vouched for, in order; rows over several lines take theirs away from the good ones."""

    def __init__(self, splitter: BlockSplitter, lines: _Lines, good: Mask, first_line: int, is_last: bool) -> None:
        self.splitter, self.lines, self.good, self.first_line, self.is_last = splitter, lines, good, first_line, is_last
        self.rows: list[tuple[int, list[bytes]]] = []
        self.broken: list[Broken] = []
        self.stop = len(good)

    def run(self) -> None:
        """Visit every doubtful line once; stops at a row that needs the next block."""
        following = 0
        for index in np.flatnonzero(~self.good & ~self.lines.is_empty).tolist():
            if index >= following:
                following = self._visit(index)
                if self.stop == index:
                    self.good[index:] = False
                    return

    def _visit(self, index: int) -> int:
        """Take the row at line `index`; the index of the line at which reading goes on."""
        start = int(self.lines.starts[index])
        row = self.splitter.scan(self.lines.data, start)
        if row.verdict == "open" and not self.is_last and len(self.lines.data) - start < MAX_OPEN_BYTES:
            self.stop = index
            return index
        following = index + 1
        if row.verdict == "row":
            following = int(np.searchsorted(self.lines.starts, row.end))
            self.good[index:following] = False
        broken = self.splitter.judge(row, self.first_line + index, self.lines.data[start : int(self.lines.starts[index + 1])])
        if broken is None:
            self.rows.append((self.first_line + index, row.fields))
        else:
            self.broken.append(broken)
        return following


@dataclass(frozen=True)
class _Lines:
    """The physical lines of a block: `starts` has one more entry than there are lines."""

    data: bytes
    starts: npt.NDArray[np.int64]
    values: pa.Array
    is_empty: Mask

    @classmethod
    def of(cls, data: bytes) -> _Lines:
        """The lines of a block that ends with LF, without copying it."""
        array = np.frombuffer(data, dtype=np.uint8)
        is_end = array == 0x0A
        if data.count(b"\r") != data.count(b"\r\n"):
            is_end[:-1] |= (array[:-1] == 0x0D) & (array[1:] != 0x0A)  # a CR alone
        ends = np.flatnonzero(is_end).astype(np.int64) + 1
        starts = np.concatenate([np.zeros(1, dtype=np.int64), ends])
        values = pa.Array.from_buffers(pa.large_binary(), len(ends), [None, pa.py_buffer(starts), pa.py_buffer(data)])
        lengths = np.diff(starts)
        is_empty = (lengths == 1) | ((lengths == 2) & (array[starts[:-1]] == 0x0D))
        return cls(data, starts, values, is_empty)

    def quoted(self) -> Mask | None:
        """Lines with a quote, None when there is none."""
        return _mask(pc.match_substring(self.values, b'"')) if b'"' in self.data else None

    def is_utf8(self) -> Mask:
        """Per line, for a block that as a whole is not: only lines beyond ASCII are looked at one by one."""
        result = ~_mask(pc.match_substring_regex(self.values, rb"[\x80-\xff]"))
        for index in np.flatnonzero(~result).tolist():
            result[index] = _is_utf8(self.data[self.starts[index] : self.starts[index + 1]])
        return result

    def select(self, mask: Mask) -> pa.Buffer:
        """The bytes of the chosen lines, one after the other (the block itself when all are)."""
        if mask.all():
            return pa.py_buffer(self.data)
        chosen = self.values.filter(pa.array(mask))
        _, offsets, data = chosen.buffers()
        if data is None or not len(chosen):
            return pa.py_buffer(b"")
        ends = np.frombuffer(offsets, dtype=np.int64)[chosen.offset : chosen.offset + len(chosen) + 1]
        return data.slice(int(ends[0]), int(ends[-1] - ends[0]))


def _row_pattern(fields: int, delimiter: bytes) -> bytes:
    sign = b"\\x%02x" % delimiter[0]
    value = rb'(?:[^"\r\n' + sign + rb"][^\r\n" + sign + rb']*|"(?:[^"\r\n]|"")*")?'
    return rb"\A" + value + rb"(?:" + sign + value + rb"){%d}(?:\r\n?|\n)\z" % (fields - 1)


def _mask(values: pa.Array) -> Mask:
    result: Mask = np.array(values.to_numpy(zero_copy_only=False), dtype=bool)
    return result


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
