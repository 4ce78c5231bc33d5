"""Raw texts → values by the rules of REPORTS.md section 2, as Ibis expressions; null for a text that cannot be read.

Belongs here: the grammar of booleans, numbers and times. Ranges and which columns are required are in `checks`.
"""

from __future__ import annotations

import re
from typing import Any

import ibis

from ca_assets.shop import SourceConfig
from ca_assets.tables.walltime import MOMENT, NAIVE, instant_of, parse_instant, parse_wall, trim_signs

# Unicode's White_Space property.
WHITE_SPACE = "\t\n\x0b\x0c\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
TRUE_WORDS, FALSE_WORDS = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")
_DAY, _CLOCK = r"\d{4}-\d\d-\d\d", r"(?:[01]\d|2[0-3]):[0-5]\d"
_SIMPLE = rf"\A{_DAY}(?:[T ]{_CLOCK}(?::[0-5]\d)?)?\z"
_OFFSET = r"Z| UTC|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?"
_FULL = rf"\A({_DAY}[T ]{_CLOCK}(?::[0-5]\d)?)(?:\.\d+)?(?:{_OFFSET})?\z"
_FRACTION_WITHOUT_SECONDS = rf"\A{_DAY}[T ]\d\d:\d\d\."


def trimmed(text: Any) -> Any:
    """Without Unicode white space at its ends; null when nothing is left."""
    # Most texts begin and end with a visible ASCII sign: the set is looked through for the others only.
    is_plain = text.re_search(r"\A[!-~](?s:.*[!-~])?\z")
    return ibis.cases((is_plain, text), else_=trim_signs(text, WHITE_SPACE).nullif(""))


def boolean(text: Any) -> Any:
    """true/false, t/f, yes/no, y/n, 1/0 in any case."""
    word = text.lower()
    return ibis.cases((word.isin(TRUE_WORDS), True), (word.isin(FALSE_WORDS), False))


def number(text: Any, config: SourceConfig) -> Any:
    """ASCII sign, digits, one decimal sign, exponent; thousands signs in groups of three. -0 is 0; may be infinite."""
    is_number = text.re_search(number_pattern(config.decimal, config.thousands))
    plain = text.replace(config.thousands, "") if config.thousands else text
    if config.decimal != ".":
        plain = plain.replace(config.decimal, ".")
    return positive_zero(ibis.cases((is_number, plain)).try_cast("float64"))


def number_pattern(decimal: str, thousands: str | None) -> str:
    """The regular expression (RE2) of a number."""
    point = re.escape(decimal)
    whole = rf"(?:\d+|\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+)" if thousands else r"\d+"
    return rf"\A[+-]?(?:{whole}(?:{point}\d*)?|{point}\d+)(?:[eE][+-]?\d+)?\z"


def positive_zero(value: Any) -> Any:
    """-0.0 sorts and prints unlike 0.0, so there is none."""
    return ibis.cases((value == 0, 0.0), else_=value)


def moment(text: Any, config: SourceConfig, zone: str) -> Any:
    """A time as an instant: by `date_format`, else ISO; naive ones are wall clock times in `zone`."""
    if config.date_format is None:
        return _iso_moment(text, zone)
    if "%z" in config.date_format:
        return parse_instant(text, config.date_format)
    return instant(parse_wall(text, config.date_format), zone)


def instant(wall: Any, zone: str) -> Any:
    """The instant of a naive time in `zone` (REPORTS.md section 1, Calendar)."""
    return instant_of(zone, wall)


def _iso_moment(text: Any, zone: str) -> Any:
    is_full = text.re_search(_FULL) & ~text.re_search(_FRACTION_WITHOUT_SECONDS)
    return ibis.cases(
        (text.re_search(_SIMPLE), instant(text.try_cast(NAIVE), zone)), (is_full, _full_moment(text, zone)), else_=ibis.null(MOMENT)
    )


def _full_moment(text: Any, zone: str) -> Any:
    """With a fraction (cut to microseconds), an offset, or both."""
    wall = text.re_extract(_FULL, 1).try_cast(NAIVE)
    fraction = text.re_extract(r"\.(\d{1,6})", 1).rpad(6, "0").try_cast("int64").fill_null(0)
    offset = text.re_extract(rf"({_OFFSET})\z", 1)
    # A day such as 2010-11-30 ends in what looks like an offset, but here a clock time always follows it.
    digits = offset.replace(":", "")
    minutes = digits.substr(1, 2).try_cast("int64").fill_null(0) * 60 + digits.substr(3, 2).try_cast("int64").fill_null(0)
    east = ibis.ifelse(digits.startswith("-"), -minutes, minutes)
    shifted = instant_of("UTC", wall - east.as_interval("m"))
    return ibis.ifelse(offset == "", instant(wall, zone), shifted) + fraction.as_interval("us")
