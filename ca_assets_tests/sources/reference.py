"""A slow reader of CSV bytes, written from REPORTS.md section 2 alone, character by character: what the fast one is held to."""

from __future__ import annotations

import re

Good = list[tuple[int, list[bytes]]]


def read_rows(data: bytes, delimiter: bytes, fields: int, first_line: int = 1) -> tuple[Good, list[int]]:
    """Good rows with their physical lines, and the lines of broken rows. `data` has no header."""
    lines = re.findall(rb"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z", data)
    good: Good = []
    broken: list[int] = []
    at = 0
    while at < len(lines):
        if not lines[at].strip(b"\r\n"):
            at += 1
            continue
        row, taken = _row(b"".join(lines[at:]), delimiter)
        if row is None:
            broken.append(first_line + at)
            at += 1
            continue
        if len(row) != fields or not all(map(_is_utf8, row)):
            broken.append(first_line + at)
        else:
            good.append((first_line + at, row))
        at += taken
    return good, broken


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
