"""One CSV row at a time, exactly: the slow path for lines that the vectorised one cannot vouch for.

A quote is special at the start of a field only; inside a quoted field `""` is a quote; after the closing quote only the
delimiter or the line's end may follow. A line ends with LF or CRLF; a lone CR is a character. Belongs here: the grammar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["row", "broken", "open"]


@dataclass(frozen=True)
class Row:
    """`row`: its fields and the position after its line end; `broken`: text after a closing quote; `open`: a quote never closed."""

    verdict: Verdict
    fields: list[bytes] = field(default_factory=list)
    end: int = 0


class RowScanner:
    """Reads one row that begins at a position of `data`, which ends with LF. Possessive matches keep memory flat for huge fields."""

    def __init__(self, delimiter: bytes) -> None:
        sign = re.escape(delimiter)
        self._delimiter = delimiter[0]
        self._quoted = re.compile(rb'"((?:[^"]++|"")*+)"(' + sign + rb"|\r?\n)?")
        self._plain = re.compile(rb"([^\n" + sign + rb"]*+)(" + sign + rb"|\n)")

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
            is_last = data[position - 1] == 0x0A
            fields.append(_value(match.group(1), is_quoted, is_last))
            if is_last:
                return Row("row", fields, position)


def _value(text: bytes, is_quoted: bool, is_last: bool) -> bytes:
    if is_quoted:
        return text.replace(b'""', b'"')
    return text.removesuffix(b"\r") if is_last else text
