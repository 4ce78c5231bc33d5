"""One text of a source → a moment in UTC (docs/contract, section 2): ISO, strptime formats, seconds since 1970; dates that mean "none"."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ca_assets_tests.oracle.values import Bad

UTC = dt.UTC
EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)
FIRST_MOMENT = dt.datetime(1990, 1, 1, tzinfo=UTC)
# Midnights that stand for "no date"; the fourth, 0000-00-00, is no date of the calendar.
NULL_DATES = (dt.datetime(1, 1, 1), dt.datetime(1899, 12, 30), dt.datetime(1970, 1, 1))
EPOCH_FORMATS = {"epoch_s": 6, "epoch_ms": 3}  # the decimal places of a microsecond
ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?( ?Z| UTC| ?[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
# What stands for each part of 0000-00-00 00:00:00 in a format.
ZEROS = {"Y": "0000", "y": "00", "m": "00?", "d": "00?", "H": "00?", "M": "00?", "S": "00?", "f": "0{1,6}"}
ZEROS |= {"I": "12", "p": "am", "z": r"(?:Z|[+-]\d\d:?\d\d)"}


@dataclass(frozen=True)
class Null:
    """A date that means "none"."""


NULL = Null()


def read_time(text: str, zone: ZoneInfo, date_format: str | None = None) -> dt.datetime | Null:
    """A moment in UTC; ISO unless a format is given; naive texts are wall times of `zone`.

    NULL for the dates that mean "none"; where they have no such meaning they are moments before 1990, or none at all.
    """
    if date_format in EPOCH_FORMATS:
        moment = _since_epoch(text, EPOCH_FORMATS[date_format])
    else:
        naive, offset = _formatted(text, date_format) if date_format else _iso(text)
        moment = NULL if naive is None or naive in NULL_DATES else _in_utc(naive, offset, zone)
    if not isinstance(moment, Null) and moment < FIRST_MOMENT:
        raise Bad("before 1990")
    return moment


def to_utc(naive: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The moment of a wall time: of two the second; one that does not exist moves forward by the gap.

    In both cases that is the later of the two readings that `fold` gives.
    """
    return max(naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def _in_utc(naive: dt.datetime, offset: dt.tzinfo | None, zone: ZoneInfo) -> dt.datetime:
    try:
        return to_utc(naive, zone) if offset is None else naive.replace(tzinfo=offset).astimezone(UTC)
    except OverflowError:
        raise Bad("outside the years 1 to 9999") from None


def _since_epoch(text: str, places: int) -> dt.datetime | Null:
    match = re.fullmatch(r"([0-9]+)(?:\.([0-9]+))?", text)
    if match is None:
        raise Bad("not a number of seconds or milliseconds")
    micros = int(match[1] + (match[2] or "").ljust(places, "0")[:places])
    try:
        return EPOCH + dt.timedelta(microseconds=micros) if micros else NULL
    except OverflowError:
        raise Bad("after the year 9999") from None


def _formatted(text: str, date_format: str) -> tuple[dt.datetime | None, dt.tzinfo | None]:
    """Wall time (None: 0000-00-00) and offset."""
    if _zero_date(date_format).fullmatch(text):
        return None, None
    try:
        value = dt.datetime.strptime(text, date_format)
    except ValueError:
        raise Bad("not a time in the source's format") from None
    return value.replace(tzinfo=None), value.tzinfo


def _zero_date(date_format: str) -> re.Pattern[str]:
    """What 0000-00-00 at midnight looks like in a format."""
    pieces = re.split(r"(%.|\s+)", date_format)
    return re.compile("".join(ZEROS.get(piece[1:], "$^") if piece[:1] == "%" else _literal(piece) for piece in pieces), re.IGNORECASE)


def _literal(piece: str) -> str:
    return r"\s+" if piece.isspace() else re.escape(piece)


def _iso(text: str) -> tuple[dt.datetime | None, dt.tzinfo | None]:
    """Wall time (None: 0000-00-00) and offset."""
    match = ISO.fullmatch(text)
    if match is None:
        raise Bad("not an ISO time")
    *date, fraction, offset = match.groups()
    micro = int((fraction or "").ljust(6, "0")[:6])
    year, month, day, hour, minute, second = (int(part or 0) for part in date)
    shift = None if offset is None else _offset(offset.strip())
    if not any((year, month, day, hour, minute, second, micro)):
        return None, shift
    try:
        return dt.datetime(year, month, day, hour, minute, second, micro), shift
    except ValueError:
        raise Bad("no such time") from None


def _offset(text: str) -> dt.tzinfo:
    if text in ("Z", "UTC"):
        return UTC
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if hours > 23 or minutes > 59:
        raise Bad("no such offset")
    delta = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-delta if text[0] == "-" else delta)
