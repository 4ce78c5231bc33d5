"""The profile of a column's values: their kind, the format of their days, their decimal sign. For people and for guesses of a mapping.

Belongs here: what values look like. What a value is when it is loaded is decided by `ca_assets.cleaning.parse` alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import pyarrow as pa

Kind = Literal["nothing", "yes/no", "whole number", "number", "day", "time", "time with offset", "text"]
MOST = 0.95  # of the values must fit (of a FEW all but one): some rows of any export are broken
FEW = 5
WORDS = {"true", "false", "t", "f", "yes", "no", "y", "n", "1", "0"}
_DAY, _CLOCK = r"[0-9]{4}-[0-9]{2}-[0-9]{2}", r"[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
_OFFSET = r"(?: UTC| ?Z| ?[+-][0-9]{2}(?::?[0-9]{2})?)"
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
# What exports write where there is no value; of a column of texts only the first few, which no name or city is.
NO_TEXT_WORDS = ("null", "\\n", "(null)", "#n/a")
NO_VALUE_WORDS = (*NO_TEXT_WORDS, "n/a", "na", "nan", "none", "nil", "-", "--", "?")
# Clients that are none: what a shop's software writes for an order without an account.
GUEST_WORDS = ("0", "-1", "guest", "undefined", "null", "none", "nan", "(not set)", "anonymous")
MOST_WORDS = 20  # different values that a column of states has at most
EPOCHS = (("epoch_s", re.compile(r"\d{9,10}(?:\.\d+)?", re.ASCII), 1), ("epoch_ms", re.compile(r"\d{12,13}(?:\.\d+)?", re.ASCII), 1000))
EPOCH_SPAN = (631_152_000, 4_102_444_800)  # 1990 to 2100
_SIGN = r"(?:[A-Z]{3}|[$\u00a2-\u00a5\u058f\u060b\u09f2\u09f3\u0e3f\u17db\u20a0-\u20cf])"
CURRENCY_SIGN = re.compile(rf"([+-]?)\s?{_SIGN}\s?([+-]?\d.*)|([+-]?[\d.].*\d)\s?{_SIGN}")


@dataclass(frozen=True)
class ColumnProfile:
    """`kind` of a column's values; how many of the `seen` ones are `filled` and how many `distinct`; `date_formats` that fit all of them
    when they are no ISO times (whole numbers may be seconds or milliseconds of an epoch too); `decimal` and `thousands` signs when they
    are numbers written otherwise. `null_words`: texts that stand for no value; `words`: all different values where they are few."""

    kind: Kind
    seen: int
    filled: int
    distinct: int
    date_formats: tuple[str, ...] = ()
    decimal: str | None = None
    thousands: str | None = None
    null_words: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def description(self) -> str:
        """For people."""
        if self.date_formats and self.kind == "time":
            return f"time as {' or '.join(self.date_formats)}"
        return f"{self.kind} with decimal {self.decimal}" if self.decimal == "," else self.kind


def profile_texts(values: Sequence[str | None]) -> ColumnProfile:
    """The profile of texts (None and blank ones are missing)."""
    filled = [text.strip() for text in values if text and text.strip()]
    nulls = {text for text in set(filled) if text.lower() in NO_VALUE_WORDS}
    if nulls:
        without = _profile([text for text in filled if text not in nulls], len(values))
        if without.kind not in ("text", "nothing"):
            return replace(without, null_words=tuple(sorted(nulls)))
        nulls = {text for text in nulls if text.lower() in NO_TEXT_WORDS}
    return replace(_profile([text for text in filled if text not in nulls], len(values)), null_words=tuple(sorted(nulls)))


def _profile(filled: Sequence[str], seen: int) -> ColumnProfile:
    distinct = set(filled)
    counts = (seen, len(filled), len(distinct))
    words = tuple(sorted(distinct)) if len(distinct) <= MOST_WORDS else tuple(sorted(w for w in distinct if w.lower() in GUEST_WORDS))
    profile = _kind(filled, counts)
    return replace(profile, words=words)


def _kind(filled: Sequence[str], counts: tuple[int, int, int]) -> ColumnProfile:
    if not filled:
        return ColumnProfile("nothing", *counts)
    if _nearly_all(filled, lambda text: text.lower() in WORDS) and counts[2] <= 4:
        return ColumnProfile("yes/no", *counts)
    for kind, pattern in PATTERNS:
        if _nearly_all(filled, pattern.fullmatch):
            return ColumnProfile(kind, *counts, date_formats=_epochs(filled) if kind in ("whole number", "number") else ())
    formats = day_formats(filled)
    if formats:
        return ColumnProfile("time", *counts, date_formats=formats)
    return _numbers(filled, counts) or ColumnProfile("text", *counts)


def _epochs(filled: Sequence[str]) -> tuple[str, ...]:
    """The formats of numbers that can be seconds or milliseconds since 1970."""

    def is_moment(text: str, pattern: re.Pattern[str], unit: int) -> bool:
        return bool(pattern.fullmatch(text)) and EPOCH_SPAN[0] <= float(text) / unit < EPOCH_SPAN[1]

    return tuple(name for name, pattern, unit in EPOCHS if _nearly_all(filled, partial(is_moment, pattern=pattern, unit=unit)))


def profile_column(values: pa.Array | pa.ChunkedArray) -> ColumnProfile:
    """The profile of a column: by its type, by its values when it holds texts."""
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    has_no_text = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_nested(kind)
    texts = [None if v is None else "?" for v in values.to_pylist()] if has_no_text else values.cast(pa.string()).to_pylist()
    profile = profile_texts(texts)
    if pa.types.is_string(kind):
        return profile
    return ColumnProfile(_typed_kind(kind, profile.kind), profile.seen, profile.filled, profile.distinct)


def _typed_kind(kind: pa.DataType, of_texts: Kind) -> Kind:
    if pa.types.is_boolean(kind):
        return "yes/no"
    if pa.types.is_integer(kind):
        return "yes/no" if of_texts == "yes/no" else "whole number"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_timestamp(kind):
        return "time with offset" if kind.tz else "time"
    return "day" if pa.types.is_date(kind) else of_texts


def _nearly_all(filled: Sequence[str], is_one: Callable[[str], object]) -> bool:
    misses = len([text for text in filled if not is_one(text)])
    return misses <= max(1 if len(filled) >= FEW else 0, (1 - MOST) * len(filled))


def day_formats(filled: Sequence[str]) -> tuple[str, ...]:
    """strptime formats that read (nearly) all texts; several when day and month cannot be told apart."""
    sampled = filled[:300]
    forms = [day + clock for day in DAY_FORMATS for clock in CLOCK_FORMATS]
    forms = [form for form in forms if any(_fits(form, text) for text in sampled[:3])]  # most columns are no times
    return tuple(form for form in forms if _nearly_all(sampled, partial(_fits, form)))


def _fits(form: str, text: str) -> bool:
    try:
        return 1990 <= dt.datetime.strptime(text, form).year < 2200  # only whether it can be read
    except ValueError:
        return False


def _numbers(filled: Sequence[str], counts: tuple[int, int, int]) -> ColumnProfile | None:
    """Numbers with a decimal comma, thousands signs or signs of a currency, which are read without being named."""
    plain = [_without_currency(text) for text in filled]
    if _nearly_all(plain, NUMBER.fullmatch):
        return ColumnProfile("number", *counts)
    for pattern, decimal in ((GROUPED_NUMBER, "."), (COMMA_NUMBER, ",")):
        if _nearly_all(plain, pattern.fullmatch):
            signs = {match["sign"] for text in plain if (match := pattern.fullmatch(text))} - {None}
            if len(signs) <= 1:
                return ColumnProfile("number", *counts, decimal=decimal, thousands=signs.pop() if signs else None)
    return None


def _without_currency(text: str) -> str:
    """A number without what stands before or after it; its blanks and apostrophes in the form that shop.yaml names."""
    found = CURRENCY_SIGN.fullmatch(text)
    bare = text if found is None else found[3] or f"{found[1]}{found[2]}"
    return re.sub(r"\s", " ", bare).replace("\u2019", "'")
