"""How a random source writes its values: dates, numbers, booleans and texts, and what shop.yaml says of them.

Every text has a definite outcome in docs/contract; what the contract leaves open (exotic strptime formats, blanks between a sign and a
currency) is not made here.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any

GARBAGE_TIMES = ("", "oops", "2024-02-30", "1989-12-31", "2024-01-01 25:00", "2024-01-01T10", "__none__", "-1", "99999999999999")
GARBAGE_NUMBERS = (
    "",
    "abc",
    "-1",
    "nan",
    "inf",
    "1e999",
    "2e15",
    "1,5",
    "--1",
    "\u0663",
    "1 0",
    "$$1",
    "USD",
    "1 usd",
    "US$1",
    "\u22125",
    "€1€",
)
GARBAGE_FLAGS = ("", "maybe", "2", "tru", "yes!")
GARBAGE_TEXTS = ("", "  ", "__none__", "__other__", "a\0b")
NULL_WORDS = (["NULL", "\\N"], ["n/a"], ["-"])
BLANKS = (" ", "\u00a0", "\u202f")
# decimal, thousands
SIGNS = ((".", None), (".", None), (".", ","), (",", "."), (",", " "), (".", "'"), (",", None))
CURRENCIES = ("$", "€", "£", "USD", "CHF", "\u20b9")
TRUE_WORDS, FALSE_WORDS = ("true", "True", "T", "yes", "Y", "1"), ("false", "FALSE", "f", "No", "n", "0")
# The keys of shop.yaml, and words for true and false: beside the usual ones, instead of them, and against them.
WORDS: tuple[tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]], ...] = (
    ({}, TRUE_WORDS, FALSE_WORDS),
    ({}, TRUE_WORDS, FALSE_WORDS),
    ({"true_values": ["paid", "Ja"], "false_values": ["Nein"]}, (*TRUE_WORDS, "PAID", "ja"), (*FALSE_WORDS, "nein")),
    ({"true_values": ["paid", "refunded"], "false_values": "*"}, ("paid", "Refunded", "yes"), ("pending", "no", "voided", "2")),
    ({"true_values": ["yes", "1"], "false_values": "*"}, ("yes", "1", "true"), ("Cancelled", "0", "x")),
    ({"true_values": ["0"], "false_values": ["1"]}, ("0", "yes"), ("1", "no")),
)
FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%m/%d/%Y %I:%M %p",
    "%Y-%m-%dT%H:%M:%S%z",
    "%d %b %Y %H:%M:%S.%f",
    "%d.%m.%y %H:%M",
    "%Y%m%d",
    "epoch_s",
    "epoch_ms",
)
MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NULL_DATES = ((0, 0, 0), (1, 1, 1), (1899, 12, 30), (1970, 1, 1))
# From which of them on a format can write them: not a month without a name, nor an hour 0 of twelve, nor years that %y takes for others.
WRITABLE_NULLS = {"%m/%d/%Y %I:%M %p": 1, "%d %b %Y %H:%M:%S.%f": 1, "%d.%m.%y %H:%M": 3}
ISO_NULLS = ("", " 00:00", "T00:00:00Z", " 00:00:00.000", " 00:00 +05:00", "T00:00:00-11", " 01:00")  # the last is no midnight


@dataclass(frozen=True)
class Style:
    """One source's way of writing. `mess`: the share of values that are garbage."""

    dice: random.Random
    mess: float
    columns: tuple[str, ...]  # the time columns, by our names
    decimal: str
    thousands: str | None
    date_format: str | dict[str, str] | None
    words: tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]
    null_values: list[str]
    timezone: str | None

    def options(self) -> dict[str, Any]:
        """The keys of shop.yaml that say it; None: not said."""
        keys = {"timezone": self.timezone, "date_format": self.date_format, "null_values": self.null_values or None}
        return {**keys, "decimal": None if self.decimal == "." else self.decimal, "thousands": self.thousands, **self.words[0]}

    def text(self, good: str) -> str:
        """A text, with white space around it now and then."""
        if self.dice.random() < self.mess / 2:
            return self.dice.choice(GARBAGE_TEXTS)
        return self.dice.choice((good, good, good, good, f" {good}\u00a0", f"\ufeff{good}\ufeff"))

    def missing(self) -> str:
        """Nothing."""
        return self.dice.choice(["", "", *self.null_values])

    def flag(self, value: bool, empty: float = 0.0) -> str:
        """A boolean."""
        if self.dice.random() < empty:
            return self.missing()
        if self.dice.random() < self.mess:
            return self.dice.choice(GARBAGE_FLAGS)
        return self.dice.choice(self.words[1] if value else self.words[2])

    def number(self, may_be_negative: bool = False) -> str:
        """An amount."""
        if self.dice.random() < self.mess:
            return self.dice.choice(GARBAGE_NUMBERS)
        small = (0.1, 0.3, 10, 19.99, 20, round(self.dice.uniform(0, 300), 2), self.dice.randint(1, 9) * 100)
        value = self.dice.choice((*small, 1234.5, 1234567, 98765.43))
        grouped = f"{value:,}".translate({ord(","): self._thousands_sign(), ord("."): self.decimal})
        form = self.dice.choice((f"{value}", f"{value:.3f}", f"{value:e}")).replace(".", self.decimal)
        form = grouped if self.thousands and self.dice.random() < 0.5 else form
        sign = "-" if may_be_negative and self.dice.random() < 0.4 else self.dice.choice(("", "", "+"))
        return self._with_currency(sign, form)

    def _thousands_sign(self) -> str:
        return self.dice.choice({" ": BLANKS, "'": ("'", "\u2019")}.get(self.thousands or "", (self.thousands or "",)))

    def _with_currency(self, sign: str, form: str) -> str:
        if self.dice.random() < 0.8:
            return sign + form
        currency, blank = self.dice.choice(CURRENCIES), self.dice.choice(("", *BLANKS))
        return self.dice.choice((f"{sign}{form}{blank}{currency}", f"{currency}{blank}{sign}{form}", f"{sign}{currency}{blank}{form}"))

    def moment(self, column: str, wall: dt.datetime) -> str:
        """A wall time in the column's format; now and then a date that means "none", or garbage."""
        if self.dice.random() < self.mess:
            return self.dice.choice(GARBAGE_TIMES)
        is_null = self.dice.random() < self.mess
        date_format = self.date_format.get(column) if isinstance(self.date_format, dict) else self.date_format
        if date_format is None:
            return self._iso_null() if is_null else self._iso(wall)
        if date_format.startswith("epoch"):
            return self._since_epoch(date_format, dt.datetime(1970, 1, 1) if is_null else wall)
        null = self.dice.choice(NULL_DATES[WRITABLE_NULLS.get(date_format, 0) :])
        text = self._formatted(date_format, null, (0, 0, 0)) if is_null else self._of(date_format, wall)
        return text.replace(" ", self.dice.choice(BLANKS)) if self.dice.random() < 0.1 else text

    def _of(self, date_format: str, wall: dt.datetime) -> str:
        return self._formatted(date_format, (wall.year, wall.month, wall.day), (wall.hour, wall.minute, wall.second))

    def _formatted(self, date_format: str, date: tuple[int, int, int], clock: tuple[int, int, int]) -> str:
        """By hand, because `strftime` has no year 0 and no month 0."""
        (year, month, day), (hour, minute, second) = date, clock
        parts = {"%Y": f"{year:04}", "%y": f"{year % 100:02}", "%m": f"{month:02}", "%d": f"{day:02}", "%b": MONTHS[month]}
        parts |= {"%H": f"{hour:02}", "%M": f"{minute:02}", "%S": f"{second:02}", "%I": f"{hour % 12 or 12:02}"}
        parts |= {
            "%p": "PM" if hour > 11 else "AM",
            "%f": "0" if second == 0 else "5",
            "%z": self.dice.choice(("+00:00", "-0300", "Z", "+05:30")),
        }
        for directive, text in parts.items():
            date_format = date_format.replace(directive, text)
        return date_format

    def _since_epoch(self, unit: str, wall: dt.datetime) -> str:
        seconds = (wall - dt.datetime(1970, 1, 1)) // dt.timedelta(seconds=1)
        places = 0 if unit == "epoch_s" else 3
        return (
            self.dice.choice(("", "", "", "00"))
            + f"{seconds * 10**places}"
            + self.dice.choice(("", "", ".0", "" if seconds == 0 else ".9999999"))
        )

    def _iso_null(self) -> str:
        year, month, day = self.dice.choice(NULL_DATES)
        return f"{year:04}-{month:02}-{day:02}" + self.dice.choice(ISO_NULLS)

    def _iso(self, wall: dt.datetime) -> str:
        day, clock, second = wall.date(), f"{wall:%H:%M}", wall.second
        return self.dice.choice(
            (
                f"{day}",
                f"{day} {clock}",
                f"{day}T{clock}:{second:02}",
                f"{day} {clock}:{second:02}.5",
                f"{day}T{clock}:{second:02}.9999999Z",
                f"{day} {clock} UTC",
                f"{day} {clock}:{second:02} Z",
                f"{day}T{clock}-03:00",
                f"{day} {clock} +01",
                f"{day} {clock}:{second:02}+0530",
            )
        )


def random_style(dice: random.Random, mess: float, columns: tuple[str, ...], zones: tuple[str, ...]) -> Style:
    """A style for a source with these time columns."""
    date_format: str | dict[str, str] | None = None
    if dice.random() < 0.5:
        date_format = dice.choice(FORMATS)
        if dice.random() < 0.5:
            date_format = {column: dice.choice(FORMATS) for column in dice.sample(columns, dice.randint(1, len(columns)))}
    decimal, thousands = dice.choice(SIGNS)
    null_values = dice.choice(NULL_WORDS) if dice.random() < 0.4 else []
    zone = dice.choice(zones) if dice.random() < 0.3 else None
    return Style(dice, mess, columns, decimal, thousands, date_format, dice.choice(WORDS), null_values, zone)
