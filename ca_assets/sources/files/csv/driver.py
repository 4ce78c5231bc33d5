"""CSV files → staging: header, blocks of whole lines, good rows to Arrow's parser, broken rows with their physical line.

A file is streamed in bounded memory. Two paths give the same rows. The fast one vouches, for all lines of a block at once, for those that
are a well-formed row with the right number of fields by themselves. Every other line goes through `RowScanner`, which reads one row exactly
and may join lines. A quote is special at the start of a field only; inside a quoted field `""` is a quote; after the closing quote only the
delimiter or the line's end may follow. A line ends with LF, CRLF or CR alone. Belongs here: bytes to rows of texts. What a text means is
decided in `cleaning`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from ca_assets.shop import SourceConfig
from ca_assets.sources.driver import Driver, Reading, Wanted
from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.files.columns import distinct_names, numbered, union_of
from ca_assets.sources.files.csv.decoding import BOM, Utf8Stream, open_utf8
from ca_assets.sources.files.csv.preamble import LINE_END, MARKS, read_preamble
from ca_assets.sources.files.locations import labelled_files
from ca_assets.sources.mapping import lacking_columns, source_columns
from ca_assets.sources.staging import BrokenRow, RawSource, Stage, is_utf8

BLOCK_BYTES = 16 << 20
HEADER_BYTES = 1 << 16  # read of a file when only its header is of interest
MAX_LINE_BYTES = 1 << 30
MAX_OPEN_BYTES = 160 << 20  # a quote still open after so much is taken for a broken one, so that memory stays bounded
MAX_REGEX_FIELDS = 300
Mask = npt.NDArray[np.bool_]


class CsvDriver:
    """Reads csv sources."""

    def check(self, name: str, config: SourceConfig, reading: Reading) -> None:
        """Whether every file opens and its header has the mapped columns; SourceError when not."""
        self.lacking(name, config, reading)

    def lacking(self, name: str, config: SourceConfig, reading: Reading) -> dict[str, list[str]]:
        """Optional columns of ours → the files that lack them, of a source whose other files have them. Raises SourceError as `check`."""
        headers: dict[str, list[str]] = {}
        for path, label in labelled_files(name, config, reading.folder):
            with open_utf8(name, config, path) as stream:
                shown = path.name if label is None or label not in headers else str(path)
                headers[shown] = _CsvFile(name, config, path, stream, HEADER_BYTES).header
        return lacking_columns(name, source_columns(name, config), headers)

    def read(self, name: str, config: SourceConfig, reading: Reading, wanted: Wanted) -> RawSource:
        """Every row of the files (of `wanted.files` where that is said) into staging. SourceError when one cannot be used as a whole."""
        columns = source_columns(name, config)
        files = labelled_files(name, config, reading.folder, wanted.files)
        self.check(name, config, reading)
        with Stage(name, reading.staging, dict.fromkeys(columns, pa.string()), reading.progress) as stage:
            for path, label in files:
                stage.file = label
                with open_utf8(name, config, path) as stream:
                    _CsvFile(name, config, path, stream, BLOCK_BYTES).read(columns, stage)
        return stage.result()

    def column_names(self, name: str, config: SourceConfig, reading: Reading) -> list[str]:
        """The columns of all files."""
        return union_of(header for _, header in self._headers(name, config, reading))

    def read_texts(self, name: str, config: SourceConfig, reading: Reading) -> RawSource:
        """Every row of the files with all of their columns. SourceError when one cannot be used as a whole."""
        columns = self.column_names(name, config, reading)
        types = dict.fromkeys(numbered(columns, []), pa.string())
        with Stage(name, reading.staging, types, reading.progress) as stage:
            for path, label in labelled_files(name, config, reading.folder):
                stage.file = label
                with open_utf8(name, config, path) as stream:
                    file = _CsvFile(name, config, path, stream, BLOCK_BYTES)
                    file.header = distinct_names(file.header)
                    file.read(numbered(columns, file.header), stage)
        return stage.result()

    def _headers(self, name: str, config: SourceConfig, reading: Reading) -> Iterator[tuple[str, list[str]]]:
        for path, _ in labelled_files(name, config, reading.folder):
            with open_utf8(name, config, path) as stream:
                yield path.name, distinct_names(_CsvFile(name, config, path, stream, HEADER_BYTES).header)


class _CsvFile:
    """One open file, read block by block of at least `block_bytes`; a last line without a line end gets one."""

    def __init__(self, name: str, config: SourceConfig, path: Path, stream: Utf8Stream, block_bytes: int) -> None:
        self._name, self._file, self._stream, self._block_bytes = name, path.name, stream, block_bytes
        self._carry = b""
        self._is_last = False
        self._block = self._extended(b"")  # the file's bytes from the place up to which it has been read, whole lines
        self._delimiter, self.header, self._line = self._read_header(config)

    def read(self, columns: dict[str, str], stage: Stage) -> None:
        """Every row to `stage`: each block is split into rows that are surely good, rows read one by one, and broken lines."""
        splitter = BlockSplitter(len(self.header), self._delimiter, self._stream.encoding)
        places = {theirs: place for place, theirs in enumerate(self.header) if theirs}
        parser = ColumnParser(len(self.header), self._delimiter, [places.get(theirs) for theirs in columns.values()])
        while self._block or not self._is_last:
            split = splitter.split(self._block, self._line, self._is_last)
            stage.reject(split.broken)
            if split.good.size:
                stage.add(parser.parsed(split.good), pa.array(split.lines))
            if split.rows:
                stage.add(parser.picked(split.rows), pa.array([line for line, _ in split.rows], pa.int64()))
            self._line, rest = split.rest_line, self._block[split.rest :]
            self._block = rest if self._is_last else self._extended(rest)

    def _extended(self, data: bytes) -> bytes:
        """`data` and what follows it: about as much again, at least a block, to the end of a line."""
        wanted = max(self._block_bytes, len(data))
        parts, cut = [data, self._carry], -1
        while cut < 0 and not self._is_last:
            part = self._stream.read(wanted)
            self._is_last = not part  # a decompressing stream may return less than was asked for before its end
            cut = part.rfind(b"\n")
            parts.append(part)
            if sum(map(len, parts)) > MAX_LINE_BYTES:
                what = f"{self._file} has a line or an open quote of more than 1 GB"
                raise SourceError(self._name, ErrorCode.BAD_DATA, what, hint="is it a CSV file?")
        if self._is_last:
            self._carry = b""
            joined = b"".join(parts)
            return joined if not joined or joined.endswith(b"\n") else joined + b"\n"
        self._carry = parts[-1][cut + 1 :]
        parts[-1] = parts[-1][: cut + 1]
        return b"".join(parts)

    def _read_header(self, config: SourceConfig) -> tuple[bytes, list[str], int]:
        """The delimiter, the names of the first row that is no empty line, and the line after it; reading goes on there."""
        preamble, row = read_preamble(self._name, config, self._block), Row("open")
        while row.verdict == "open":
            if preamble.start < len(self._block):
                row = RowScanner(preamble.delimiter).row(self._block, preamble.start)
            if row.verdict != "open" or self._is_last:
                break
            self._block = self._extended(self._block)
            preamble = read_preamble(self._name, config, self._block)
        data, start = self._block, preamble.start
        if start >= len(data):
            what = (
                f"{self._file} is empty" if not config.skip_rows else f"{self._file} has no line after the {config.skip_rows} skipped ones"
            )
            raise SourceError(self._name, ErrorCode.BAD_DATA, what, hint="it needs a header line with the column names")
        line = 1 + len(LINE_END.findall(data, 0, start))
        header = f"the header of {self._file} (line {line})"
        if row.verdict != "row":
            raise SourceError(self._name, ErrorCode.BAD_DATA, f"{header} has a broken quote", hint="correct it")
        self._block = data[row.end :]
        return preamble.delimiter, self._header_names(header, row.fields), line + len(LINE_END.findall(data, start, row.end))

    def _header_names(self, header: str, fields: list[bytes]) -> list[str]:
        if b"\0" in b"".join(fields):
            what = f"{header} has NUL bytes (UTF-16, or no text file?)"
            raise SourceError(self._name, ErrorCode.BAD_DATA, what, hint="set `encoding: utf-16-le`, or save it as UTF-8 text")
        try:
            return [field.decode("utf-8") for field in fields]
        except UnicodeDecodeError as error:
            what, remedy = f"{header} is not {encoding_words(self._stream.encoding)}", encoding_remedy(self._stream.encoding)
            raise SourceError(self._name, ErrorCode.BAD_DATA, what, hint=remedy) from error


class ColumnParser:
    """Rows → the mapped columns as texts. `fields`: columns of the file; `positions`: of the mapped ones, None for one that it lacks."""

    def __init__(self, fields: int, delimiter: bytes, positions: list[int | None]) -> None:
        self._positions = positions
        self._names = [str(index) for index in range(fields)]
        self._parse = csv.ParseOptions(
            delimiter=delimiter.decode(), quote_char='"', double_quote=True, newlines_in_values=False, ignore_empty_lines=False
        )
        wanted = [self._names[position] for position in dict.fromkeys(positions) if position is not None]
        self._convert = csv.ConvertOptions(
            column_types={column: pa.string() for column in wanted},
            include_columns=wanted,
            strings_can_be_null=False,
            check_utf8=False,
        )

    def parsed(self, good: pa.Buffer) -> list[pa.Array | pa.ChunkedArray]:
        """Columns of rows that the splitter vouches for, by Arrow's parser."""
        read = csv.ReadOptions(column_names=self._names, block_size=max(good.size + 1, 1 << 16), use_threads=True)
        table = csv.read_csv(pa.BufferReader(good), read_options=read, parse_options=self._parse, convert_options=self._convert)
        absent = pa.nulls(len(table), pa.string())
        return [absent if position is None else table.column(self._names[position]) for position in self._positions]

    def picked(self, rows: list[tuple[int, list[bytes]]]) -> list[pa.Array | pa.ChunkedArray]:
        """Columns of rows that were read one by one (checked UTF-8)."""
        return [self._column(position, rows) for position in self._positions]

    def _column(self, position: int | None, rows: list[tuple[int, list[bytes]]]) -> pa.Array:
        if position is None:
            return pa.nulls(len(rows), pa.string())
        return pa.array([fields[position].decode("utf-8") for _, fields in rows], pa.string())


@dataclass(frozen=True)
class Split:
    """`good` and `lines`: rows for Arrow and their physical lines; `rows`: (line, fields); `rest`: start of an unfinished row."""

    good: pa.Buffer
    lines: npt.NDArray[np.int64]
    rows: list[tuple[int, list[bytes]]]
    broken: list[BrokenRow]
    rest: int
    rest_line: int


class BlockSplitter:
    """Splits blocks of one file. `fields`: columns of its header; `delimiter`: one ASCII byte; `encoding`: the file's, for messages."""

    def __init__(self, fields: int, delimiter: bytes, encoding: str = "utf-8") -> None:
        self._fields, self._delimiter, self._scanner, self._encoding = fields, delimiter, RowScanner(delimiter), encoding
        sign = b"\\x%02x" % delimiter[0]
        value = rb'(?:[^"\r\n' + sign + rb"][^\r\n" + sign + rb']*|"(?:[^"\r\n]|"")*")?'
        pattern = rb"\A" + value + rb"(?:" + sign + value + rb"){%d}(?:\r\n?|\n)\z" % (fields - 1)
        self._pattern = pattern if fields <= MAX_REGEX_FIELDS else None

    def split(self, data: bytes, first_line: int, is_last: bool) -> Split:
        """`data` ends with LF; its first line is number `first_line`. `is_last`: nothing of the file follows."""
        lines = _Lines.of(data)
        is_good = self._surely_good(lines)
        rows: list[tuple[int, list[bytes]]] = []
        broken: list[BrokenRow] = []
        stop, next_index = len(is_good), 0
        for index in np.flatnonzero(~is_good & ~lines.is_empty).tolist():
            if index < next_index:
                continue  # inside a row that began on an earlier line
            start = int(lines.starts[index])
            row = self._scanner.row(data, _after_marks(data, start))
            if row.verdict == "open" and not is_last and len(data) - start < MAX_OPEN_BYTES:
                stop = index  # its end may be in the next block
                is_good[index:] = False
                break
            next_index = int(np.searchsorted(lines.starts, row.end)) if row.verdict == "row" else index + 1
            is_good[index:next_index] = False
            problem = self._problem(row)
            if problem is None:
                rows.append((first_line + index, row.fields))
            else:
                broken.append(BrokenRow(first_line + index, *problem, data[start : int(lines.starts[index + 1])]))
        numbers = np.flatnonzero(is_good).astype(np.int64) + first_line
        return Split(lines.select(is_good), numbers, rows, broken, int(lines.starts[stop]), first_line + stop)

    def _surely_good(self, lines: _Lines) -> Mask:
        """Lines that are a row by themselves: UTF-8, with the right number of delimiters, and quotes as the grammar wants them."""
        is_good = _mask(pc.equal(pc.count_substring(lines.values, self._delimiter), self._fields - 1))
        if b'"' in lines.data:
            has_quote = _mask(pc.match_substring(lines.values, b'"'))
            quoted = lines.values.filter(pa.array(has_quote))
            is_good[has_quote] = False if self._pattern is None else _mask(pc.match_substring_regex(quoted, self._pattern))
        if not is_utf8(lines.data):
            is_good &= lines.is_utf8()
        if BOM in lines.data:  # files that were joined: Arrow would take a mark for a sign of the first field
            is_good &= ~_mask(pc.starts_with(lines.values, BOM))
        return is_good & ~lines.is_empty

    def _problem(self, row: Row) -> tuple[str, str] | None:
        """Reason code and message of a row that cannot be used; None when it is good."""
        if row.verdict == "open":
            return "broken_quote", "a quote is never closed"
        if row.verdict == "broken":
            return "broken_quote", "text follows a closing quote"
        if len(row.fields) != self._fields:
            return "field_count", f"{len(row.fields)} fields, the header has {self._fields}"
        if not all(map(is_utf8, row.fields)):
            return "not_utf8", f"bytes that are not {encoding_words(self._encoding)}; {encoding_remedy(self._encoding)}"
        return None


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
        if BOM in data:
            is_empty |= _mask(pc.match_substring_regex(values, rb"\A(?:" + BOM + rb")+[\r\n]+\z"))
        return cls(data, starts, values, is_empty)

    def is_utf8(self) -> Mask:
        """Per line, for a block that as a whole is not: only lines beyond ASCII are looked at one by one."""
        result = ~_mask(pc.match_substring_regex(self.values, rb"[\x80-\xff]"))
        for index in np.flatnonzero(~result).tolist():
            result[index] = is_utf8(self.data[self.starts[index] : self.starts[index + 1]])
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


@dataclass(frozen=True)
class Row:
    """`row`: its fields and the position after its line end; `broken`: text after a closing quote; `open`: a quote never closed."""

    verdict: Literal["row", "broken", "open"]
    fields: list[bytes] = field(default_factory=list)
    end: int = 0


class RowScanner:
    """Reads one row that begins at a position of `data`, which ends with LF. Possessive matches keep memory flat for huge fields."""

    def __init__(self, delimiter: bytes) -> None:
        sign = re.escape(delimiter)
        self._delimiter = delimiter
        self._quoted = re.compile(rb'"((?:[^"]++|"")*+)"(' + sign + rb"|\r\n?|\n)?")
        self._plain = re.compile(rb"([^\r\n" + sign + rb"]*+)(" + sign + rb"|\r\n?|\n)")

    def row(self, data: bytes, start: int) -> Row:
        """The row that begins at `start`."""
        fields: list[bytes] = []
        position = start
        while True:
            is_quoted = data[position] == 0x22
            match = (self._quoted if is_quoted else self._plain).match(data, position)
            if match is None:
                return Row("open")
            if match.group(2) is None:
                return Row("broken")
            position = match.end()
            fields.append(match.group(1).replace(b'""', b'"') if is_quoted else match.group(1))
            if match.group(2) != self._delimiter:
                return Row("row", fields, position)


def encoding_words(encoding: str) -> str:
    """An encoding for people."""
    return encoding.upper() if encoding.lower().startswith("utf") else encoding


def encoding_remedy(encoding: str) -> str:
    """What to do about bytes that are not of it."""
    another = "set `encoding` to the file's own, such as windows-1252, or save the file as UTF-8"
    return another if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else "save the file in one encoding, or correct `encoding`"


def _after_marks(data: bytes, start: int) -> int:
    """Where a row begins whose line begins with byte order marks, as in joined files."""
    marks = MARKS.match(data, start)
    return marks.end() if marks else start


def _mask(values: pa.Array) -> Mask:
    result: Mask = np.array(values.to_numpy(zero_copy_only=False), dtype=bool)
    return result


driver: Driver = CsvDriver()
