"""CSV files → staging: header, blocks, good rows to Arrow's parser, broken rows with their physical line.

Belongs here: streaming a file in bounded memory. The grammar is in `rows` and `blocks`; meaning of values in `tables`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv

from ca_assets.shop import SourceConfig
from ca_assets.sources.blocks import BlockSplitter
from ca_assets.sources.errors import SourceError
from ca_assets.sources.files import open_bytes
from ca_assets.sources.mapping import match_header
from ca_assets.sources.rows import RowScanner
from ca_assets.sources.staging import Stage

BLOCK_BYTES = 16 << 20
MAX_LINE_BYTES = 1 << 30
EMPTY_LINES = re.compile(rb"[\r\n]*+")
LINE_END = re.compile(rb"\r\n?|\n")
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class _Header:
    names: list[str]
    end: int
    lines: int


class _Blocks:
    """A stream as blocks that end with LF; a last line without one gets it."""

    def __init__(self, name: str, file: str, stream: Any) -> None:
        self.name, self.file, self._stream = name, file, stream
        self._carry = b""
        self.is_last = False

    def extend(self, data: bytes) -> bytes:
        """`data` and what follows it: about as much again, at least a block, to the end of a line."""
        wanted = max(BLOCK_BYTES, len(data))
        parts, cut = [data, self._carry], -1
        while cut < 0 and not self.is_last:
            part = self._stream.read(wanted)
            self.is_last = not part  # a decompressing stream may return less than was asked for before its end
            cut = part.rfind(b"\n")
            parts.append(part)
            if sum(map(len, parts)) > MAX_LINE_BYTES:
                raise SourceError(f"{self.name}: {self.file} has a line or an open quote of more than 1 GB; is it a CSV file?")
        if self.is_last:
            self._carry = b""
            joined = b"".join(parts)
            return joined if not joined or joined.endswith(b"\n") else joined + b"\n"
        self._carry = parts[-1][cut + 1 :]
        parts[-1] = parts[-1][: cut + 1]
        return b"".join(parts)


def check_csv(name: str, config: SourceConfig, columns: dict[str, str], files: list[Path]) -> None:
    """Whether every file opens and its header has the mapped columns; SourceError when not."""
    delimiter = _delimiter(name, config)
    for path in files:
        with open_bytes(name, path) as stream:
            header = _header(name, path.name, _Blocks(name, path.name, stream).extend(b""), delimiter)
            match_header(name, path.name, columns, header.names)


def _delimiter(name: str, config: SourceConfig) -> bytes:
    delimiter = config.delimiter.encode()
    if len(delimiter) != 1 or config.delimiter in '"\r\n\0':
        raise SourceError(f"{name}: the delimiter {config.delimiter!r} must be one ASCII character other than a quote or line end")
    return delimiter


def read_csv(name: str, config: SourceConfig, columns: dict[str, str], files: list[Path], stage: Stage, *, is_named: bool) -> None:
    """Every row of the files to `stage`. `columns`: ours → theirs; `is_named`: each row says its file.

    SourceError when a file cannot be used as a whole.
    """
    delimiter = _delimiter(name, config)
    for path in files:
        stage.file = path.name if is_named else None
        with open_bytes(name, path) as stream:
            _read_file(_Blocks(name, path.name, stream), columns, delimiter, stage)


def _read_file(blocks: _Blocks, columns: dict[str, str], delimiter: bytes, stage: Stage) -> None:
    name, file = blocks.name, blocks.file
    data = blocks.extend(b"")
    header = _header(name, file, data, delimiter)
    positions = list(match_header(name, file, columns, header.names).values())
    splitter = BlockSplitter(len(header.names), delimiter)
    parser = _Parser(len(header.names), delimiter, positions)
    data, line = data[header.end :], 1 + header.lines
    while data or not blocks.is_last:
        split = splitter.split(data, line, blocks.is_last)
        stage.reject(split.broken)
        if split.good.size:
            stage.add(parser.table(split.good), pa.array(split.lines))
        if split.rows:
            stage.add(parser.rows(split.rows), pa.array([number for number, _ in split.rows], pa.int64()))
        line, data = split.rest_line, data[split.rest :]
        if not blocks.is_last:
            data = blocks.extend(data)


def _header(name: str, file: str, data: bytes, delimiter: bytes) -> _Header:
    """The first row that is not an empty line; a BOM is skipped."""
    if data.startswith(UTF16_MARKS):
        raise SourceError(f"{name}: {file} is UTF-16; save it as UTF-8")
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    start = EMPTY_LINES.match(data, start).end()  # type: ignore[union-attr]  # it matches nothing too
    if start >= len(data):
        raise SourceError(f"{name}: {file} is empty; it needs a header line with the column names")
    row = RowScanner(delimiter).row(data, start)
    if row.verdict != "row":
        raise SourceError(f"{name}: the header of {file} (line 1) has a broken quote; correct it")
    names = _header_names(name, file, row.fields)
    return _Header(names, row.end, len(LINE_END.findall(data, 0, row.end)))


def _header_names(name: str, file: str, fields: list[bytes]) -> list[str]:
    joined = b"".join(fields)
    if b"\0" in joined:
        raise SourceError(f"{name}: the header of {file} has NUL bytes (UTF-16, or no text file?); save it as UTF-8 text")
    try:
        return [field.decode("utf-8") for field in fields]
    except UnicodeDecodeError as error:
        raise SourceError(f"{name}: the header of {file} (line 1) is not UTF-8; save the file as UTF-8") from error


class _Parser:
    """Good rows → the mapped columns as texts, by Arrow's parser; `positions` of the mapped columns in the header."""

    def __init__(self, fields: int, delimiter: bytes, positions: list[int]) -> None:
        self._positions = positions
        self._names = [str(index) for index in range(fields)]
        self._parse = csv.ParseOptions(
            delimiter=delimiter.decode(), quote_char='"', double_quote=True, newlines_in_values=False, ignore_empty_lines=False
        )
        wanted = [self._names[position] for position in dict.fromkeys(positions)]
        self._convert = csv.ConvertOptions(
            column_types={column: pa.string() for column in wanted},
            include_columns=wanted,
            strings_can_be_null=False,
            check_utf8=False,
        )

    def table(self, good: pa.Buffer) -> list[pa.ChunkedArray]:
        """Columns of rows that the splitter vouches for."""
        read = csv.ReadOptions(column_names=self._names, block_size=max(good.size + 1, 1 << 16), use_threads=True)
        table = csv.read_csv(pa.BufferReader(good), read_options=read, parse_options=self._parse, convert_options=self._convert)
        return [table.column(self._names[position]) for position in self._positions]

    def rows(self, rows: list[tuple[int, list[bytes]]]) -> list[pa.Array]:
        """Columns of rows that were read one by one (checked UTF-8)."""
        return [pa.array([fields[position].decode("utf-8") for _, fields in rows], pa.string()) for position in self._positions]
