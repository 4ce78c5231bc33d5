"""A time by a strptime format, read as Python's `datetime.strptime` reads it (docs/contract, section 2), on any engine.

The engines' own functions take other texts: DuckDB's one digit for `%y`, but no `Z` for `%z`, no `202415` for `%Y%m%d` and no `uhr` where
the format has `Uhr`. So texts are looked at with the regular expression that Python makes of the format, and what is written in another
way than the engine's is put in order first. Digits are ASCII.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import ibis

from ca_assets.cleaning.engine_functions import instant_of, parse_instant, parse_wall

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# What each sign stands for, the longer texts first, as in Python's `_strptime`.
PATTERNS = {
    "Y": r"\d{4}",
    "y": r"\d\d",
    "m": "1[0-2]|0[1-9]|[1-9]",
    "d": r"3[01]|[12]\d|0[1-9]|[1-9]",
    "j": r"36[0-6]|3[0-5]\d|[12]\d\d|0[1-9]\d|00[1-9]|[1-9]\d|0[1-9]|[1-9]",
    "H": r"2[0-3]|[01]\d|\d",
    "I": "1[0-2]|0[1-9]|[1-9]",
    "M": r"[0-5]\d|\d",
    "S": r"[0-5]\d|\d",
    "f": r"\d{1,6}",
    "z": r"[+-](?:2[0-3]|[01]\d):?[0-5]\d(?::?[0-5]\d)?|(?-i:Z)",
    "p": "am|pm",
    "b": "|".join(month[:3] for month in MONTHS),
    "B": "|".join(MONTHS),
    "a": "|".join(day[:3] for day in DAYS),
    "A": "|".join(DAYS),
}
# Of these signs all digits, so that engines and Python take the same ones where another number follows.
PADDED = {
    "m": "0[1-9]|1[0-2]",
    "d": r"0[1-9]|[12]\d|3[01]",
    "j": r"\d{3}",
    "H": r"[01]\d|2[0-3]",
    "I": "0[1-9]|1[0-2]",
    "M": r"[0-5]\d",
    "S": r"[0-5]\d",
    "f": r"\d{6}",
}
NOTHING = r"[^\x00-\x{10ffff}]"
SPACE = r"[\s\x0b\x1c-\x1f\x85\xa0\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]+"


def moment_by_format(text: Any, date_format: str, zone: str) -> Any:
    """The instant of a text, null when it does not match; naive ones are wall clock times in `zone`."""
    is_instant = "z" in _signs(date_format)
    parse = parse_instant if is_instant else parse_wall
    value = ibis.cases(
        (text.re_search(_usual(date_format)), parse(text, date_format)),
        (text.re_search(_grouped(date_format)), parse(*_in_order(text, date_format))),
    )
    return value if is_instant else instant_of(zone, value)


def date_pattern(date_format: str, year: int, month: int, day: int) -> str:
    """The regular expression of the texts of a date at midnight; the date may be 0000-00-00."""
    number = {"m": month, "d": day, "H": 0, "M": 0, "S": 0, "I": 12}
    texts = {sign: f"0?{value}" if value < 10 else str(value) for sign, value in number.items()}
    texts |= {"d": f"[0 ]?{day}"} if 0 < day < 10 else {}
    texts |= {"Y": f"{year:04}", "y": f"{year % 100:02}", "f": "0{1,6}", "p": "am"}
    if month:
        name, day_of_year = MONTHS[month - 1], dt.date(year, month, day).timetuple().tm_yday
        texts |= {"b": name[:3], "B": name, "j": f"0{{0,2}}{day_of_year}"}
    else:
        texts |= dict.fromkeys("bBjaA", NOTHING)
    return _pattern(date_format, lambda sign: texts.get(sign, PATTERNS[sign]))


def _pieces(date_format: str) -> list[str]:
    """Signs, runs of white space, and what stands between them."""
    return re.findall(r"%.|\s+|[^%\s]+", date_format)


def _pattern(date_format: str, of_sign: Callable[[str], str]) -> str:
    """The regular expression of a whole text, in any case, with any white space where the format has some."""
    pieces = []
    for piece in _pieces(date_format):
        if piece.isspace():
            pieces.append(SPACE)
        elif piece.startswith("%") and piece != "%%":
            pieces.append(f"(?:{of_sign(piece[1])})")
        else:
            pieces.append(re.escape(piece.replace("%%", "%")))
    return rf"\A(?i:{''.join(pieces)})\z"


@cache
def _usual(date_format: str) -> str:
    """The regular expression of the texts that the engines' own functions read as Python does: blanks and letters as in the format."""
    pieces, signs = [], _pieces(date_format)
    for piece, following in zip(signs, [*signs[1:], ""], strict=True):
        if not piece.startswith("%") or piece == "%%":
            pieces.append(piece if piece.isspace() else re.escape(piece.replace("%%", "%")))
        elif piece[1] == "z":
            pieces.append(r"[+-][01]\d:?[0-5]\d")
        else:
            is_apart = following[:1] != "%" or following[1:] not in (*PADDED, "Y", "y")
            pieces.append(f"(?i:{PATTERNS[piece[1]] if is_apart else PADDED.get(piece[1], PATTERNS[piece[1]])})")
    return rf"\A{''.join(pieces)}\z"


@cache
def _grouped(date_format: str) -> str:
    """The regular expression of all texts that Python reads, with a group per sign; `%d` is also a blank and a digit."""
    return _pattern(date_format, lambda sign: f"({PATTERNS[sign]}{'| [1-9]' if sign == 'd' else ''})")


def _in_order(text: Any, date_format: str) -> tuple[Any, str]:
    """The parts of a text with blanks between them, and the format of that."""
    signs = _signs(date_format)
    parts = [text.re_extract(_grouped(date_format), place + 1).strip() for place in range(len(signs))]
    ordered = [ibis.cases((part == "Z", "+00:00"), else_=part) if sign == "z" else part for sign, part in zip(signs, parts, strict=True)]
    joined = ordered[0]
    for part in ordered[1:]:
        joined = joined + " " + part
    return joined, " ".join(f"%{sign}" for sign in signs)


def _signs(date_format: str) -> list[str]:
    return [sign for sign in re.findall("%(.)", date_format) if sign != "%"]
