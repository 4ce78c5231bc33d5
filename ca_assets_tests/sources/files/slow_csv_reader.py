"""A slow reader of CSV bytes, written from docs/contract, section 2 alone, character by character: what the fast one is held to."""

from __future__ import annotations

import re

Good = list[tuple[int, list[bytes]]]
BOM = b"\xef\xbb\xbf"


def read_file(data: bytes, delimiter: bytes, skip_rows: int = 0) -> tuple[list[bytes], Good, list[int]]:
    """The header, and good and broken rows as `read_rows` gives them, of a whole file. A first line `sep=X` is one of `skip_rows`."""
    lines = re.findall(_LINE, data.removeprefix(BOM))
    if lines and re.fullmatch(rb"(?i)sep=.(\r\n|\n|\r)?", lines[0], flags=re.DOTALL):
        delimiter, skip_rows = lines[0][4:5], max(skip_rows, 1)
    at = skip_rows
    while at < len(lines) and not _without_marks(lines[at]).strip(b"\r\n"):
        at += 1
    header, line_count = _row(_without_marks(b"".join(lines[at:])), delimiter)
    assert header is not None, "the tests give whole headers"
    good, broken = read_rows(b"".join(lines[at + line_count :]), delimiter, len(header), 1 + at + line_count)
    return header, good, broken


def read_rows(data: bytes, delimiter: bytes, fields: int, first_line: int = 1) -> tuple[Good, list[int]]:
    """Good rows with their physical lines, and the lines of broken rows. `data` has no header."""
    lines = re.findall(_LINE, data)
    good: Good = []
    broken: list[int] = []
    at = 0
    while at < len(lines):
        if not _without_marks(lines[at]).strip(b"\r\n"):
            at += 1
            continue
        row, line_count = _row(_without_marks(b"".join(lines[at:])), delimiter)
        if row is None:
            broken.append(first_line + at)
            at += 1
            continue
        if len(row) != fields or not all(map(_is_utf8, row)):
            broken.append(first_line + at)
        else:
            good.append((first_line + at, row))
        at += line_count
    return good, broken


_LINE = rb"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z"


def _without_marks(text: bytes) -> bytes:
    """Byte order marks where a row begins are no part of it."""
    while text.startswith(BOM):
        text = text[len(BOM) :]
    return text


def _row(text: bytes, delimiter: bytes) -> tuple[list[bytes] | None, int]:
    """The first row of `text` and how many lines it takes; None when its quotes are broken."""
    row: list[bytes] = []
    at = 0
    while True:
        value = b""
        if text[at : at + 1] == b'"':
            at += 1
            while True:
                sign = text[at : at + 1]
                if sign == b"":
                    return None, 0
                if sign == b'"' and text[at + 1 : at + 2] == b'"':
                    value += sign
                    at += 2
                elif sign == b'"':
                    at += 1
                    break
                else:
                    value += sign
                    at += 1
            if text[at : at + 1] not in (delimiter, b"\n", b"\r", b""):
                return None, 0
        else:
            while text[at : at + 1] not in (delimiter, b"\n", b"\r", b""):
                value += text[at : at + 1]
                at += 1
        row.append(value)
        if text[at : at + 1] != delimiter:
            at += 2 if text[at : at + 2] == b"\r\n" else 1
            return row, len(re.findall(rb"\r\n|\n|\r", text[:at])) + (at > len(text))
        at += 1


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
