"""How numbers, money, rates, durations and days are written for people.

Belongs here: texts of tiles, hovers, tables and messages. Does not belong here: exports (values are never rounded there).
Short forms (12.3 k) are for tiles and axes; exact ones for hovers and tables.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import cache

from babel.dates import format_date, format_interval
from babel.numbers import get_currency_precision, get_currency_symbol

DASH = "–"
NBSP = "\u00a0"
SUFFIXES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Locale:
    """How a country writes numbers, money and dates; `locales.locale_of` makes it from a language tag.

    `money_before`, `money_after` hold `¤` where the currency's sign stands. Date patterns are Unicode's (LDML). Weekdays begin on Monday.
    """

    tag: str = "en-GB"
    decimal: str = "."
    thousands: str = ","
    money_before: str = "¤"
    money_after: str = ""
    percent: str = "%"
    day: str = "d MMM y"
    day_month: str = "d MMM"
    month: str = "MMM y"
    weekday: str = "E, d MMM y"
    picker: str = "D MMM YYYY"
    months: tuple[str, ...] = MONTHS
    short_months: tuple[str, ...] = tuple(name[:3] for name in MONTHS)
    weekdays: tuple[str, ...] = WEEKDAYS
    short_weekdays: tuple[str, ...] = tuple(name[:3] for name in WEEKDAYS)

    @property
    def plotly(self) -> str:
        """Plotly's `separators`."""
        return self.decimal + self.thousands


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
    """An amount with its currency: £1,234.50, 1.234,50 €; short: £1.23 k; negative sign first."""
    if value is None or is_missing(value):
        return DASH
    text = short(abs(value), locale) if is_short else number(abs(value), decimals(currency), locale)
    before, after = money_signs(currency, locale)
    return ("−" if value < 0 else "") + before + text + after


@cache
def money_signs(currency: str | None, locale: Locale = Locale()) -> tuple[str, str]:
    """What stands before and after an amount: (`£`, ``), (``, ` €`). A code of letters keeps a space to the digits."""
    if not currency:
        return "", ""
    sign = str(get_currency_symbol(currency, locale=locale.tag.replace("-", "_")))
    before, after = locale.money_before.replace("¤", sign), locale.money_after.replace("¤", sign)
    return before + (NBSP if before[-1:].isalpha() else ""), (NBSP if after[:1].isalpha() else "") + after


@cache
def decimals(currency: str | None) -> int:
    """Digits after the decimal sign that the currency is written with."""
    return get_currency_precision(currency) if currency else 2


def rate(value: float | None, digits: int = 1, locale: Locale = Locale()) -> str:
    """A share as per cent: 0.1234 → 12.3%."""
    return DASH if value is None or is_missing(value) else f"{number(value * 100, digits, locale)}{locale.percent}"


def change(value: float | None, locale: Locale = Locale()) -> str:
    """A relative change with its sign: +4.2%."""
    if value is None or is_missing(value):
        return DASH
    return ("+" if value > 0 else "") + rate(value, 1, locale)


def interval(low: float | None, high: float | None, locale: Locale = Locale()) -> str:
    """An interval of two shares: 12.3–14.5%."""
    if low is None or high is None or is_missing(low) or is_missing(high):
        return DASH
    return f"{number(low * 100, 1, locale)}–{rate(high, 1, locale)}"


def hours(value: float | None, locale: Locale = Locale()) -> str:
    """A duration in the unit that reads best: minutes below 2 h, hours below 2 days, else days."""
    if value is None or is_missing(value):
        return DASH
    if value < 2:
        return f"{number(value * 60, 0, locale)} min"
    return f"{number(value, 1, locale)} h" if value < 48 else f"{number(value / 24, 1, locale)} days"


def day(value: dt.date | None, locale: Locale = Locale()) -> str:
    """14 Mar 2024, as the locale writes it."""
    return DASH if value is None else written(value, locale.day, locale)


def days(start: dt.date, end: dt.date, locale: Locale = Locale()) -> str:
    """A range of days: 1–28 Feb 2024, 28 Jan – 3 Feb 2024."""
    return day(start, locale) if start == end else str(format_interval(start, end, "yMMMd", locale=locale.tag.replace("-", "_")))


def written(value: dt.date, pattern: str, locale: Locale) -> str:
    """A day in one of the locale's patterns."""
    return str(format_date(value, pattern, locale=locale.tag.replace("-", "_")))


def weekday_number(name: str) -> int:
    """0 for Monday, 6 for Sunday."""
    return WEEKDAYS.index(name.capitalize())


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
