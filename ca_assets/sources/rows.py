"""One CSV row at a time, exactly: the slow path for lines that the vectorised one cannot vouch for.

A quote is special at the start of a field only; inside a quoted field `""` is a quote; after the closing quote only the
delimiter or the line's end may follow. A line ends with LF, CRLF or CR alone. Belongs here: the grammar.
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
