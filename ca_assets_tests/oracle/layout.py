"""How a random source's rows lie in its files: encoding, delimiter, lines before the header, several files, broken rows."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

BOM = "\ufeff"
# What shop.yaml says, the encoding of the bytes, the bytes before them, and bytes that are not of it.
ENCODINGS = (
    (None, "utf-8", b"", b"\xff"),
    (None, "utf-8", b"", b"\xc3"),
    (None, "utf-8", b"\xef\xbb\xbf", b"\xfe"),
    ("windows-1252", "utf-8", b"\xef\xbb\xbf", b"\xff"),
    ("windows-1252", "cp1252", b"", b"\x81"),
    ("iso-8859-15", "iso-8859-15", b"", b""),
    (None, "utf-16-le", b"\xff\xfe", b"\x00\xdc"),
    ("utf-16", "utf-16-be", b"\xfe\xff", b"\xdc\x00"),
)
PREAMBLES = ((), (), (), ('Orders of "May',), ("Report", "", "created, 1 June"))
# Names of files, of which 10 comes before 9 and capital letters before small ones.
PARTS = ("export_9.csv", "export_10.csv", "Export_2.csv", "b.csv", "ä.csv")
BROKEN = ("{line}{sign}", "{line}{sign}extra", "{shorter}", '"x"y{sign}{line}', "", "   ", BOM, "{bytes}{line}")

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Layout:
    """The files of one source. `mess`: the share of rows that are broken."""

    dice: random.Random
    mess: float
    delimiter: str
    encoding: tuple[str | None, str, bytes, bytes]
    preamble: tuple[str, ...]
    has_sep: bool
    line_end: str
    parts: tuple[str, ...]  # names of files in a folder; none: one file
    is_glob: bool
    twins: tuple[str, ...]  # columns that nothing maps, with names that are there twice

    def options(self, source: str) -> dict[str, Any]:
        """The keys of shop.yaml that say it; None: not said."""
        skipped = len(self.preamble) + (1 if self.has_sep and self.preamble else 0)
        stated = self.dice.choice((None, "|", self.delimiter)) if self.has_sep else self.delimiter
        return {
            "encoding": self.encoding[0],
            "delimiter": None if stated == "," else stated,
            "skip_rows": skipped or None,
            "path": f"{source}/*.csv" if self.is_glob and self.parts else source if self.parts else f"{source}.csv",
        }

    def files(self, columns: list[str], required: list[str], rows: Rows) -> bytes | dict[str, bytes]:
        """The files; of several, each after the first may lack some of the columns that are not required."""
        self.dice.shuffle(rows)
        if not self.parts:
            return self._file(columns, rows)
        files = {}
        for number, part in enumerate(self.parts):
            lacking = [name for name in columns if name not in required and number and self.dice.random() < 0.2]
            inside = rows[number :: len(self.parts)]
            files[part] = self._file([name for name in columns if name not in lacking], inside)
        return files

    def _file(self, columns: list[str], rows: Rows) -> bytes:
        header = self.dice.sample([*columns, *self.twins], len(columns) + len(self.twins))
        before = ([f"{self.dice.choice(('sep', 'SEP', 'Sep'))}={self.delimiter}"] if self.has_sep else []) + list(self.preamble)
        lines = [*before, self.delimiter.join(header), *(self._line([row.get(name, name) for name in header]) for row in rows)]
        end = self.dice.choice(("", self.line_end))
        return self.encoding[2] + b"".join(self._bytes(line + self.line_end) for line in lines[:-1]) + self._bytes(lines[-1] + end)

    def _bytes(self, line: str) -> bytes:
        """A line in the encoding, in which BROKEN bytes are none."""
        _, name, _, foreign = self.encoding
        return foreign.join(part.encode(name, "replace") for part in line.split("{bytes}"))

    def _line(self, values: list[str]) -> str:
        line, sign = self.delimiter.join(self._cell(value) for value in values), self.delimiter
        if self.dice.random() < self.mess:
            line = self.dice.choice(("", BOM)) + line
        if self.dice.random() >= self.mess or '"' in line:  # quotes broken across lines are left open by the contract
            return line
        broken = self.dice.choice(BROKEN)
        return broken.replace("{line}", line).replace("{shorter}", line.rpartition(sign)[0]).replace("{sign}", sign)

    def _cell(self, value: str) -> str:
        needs = any(sign in value for sign in (self.delimiter, *'"\n\r')) or self.dice.random() < 0.05
        return '"' + value.replace('"', '""') + '"' if needs else value


def random_layout(dice: random.Random, mess: float) -> Layout:
    """A layout: every second one a plain file."""
    plain = Layout(dice, mess, ",", ENCODINGS[0], (), False, dice.choice(("\n", "\r\n")), (), False, ())
    if dice.random() < 0.4:
        return plain
    return replace(
        plain,
        delimiter=dice.choice((",", ";", "\t", "|")),
        encoding=dice.choice(ENCODINGS),
        preamble=dice.choice(PREAMBLES),
        has_sep=dice.random() < 0.25,
        parts=tuple(dice.sample(PARTS, dice.randint(2, 4))) if dice.random() < 0.5 else (),
        is_glob=dice.random() < 0.5,
        twins=dice.choice(((), ("note", "", "note", ""))),
    )
