"""What the texts of a column look like: their kind, the format of their days, their decimal sign. For people and for guesses of a mapping.

Belongs here: looking. What a value is when it is loaded is decided by `ca_assets.tables.parse` alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import pyarrow as pa

Kind = Literal["nothing", "yes/no", "whole number", "number", "day", "time", "time with offset", "text"]
MOST = 0.95  # of the values must look alike (of a FEW all but one): some rows of any export are broken
FEW = 5
WORDS = {"true", "false", "t", "f", "yes", "no", "y", "n", "1", "0"}
_DAY, _CLOCK = r"[0-9]{4}-[0-9]{2}-[0-9]{2}", r"[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
_OFFSET = r"(?:Z| UTC|[+-][0-9]{2}(?::?[0-9]{2})?)"
WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
COMMA_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?P<sign>[.' ])\d{3}(?:(?P=sign)\d{3})*|\d+)(?:,\d+)?", re.ASCII)
GROUPED_NUMBER = re.compile(r"[+-]?\d{1,3}(?:(?P<sign>[,' _])\d{3})+(?:\.\d+)?|[+-]?\d{1,3}(?:\.\d+)?", re.ASCII)
PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("whole number", WHOLE),
    ("number", NUMBER),
    ("day", re.compile(_DAY)),
    ("time", re.compile(rf"{_DAY}(?:{_CLOCK})?")),
    ("time with offset", re.compile(rf"{_DAY}{_CLOCK}{_OFFSET}")),
)
DAY_FORMATS = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y%m%d", "%d %b %Y", "%d.%m.%y", "%m/%d/%y")
CLOCK_FORMATS = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
TIMES: tuple[Kind, ...] = ("day", "time", "time with offset")


@dataclass(frozen=True)
class Look:
    """`kind` of a column's values; `filled` and `different` of the `seen` ones; `date_formats` that fit all of them when they are no ISO
    times; `decimal` and `thousands` signs when they are numbers written otherwise."""

    kind: Kind
    seen: int
    filled: int
    different: int
    date_formats: tuple[str, ...] = ()
    decimal: str | None = None
    thousands: str | None = None

    @property
    def words(self) -> str:
        """For people."""
        if self.date_formats:
            return f"time as {' or '.join(self.date_formats)}"
        return f"{self.kind} with decimal {self.decimal}" if self.decimal == "," else self.kind


def look_at(values: Sequence[str | None]) -> Look:
    """The look of texts (None and blank ones are missing)."""
    filled = [text.strip() for text in values if text and text.strip()]
    counts = (len(values), len(filled), len(set(filled)))
    if not filled:
        return Look("nothing", *counts)
    if _most(filled, lambda text: text.lower() in WORDS) and counts[2] <= 4:
        return Look("yes/no", *counts)
    for kind, pattern in PATTERNS:
        if _most(filled, pattern.fullmatch):
            return Look(kind, *counts)
    formats = day_formats(filled)
    if formats:
        return Look("time", *counts, date_formats=formats)
    return _numbers(filled, counts) or Look("text", *counts)


def look_at_column(values: pa.Array | pa.ChunkedArray) -> Look:
    """The look of a column: by its type, by its values when it holds texts."""
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    texts = values.cast(pa.string()).to_pylist() if not _is_bytes(kind) else [None if v is None else "?" for v in values.to_pylist()]
    found = look_at(texts)
    return Look(_typed_kind(kind, found), found.seen, found.filled, found.different) if not pa.types.is_string(kind) else found


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_nested(kind))


def _typed_kind(kind: pa.DataType, found: Look) -> Kind:
    if pa.types.is_boolean(kind):
        return "yes/no"
    if pa.types.is_integer(kind):
        return "yes/no" if found.kind == "yes/no" else "whole number"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_timestamp(kind):
        return "time with offset" if kind.tz else "time"
    return "day" if pa.types.is_date(kind) else found.kind


def _most(filled: Sequence[str], is_one: Callable[[str], object]) -> bool:
    misses = len([text for text in filled if not is_one(text)])
    return misses <= max(1 if len(filled) >= FEW else 0, (1 - MOST) * len(filled))


def day_formats(filled: Sequence[str]) -> tuple[str, ...]:
    """strptime formats that read (nearly) all texts; several when day and month cannot be told apart."""
    tried = filled[:300]
    forms = [day + clock for day in DAY_FORMATS for clock in CLOCK_FORMATS]
    forms = [form for form in forms if any(_reads(form, text) for text in tried[:3])]  # most columns are no times
    return tuple(form for form in forms if _most(tried, partial(_reads, form)))


def _reads(form: str, text: str) -> bool:
    try:
        return 1990 <= dt.datetime.strptime(text, form).year < 2200  # only whether it can be read
    except ValueError:
        return False


def _numbers(filled: Sequence[str], counts: tuple[int, int, int]) -> Look | None:
    """Numbers with a decimal comma or thousands signs."""
    for pattern, decimal in ((GROUPED_NUMBER, "."), (COMMA_NUMBER, ",")):
        if _most(filled, pattern.fullmatch):
            found = [match for text in filled if (match := pattern.fullmatch(text))]
            signs = {match["sign"] for match in found} - {None}
            if len(signs) <= 1:
                return Look("number", *counts, decimal=decimal, thousands=signs.pop() if signs else None)
    return None
