"""One text of a source → one value (REPORTS.md section 2), or `Bad` with the reason.

Nothing here knows about columns being required, nor about rows.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from zoneinfo import ZoneInfo

UTC = dt.UTC
FIRST_MOMENT = dt.datetime(1990, 1, 1, tzinfo=UTC)
LARGEST_AMOUNT = 1e15
RESERVED = ("__none__", "__other__")
# The characters with the Unicode property White_Space (str.strip() would also take U+001C..U+001F).
WHITE_SPACE = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
TRUE = ("true", "t", "yes", "y", "1")
FALSE = ("false", "f", "no", "n", "0")
ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(Z| UTC|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)


class Bad(ValueError):
    """The text cannot be that value."""


def trimmed(text: str) -> str | None:
    """Without white space around it; None when nothing is left."""
    return text.strip(WHITE_SPACE) or None


def read_text(text: str) -> str:
    """A text that may stay."""
    if "\0" in text:
        raise Bad("NUL in a text")
    if text in RESERVED:
        raise Bad(f"{text} is reserved")
    return text


def read_bool(text: str) -> bool:
    """true/false, t/f, yes/no, y/n, 1/0 in any case."""
    low = text.lower()
    if low in TRUE and text.isascii():
        return True
    if low in FALSE and text.isascii():
        return False
    raise Bad("not a boolean")


def read_number(text: str, decimal: str = ".", thousands: str | None = None) -> float:
    """ASCII sign, digits (thousands signs in groups of three), one decimal sign, exponent; finite."""
    match = re.fullmatch(rf"([+-]?)([0-9{re.escape(thousands or '')}]*)(?:{re.escape(decimal)}([0-9]*))?([eE][+-]?[0-9]+)?", text)
    if match is None:
        raise Bad("not a number")
    sign, whole, fraction, exponent = match.groups()
    if thousands and thousands in whole:
        if not re.fullmatch(rf"[0-9]{{1,3}}({re.escape(thousands)}[0-9]{{3}})+", whole):
            raise Bad("thousands signs not in groups of three")
        whole = whole.replace(thousands, "")
    if not whole and not fraction:
        raise Bad("a number without digits")
    value = float(f"{sign}{whole or 0}.{fraction or 0}{exponent or ''}")
    if not math.isfinite(value):
        raise Bad("not finite")
    return value


def read_time(text: str, zone: ZoneInfo, date_format: str | None = None) -> dt.datetime:
    """A moment in UTC; ISO unless a strptime format is given; naive texts are wall times of `zone`."""
    moment = _formatted(text, zone, date_format) if date_format else _iso(text, zone)
    if moment < FIRST_MOMENT:
        raise Bad("before 1990")
    return moment


def to_utc(naive: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The moment of a wall time: of two the second; one that does not exist moves forward by the gap.

    In both cases that is the later of the two readings that `fold` gives.
    """
    try:
        return max(naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    except OverflowError:
        raise Bad("outside the years 1 to 9999") from None


def _formatted(text: str, zone: ZoneInfo, date_format: str) -> dt.datetime:
    try:
        value = dt.datetime.strptime(text, date_format)
        return value.astimezone(UTC) if value.tzinfo else to_utc(value, zone)
    except (ValueError, OverflowError):
        raise Bad("not a time in the source's format") from None


def _iso(text: str, zone: ZoneInfo) -> dt.datetime:
    match = ISO.fullmatch(text)
    if match is None:
        raise Bad("not an ISO time")
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    micro = int((fraction or "").ljust(6, "0")[:6])
    try:
        naive = dt.datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micro)
        if offset is None:
            return to_utc(naive, zone)
        return naive.replace(tzinfo=_offset(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Bad("no such time") from None


def _offset(text: str) -> dt.tzinfo:
    if text in ("Z", " UTC"):
        return UTC
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if hours > 23 or minutes > 59:
        raise Bad("no such offset")
    delta = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-delta if text[0] == "-" else delta)
