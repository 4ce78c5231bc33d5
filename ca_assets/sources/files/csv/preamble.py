"""What stands before a CSV file's header: a byte order mark, a line `sep=;`, lines to skip, empty lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ca_assets.shop import SourceConfig
from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.files.csv.decoding import BOM

SEPARATOR_LINE = re.compile(rb"sep=([^\r\n]|[\xc2-\xf4][\x80-\xbf]+)(?:\r\n?|\n)", re.IGNORECASE)
LINE_END = re.compile(rb"\r\n?|\n")
EMPTY_LINES = re.compile(rb"(?:[\r\n]|" + BOM + rb")*+")
MARKS = re.compile(rb"(?:" + BOM + rb")*+")


@dataclass(frozen=True)
class Preamble:
    """`start`: where the header begins (the end when there is none); `delimiter`: one ASCII byte; `separator`: as `sep=` says it."""

    start: int
    delimiter: bytes
    separator: str | None = None


def read_preamble(name: str, config: SourceConfig, data: bytes) -> Preamble:
    """Of a file's first lines in UTF-8, which end with a line end. SourceError for a delimiter that cannot be one."""
    position = _end(MARKS, data, 0)
    line = SEPARATOR_LINE.match(data, position)
    separator = line[1].decode("utf-8", "replace") if line else None
    delimiter = delimiter_byte(name, separator or config.delimiter)
    for _ in range(max(config.skip_rows, 1 if line else 0)):
        end = LINE_END.search(data, position)
        position = end.end() if end else len(data)
    return Preamble(_end(EMPTY_LINES, data, position), delimiter, separator)


def delimiter_byte(name: str, sign: str) -> bytes:
    """The byte of a delimiter; SourceError for one that cannot be read by."""
    if len(sign.encode()) != 1 or sign in '"\r\n\0':
        what = f"the delimiter {sign!r} must be one ASCII character other than a quote or line end"
        raise SourceError(name, ErrorCode.BAD_CONFIG, what)
    return sign.encode()


def _end(pattern: re.Pattern[bytes], data: bytes, position: int) -> int:
    """The end of what a pattern that matches nothing too finds at `position`."""
    match = pattern.match(data, position)
    return match.end() if match else position
