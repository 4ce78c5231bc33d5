"""A CSV scanner by hand (REPORTS.md section 2): bytes in, rows with their physical line numbers out.

A line ends with LF, CR LF or CR outside quotes. A row with a broken quote is given up and reading goes on at the physical
line after the one on which it began, so that one stray quote costs one line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

QUOTE = 0x22
LF = 0x0A
CR = 0x0D
BOM = b"\xef\xbb\xbf"


@dataclass
class Row:
    """A row as it was read: the line on which it begins, its fields, or what is broken about it."""

    line: int
    fields: list[str]
    broken: str | None = None


def read_csv(data: bytes, delimiter: str = ",") -> tuple[list[str], list[Row]]:
    """Header and rows of a CSV file; rows that cannot be taken apart carry `broken`."""
    rows = list(_rows(data.removeprefix(BOM), delimiter.encode()))
    if not rows:
        raise ValueError("the file is empty: it has no header")
    header = rows[0]
    if header.broken:
        raise ValueError(f"the header is broken: {header.broken}")
    if len(set(header.fields)) < len(header.fields):
        raise ValueError("a column name stands twice in the header")
    for row in rows[1:]:
        if row.broken is None and len(row.fields) != len(header.fields):
            row.broken = "too few fields" if len(row.fields) < len(header.fields) else "too many fields"
    return header.fields, rows[1:]


def _rows(data: bytes, delimiter: bytes) -> Iterator[Row]:
    position, line = 0, 1
    while position < len(data):
        end, following = _line_end(data, position)
        text = data[position:end]
        if not text:
            position, line = following, line + 1
        elif QUOTE not in text:
            yield _decoded(line, text.split(delimiter))
            position, line = following, line + 1
        else:
            fields, row_end = _quoted_row(data, position, delimiter[0])
            if fields is None:
                yield Row(line, [], "broken quote")
                position, line = following, line + 1
            else:
                yield _decoded(line, fields)
                line += _line_ends(data[position:row_end])
                position = row_end


def _line_end(data: bytes, start: int) -> tuple[int, int]:
    """Where the physical line ends, and where the next begins."""
    feed = data.find(b"\n", start)
    feed = len(data) if feed < 0 else feed
    carriage = data.find(b"\r", start, feed)
    if carriage < 0:
        return feed, min(feed + 1, len(data))
    return carriage, carriage + (2 if data[carriage + 1 : carriage + 2] == b"\n" else 1)


def _line_ends(data: bytes) -> int:
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def _quoted_row(data: bytes, position: int, delimiter: int) -> tuple[list[bytes] | None, int]:
    """The fields of the row at `position` and where the next row begins; None when a quote in it is broken."""
    fields: list[bytes] = []
    while True:
        if data[position : position + 1] == b'"':
            field, position = _quoted_field(data, position + 1)
            if field is None:
                return None, position
        else:
            start = position
            while position < len(data) and data[position] not in (delimiter, LF, CR):
                position += 1
            field = data[start:position]
        fields.append(field)
        if position == len(data):
            return fields, position
        if data[position] != delimiter:
            if data[position] not in (LF, CR):
                return None, position  # something stands between the closing quote and the delimiter
            return fields, _line_end(data, position)[1]
        position += 1


def _quoted_field(data: bytes, position: int) -> tuple[bytes | None, int]:
    """The text after an opening quote, and where it stops; None when the quote is never closed."""
    text = b""
    while True:
        close = data.find(b'"', position)
        if close < 0:
            return None, len(data)
        text += data[position:close]
        if data[close + 1 : close + 2] != b'"':
            return text, close + 1
        text += b'"'
        position = close + 2


def _decoded(line: int, fields: list[bytes]) -> Row:
    try:
        return Row(line, [field.decode("utf-8") for field in fields])
    except UnicodeDecodeError:
        return Row(line, [], "not UTF-8")
