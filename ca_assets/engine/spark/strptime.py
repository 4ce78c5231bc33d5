"""A strptime format as a regular expression (Java's) with a group per sign, as strict as DuckDB's `try_strptime`.

Numbers take as many digits as they may and give none back; a run of white space stands for any run; names are English, in any case.
Belongs here: the grammar. Turning the groups into a time is SQL (`sql`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_WIDTHS = {"Y": 4, "y": 2, "m": 2, "d": 2, "j": 3, "H": 2, "I": 2, "M": 2, "S": 2, "f": 6}
_NAMES = {
    "b": "|".join(name[:3] for name in _MONTHS.split("|")),
    "B": _MONTHS,
    "a": "|".join(name[:3] for name in _DAYS.split("|")),
    "A": _DAYS,
    "p": "am|pm",
}
_OFFSET = r"[+-]\d\d(?::?\d\d(?::?\d\d)?)?"


@dataclass(frozen=True)
class Parts:
    """`pattern` matches a whole text; `groups` has the number of the group of each sign (of `%b` and `%B` under `b`)."""

    pattern: str
    groups: dict[str, int]


def parts_of(date_format: str) -> Parts:
    """The pattern of a format whose signs are those that a mapping allows (`sources.mapping`); KeyError for another sign."""
    pieces = [r"\A\s*"]
    groups: dict[str, int] = {}
    for part in re.findall(r"%.|\s+|[^%\s]+", date_format):
        if part == "%%" or not part.startswith("%"):
            pieces.append(r"\s+" if part.isspace() else re.escape(part.replace("%%", "%")))
        else:
            sign = part[1]
            groups.setdefault("b" if sign == "B" else sign, len(groups) + 1)
            pieces.append(f"({_piece(sign)})")
    return Parts("".join([*pieces, r"\s*\z"]), groups)


def _piece(sign: str) -> str:
    if sign in _WIDTHS:
        return rf"\d{{1,{_WIDTHS[sign]}}}+"
    return _OFFSET if sign == "z" else f"(?i:{_NAMES[sign]})"
