"""How a CSV file is laid out, from its first bytes: encoding, delimiter, lines before the header, then the header and the first rows.

What shop.yaml says is kept where it fits; what the file needs otherwise is in `CsvHead.options`, by the keys of shop.yaml.
"""

from __future__ import annotations

import codecs
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import cchardet

from ca_assets.shop import SourceConfig
from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.files.csv.decoding import MARKS, open_utf8
from ca_assets.sources.files.csv.driver import RowScanner
from ca_assets.sources.files.csv.preamble import LINE_END, read_preamble
from ca_assets.sources.files.locations import open_bytes

DELIMITERS = (",", ";", "\t", "|")
LAYOUT_ROWS = 200  # looked at to find the header
GUESSED_BYTES = 1 << 18  # looked at to find the encoding
MOST_SKIPPED = 1_000  # as shop.yaml allows
WESTERN = "windows-1252"
WIDE = ("BIG5", "GB", "EUC", "SHIFT")


@dataclass(frozen=True)
class CsvHead:
    """`rows`: the header, then the first good rows (texts). `options`: what shop.yaml must say so that they are read so."""

    rows: list[list[str]]
    options: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Row:
    start: int
    fields: list[bytes]

    @property
    def filled(self) -> int:
        return sum(bool(value.strip()) for value in self.fields)


def csv_head(name: str, config: SourceConfig, path: Path, size: int, most: int) -> CsvHead:
    """Of the first `size` bytes, at most `most` rows. SourceError when there is no header that can be read."""
    options: dict[str, str | int] = {}
    encoding = likely_encoding(name, config, path)
    if encoding:
        options["encoding"] = encoding
        config = config.model_copy(update={"encoding": encoding})
    with open_utf8(name, config, path) as stream:
        data = stream.read(size)
    data = data if data.endswith(b"\n") else data + b"\n"
    preamble = read_preamble(name, config, data)
    start, delimiter = preamble.start, preamble.delimiter
    if start >= len(data) or b"\0" in data[:1000]:
        raise SourceError(name, ErrorCode.BAD_DATA, f"{path.name} has no header line that can be read")
    if preamble.separator is None:
        delimiter = _delimiter(data, start, delimiter)
        header = _header_start(_rows(data, start, delimiter, LAYOUT_ROWS)) if not config.skip_rows else start
        skipped = len(LINE_END.findall(data, 0, header))
        if start < header and skipped <= MOST_SKIPPED:
            options["skip_rows"], start = skipped, header
    rows = [[value.decode("utf-8", "replace") for value in row.fields] for row in _rows(data, start, delimiter, most + 1)]
    if delimiter != preamble.delimiter and len(rows[0]) > 1:
        options["delimiter"] = delimiter.decode()
    return CsvHead(rows or [[""]], options)


def likely_encoding(name: str, config: SourceConfig, path: Path) -> str | None:
    """Of a file that says none by its mark, while shop.yaml says none either: what its bytes look like when they are not UTF-8."""
    if config.kind != "csv" or config.encoding is not None:
        return None
    with open_bytes(name, path) as stream:
        data: bytes = stream.read(GUESSED_BYTES)
    if any(data.startswith(mark) for mark, _ in MARKS) or _is_utf8(data):
        return None
    return _likely(data)


def _likely(data: bytes) -> str | None:
    """The likely encoding of bytes that are not UTF-8. Of those that read them alike the commonest: shops' files come from Windows."""
    if b"\0" in data:
        low, high = data[::2].count(0), data[1::2].count(0)
        return "utf-16-le" if high > len(data) / 4 else "utf-16-be" if low > len(data) / 4 else None
    found = cchardet.detect(data)["encoding"] or WESTERN
    try:
        text = data.decode(found)
    except (UnicodeDecodeError, LookupError):  # also a sign that was cut in two at the end
        return found.lower() if found.upper().startswith(WIDE) else WESTERN
    windows = [WESTERN, *(f"windows-125{number}" for number in range(9))]
    return next((name for name in windows if data.decode(name, "replace") == text), found.lower())


def _is_utf8(data: bytes) -> bool:
    """Whether the beginning of a file is; NUL bytes are those of UTF-16."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return False
    return b"\0" not in data


def _delimiter(data: bytes, start: int, known: bytes) -> bytes:
    """That by which the largest share of rows is equally wide, and wider than one field; where several are, the known one."""
    signs = dict.fromkeys((known, *(sign.encode() for sign in DELIMITERS)))
    return max(signs, key=lambda sign: _share_of_width(_rows(data, start, sign, LAYOUT_ROWS)))


def _share_of_width(rows: list[_Row]) -> float:
    width = _width(rows)
    return sum(len(row.fields) == width for row in rows) / len(rows) if width > 1 else 0.0


def _width(rows: list[_Row]) -> int:
    """The number of fields that most rows have; of equally many the larger."""
    counts = Counter(len(row.fields) for row in rows)
    return max(counts, key=lambda width: (counts[width], width), default=0)


def _header_start(rows: list[_Row]) -> int:
    """Where the first row begins that is as wide as most and has a name in at least half of its fields."""
    width = _width(rows)
    names = (row.start for row in rows if len(row.fields) == width and row.filled >= max(2, width / 2))
    return next(names, rows[0].start if rows else 0)


def _rows(data: bytes, position: int, delimiter: bytes, most: int) -> list[_Row]:
    """The first good rows that are no empty lines."""
    scanner = RowScanner(delimiter)
    rows: list[_Row] = []
    while position < len(data) and len(rows) < most:
        row = scanner.row(data, position)
        if row.verdict == "row" and row.fields != [b""]:
            rows.append(_Row(position, row.fields))
        end = LINE_END.search(data, position)
        position = row.end if row.verdict == "row" else end.end() if end else len(data)
    return rows
