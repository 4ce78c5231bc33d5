"""How numbers, money, rates, durations and days are written for people.

Belongs here: texts of tiles, hovers, tables and messages. Does not belong here: exports (values are never rounded there).
Short forms (12.3 k) are for tiles and axes; exact ones for hovers and tables.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

DASH = "–"
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CHF": "CHF ", "BRL": "R$", "INR": "₹", "CAD": "CA$", "AUD": "A$", "PLN": "zł"}
NO_DECIMALS = frozenset({"JPY", "KRW", "VND", "CLP", "ISK"})
SUFFIXES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
SEPARATORS = {
    "en": (".", ","),
    "de": (",", "."),
    "fr": (",", "\u202f"),
    "es": (",", "."),
    "it": (",", "."),
    "nl": (",", "."),
    "pt": (",", "."),
}


@dataclass(frozen=True)
class Locale:
    """Decimal sign and thousands separator; `plotly` is the two signs as plotly's layout wants them."""

    decimal: str = "."
    thousands: str = ","

    @property
    def plotly(self) -> str:
        """Plotly's `separators`."""
        return self.decimal + self.thousands


def locale_of(name: str | None) -> Locale:
    """The locale of a language tag (`de-AT` → German signs); English when it is unknown."""
    return Locale(*SEPARATORS.get((name or "en")[:2].lower(), SEPARATORS["en"]))


def is_missing(value: object) -> bool:
    """None, NaN and pandas' NaT are missing."""
    return value is None or value != value  # noqa: PLR0124 - NaN is the value that differs from itself


def number(value: float | None, digits: int = 0, locale: Locale = Locale()) -> str:
    """Exact number with thousands separators; a dash when missing."""
    if value is None or is_missing(value):
        return DASH
    return _localised(f"{value:,.{digits}f}", locale).replace("-", "−", 1)


def short(value: float | None, locale: Locale = Locale()) -> str:
    """Three significant digits with a suffix: 12.3 k, 1.05 M; small numbers as they are."""
    if value is None or is_missing(value):
        return DASH
    for size, suffix in SUFFIXES:
        if abs(value) >= size * 0.9995 and (size > 1e3 or abs(value) >= 1e4):
            return f"{number(value / size, _digits(value / size), locale)}\u202f{suffix}"
    return number(value, 0 if float(value).is_integer() or abs(value) >= 1000 else 2, locale)


def money(value: float | None, currency: str | None, locale: Locale = Locale(), *, is_short: bool = False) -> str:
    """An amount with its currency: £1,234.50; short: £1.23 k; negative sign first."""
    if value is None or is_missing(value):
        return DASH
    text = short(abs(value), locale) if is_short else number(abs(value), decimals(currency), locale)
    return ("−" if value < 0 else "") + symbol(currency) + text


def symbol(currency: str | None) -> str:
    """`£`, or the code and a space when the currency has no sign of its own here."""
    return SYMBOLS.get(currency or "", f"{currency} " if currency else "")


def decimals(currency: str | None) -> int:
    """Digits after the decimal sign that the currency is written with."""
    return 0 if currency in NO_DECIMALS else 2


def rate(value: float | None, digits: int = 1, locale: Locale = Locale()) -> str:
    """A share as per cent: 0.1234 → 12.3 %."""
    return DASH if value is None or is_missing(value) else f"{number(value * 100, digits, locale)}\u202f%"


def change(value: float | None, locale: Locale = Locale()) -> str:
    """A relative change with its sign: +4.2 %."""
    if value is None or is_missing(value):
        return DASH
    return ("+" if value > 0 else "") + rate(value, 1, locale)


def hours(value: float | None, locale: Locale = Locale()) -> str:
    """A duration in the unit that reads best: minutes below 2 h, hours below 2 days, else days."""
    if value is None or is_missing(value):
        return DASH
    if value < 2:
        return f"{number(value * 60, 0, locale)} min"
    return f"{number(value, 1, locale)} h" if value < 48 else f"{number(value / 24, 1, locale)} days"


def day(value: dt.date | None) -> str:
    """14 Mar 2024."""
    return DASH if value is None else f"{value.day} {value:%b %Y}"


def days(start: dt.date, end: dt.date) -> str:
    """A range of days: 1–28 Feb 2024, 28 Jan – 3 Feb 2024."""
    if start == end:
        return day(start)
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{day(end)}"
    first = f"{start.day} {start:%b}" if start.year == end.year else day(start)
    return f"{first} – {day(end)}"


def label(name: str) -> str:
    """A step or column name for people: `has_basket` → Has basket; `__none__` → not set."""
    special = {"__none__": "not set", "__other__": "all others", "all": "All"}
    if name in special:
        return special[name]
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def scope_label(scope: str) -> str:
    """`country=FR` → Country: FR."""
    dimension, sign, value = scope.partition("=")
    if not sign:
        return "Whole shop" if scope == "all" else label(scope)
    return f"{label(dimension)}: {label(value) if value.startswith('__') else value}"


def _digits(value: float) -> int:
    return max(0, 2 - int(math.log10(max(abs(value), 1.0))))


def _localised(text: str, locale: Locale) -> str:
    return text.translate(str.maketrans({",": locale.thousands, ".": locale.decimal}))
