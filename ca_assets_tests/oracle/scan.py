"""A CSV scanner by hand (docs/contract, section 2): bytes in, rows with their physical line numbers out.

A line ends with LF, CR LF or CR outside quotes. A row with a broken quote is given up and reading goes on at the physical
line after the one on which it began, so that one stray quote costs one line.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

BOM = "\ufeff"
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
# Stands for bytes that are not of the encoding; half a surrogate pair, which no encoding gives.
UNREADABLE = "\udc80"
codecs.register_error("mark_unreadable", lambda error: (UNREADABLE, error.end if isinstance(error, UnicodeDecodeError) else 0))


@dataclass
class Row:
    """A row as it was read: the line on which it begins, its fields, or what is broken about it."""

    line: int
    fields: list[str]
    broken: str | None = None


def read_csv(data: bytes, delimiter: str = ",", encoding: str = "utf-8", skip_rows: int = 0) -> tuple[list[str], list[Row]]:
    """Header and rows of a CSV file; rows that cannot be taken apart carry `broken`."""
    text = _decoded(data, encoding)
    first = re.match(r"sep=([^\r\n])(?=[\r\n]|\Z)", text, flags=re.IGNORECASE)
    if first:
        delimiter, skip_rows = first[1], max(skip_rows, 1)
    position = 0
    for _ in range(skip_rows):
        position = _line_end(text, position)[1]
    rows = list(_rows(text, position, 1 + skip_rows, delimiter))
    if not rows:
        raise ValueError("the file is empty: it has no header")
    header = rows[0]
    if header.broken:
        raise ValueError(f"the header is broken: {header.broken}")
    for row in rows[1:]:
        if row.broken is None and len(row.fields) != len(header.fields):
            row.broken = "too few fields" if len(row.fields) < len(header.fields) else "too many fields"
    return header.fields, rows[1:]


def _decoded(data: bytes, encoding: str) -> str:
    """The text without the mark at its beginning, which decides on the encoding."""
    for mark, marked in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(marked, "mark_unreadable")
    return data.decode(encoding, "mark_unreadable")


def _rows(text: str, position: int, line: int, delimiter: str) -> Iterator[Row]:
    while position < len(text):
        while text[position : position + 1] == BOM:
            position += 1
        end, following = _line_end(text, position)
        if end == position:
            position, line = following, line + 1
            continue
        fields, row_end = _fields(text, position, end, following, delimiter)
        if fields is None:
            yield Row(line, [], "broken quote")
            position, line = following, line + 1
        else:
            unreadable = any(UNREADABLE in field for field in fields)
            yield Row(line, [], "bytes of another encoding") if unreadable else Row(line, fields)
            line += _line_ends(text[position:row_end])
            position = row_end


def _line_end(text: str, start: int) -> tuple[int, int]:
    """Where the physical line ends, and where the next begins."""
    feed = text.find("\n", start)
    feed = len(text) if feed < 0 else feed
    carriage = text.find("\r", start, feed)
    if carriage < 0:
        return feed, min(feed + 1, len(text))
    return carriage, carriage + (2 if text[carriage + 1 : carriage + 2] == "\n" else 1)


def _line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _fields(text: str, position: int, end: int, following: int, delimiter: str) -> tuple[list[str] | None, int]:
    """The fields of the row at `position` and where the next row begins; None when a quote in it is broken."""
    if '"' not in text[position:end]:
        return text[position:end].split(delimiter), following
    fields: list[str] = []
    while True:
        if text[position : position + 1] == '"':
            field, position = _quoted_field(text, position + 1)
            if field is None:
                return None, position
        else:
            start = position
            while position < len(text) and text[position] not in (delimiter, "\n", "\r"):
                position += 1
            field = text[start:position]
        fields.append(field)
        if position == len(text):
            return fields, position
        if text[position] != delimiter:
            if text[position] not in "\n\r":
                return None, position  # something stands between the closing quote and the delimiter
            return fields, _line_end(text, position)[1]
        position += 1


def _quoted_field(text: str, position: int) -> tuple[str | None, int]:
    """The text after an opening quote, and where it stops; None when the quote is never closed."""
    field = ""
    while True:
        close = text.find('"', position)
        if close < 0:
            return None, len(text)
        field += text[position:close]
        if text[close + 1 : close + 2] != '"':
            return field, close + 1
        field += '"'
        position = close + 2
