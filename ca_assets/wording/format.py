"""How numbers, money, rates, durations and days are written for people, in their locale.

Belongs here: texts of tiles, hovers, tables and messages. Does not belong here: exports (values are never rounded there).
Short forms (12.3 k) are for tiles and axes; exact ones for hovers and tables. A negative number has a minus sign, not a hyphen.
"""

from __future__ import annotations

import datetime as dt
import math
from functools import cache

from babel.dates import format_date, format_interval
from babel.numbers import format_decimal, get_currency_precision, get_currency_symbol

from ca_assets.contracts.reserved import NONE, OTHER
from ca_assets.wording.locales import BRITISH, NBSP, Locale

DASH = "–"
MINUS = "−"
SUFFIXES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
ORDINALS = {1: "1st", 2: "2nd", 3: "3rd"}
COLUMN_TITLES = {
    "scope": "Filter",
    "frequency_hours": "Hours between orders",
    "offset_days": "Days later",
    "offset_weeks": "Weeks later",
    "size": "Customers in the cohort",
    "excluded": "Left out",
    "engaged": "Active",
    "engaged_rate": "Share active",
    "opening": "Active at the start",
    "closing": "Active at the end",
    "reactivated": "Returned",
    "new_lapsed": "New and lapsed",
    "repeat_customers": "Customers with two orders",
    "entered": "Customers",
    "mature": "With all their days behind them",
    "undecided": "Still within their days",
    "p90_hours": "9 in 10 within (hours)",
    "lift": "Times likelier than chance",
    "support": "Share of orders",
    "from_order": "Orders before",
    "at_risk": "Still waiting",
}
RESERVED = {NONE: "not set", OTHER: "all others"}


def is_missing(value: object) -> bool:
    """None, NaN and pandas' NaT are missing."""
    return value is None or value != value  # noqa: PLR0124 - NaN is the value that differs from itself


def number(value: float | None, digits: int = 0, locale: Locale = BRITISH) -> str:
    """Exact number with thousands separators; a dash when missing."""
    if value is None or is_missing(value):
        return DASH
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    return str(format_decimal(float(value), pattern, locale=locale.babel)).replace("-", MINUS, 1)


def counted(count: float, noun: str, locale: Locale = BRITISH) -> str:
    """A number and what it counts: 1 week, 12 weeks."""
    return f"{number(count, 0, locale)} {noun}{'' if count == 1 else 's'}"


def short(value: float | None, locale: Locale = BRITISH) -> str:
    """Three significant digits with a suffix: 12.3 k, 1.05 M; small numbers as they are."""
    if value is None or is_missing(value):
        return DASH
    for size, suffix in SUFFIXES:
        if abs(value) >= size * 0.9995 and (size > 1e3 or abs(value) >= 1e4):
            digits = max(0, 2 - int(math.log10(max(abs(value / size), 1.0))))
            return f"{number(value / size, digits, locale)}\u202f{suffix}"
    return number(value, 0 if float(value).is_integer() or abs(value) >= 1000 else 2, locale)


def money(value: float | None, currency: str | None, locale: Locale = BRITISH, *, is_short: bool = False) -> str:
    """An amount with its currency: £1,234.50, 1.234,50 €; short: £1.23 k; negative sign first."""
    if value is None or is_missing(value):
        return DASH
    text = short(abs(value), locale) if is_short else number(abs(value), decimals(currency), locale)
    before, after = money_signs(currency, locale)
    return (MINUS if value < 0 else "") + before + text + after


@cache
def money_signs(currency: str | None, locale: Locale = BRITISH) -> tuple[str, str]:
    """What stands before and after an amount: (`£`, ``), (``, ` €`). A code of letters keeps a space to the digits."""
    if not currency:
        return "", ""
    sign = str(get_currency_symbol(currency, locale=locale.babel))
    before, after = locale.money_before.replace("¤", sign), locale.money_after.replace("¤", sign)
    return before + (NBSP if before[-1:].isalpha() else ""), (NBSP if after[:1].isalpha() else "") + after


@cache
def decimals(currency: str | None) -> int:
    """Digits after the decimal sign that the currency is written with."""
    return get_currency_precision(currency) if currency else 2


def rate(value: float | None, digits: int = 1, locale: Locale = BRITISH) -> str:
    """A share as per cent: 0.1234 → 12.3%."""
    return DASH if value is None or is_missing(value) else f"{number(value * 100, digits, locale)}{locale.percent}"


def change(value: float | None, locale: Locale = BRITISH) -> str:
    """A relative change with its sign: +4.2%."""
    if value is None or is_missing(value):
        return DASH
    return ("+" if value > 0 else "") + rate(value, 1, locale)


def interval(low: float | None, high: float | None, locale: Locale = BRITISH) -> str:
    """An interval of two shares: 12.3–14.5%."""
    if low is None or high is None or is_missing(low) or is_missing(high):
        return DASH
    return f"{number(low * 100, 1, locale)}–{rate(high, 1, locale)}"


def hours(value: float | None, locale: Locale = BRITISH) -> str:
    """A duration in the unit that reads best: minutes below 2 h, hours below 2 days, else days."""
    if value is None or is_missing(value):
        return DASH
    if value < 2:
        return f"{number(value * 60, 0, locale)} min"
    return f"{number(value, 1, locale)} h" if value < 48 else f"{number(value / 24, 1, locale)} days"


def day(value: dt.date | None, locale: Locale = BRITISH) -> str:
    """14 Mar 2024, as the locale writes it."""
    return DASH if value is None else written(value, locale.day, locale)


def days(start: dt.date, end: dt.date, locale: Locale = BRITISH) -> str:
    """A range of days: 1–28 Feb 2024, 28 Jan – 3 Feb 2024."""
    return day(start, locale) if start == end else str(format_interval(start, end, "yMMMd", locale=locale.babel))


def age(value: dt.date, wanted: dt.date, locale: Locale = BRITISH) -> str:
    """What must be said of figures of an older day than is wanted: as of 22 Nov (with its year if that is another); else nothing."""
    if value >= wanted:
        return ""
    return f"as of {written(value, locale.day_month if value.year == wanted.year else locale.day, locale)}"


def written(value: dt.date, pattern: str, locale: Locale) -> str:
    """A day in one of the locale's patterns."""
    return str(format_date(value, pattern, locale=locale.babel))


def label(name: str) -> str:
    """A name of ours (a step, a column, a dimension) for people: `has_basket` → Has basket; `__none__` → not set."""
    text = name.replace("_", " ").strip()
    return RESERVED.get(name) or text[:1].upper() + text[1:]


def ordinal(order: int) -> str:
    """1 → 1st."""
    return ORDINALS.get(order, f"{order}th")


def step_title(step: str) -> str:
    """A step of a funnel or of the journey: `has_basket` → Has basket; `order_2` → 2nd order."""
    name, _, number = step.rpartition("_")
    return f"{ordinal(int(number))} order" if name == "order" and number.isascii() and number.isdigit() else label(step)


def column_title(name: str) -> str:
    """A report's column for people: `offset_weeks` → Weeks later."""
    return COLUMN_TITLES.get(name) or label(name)


def scope_parts(scope: str) -> tuple[str, str | None]:
    """Dimension and value of a scope: `country=FR` → (`country`, `FR`); `all` → (`all`, None)."""
    dimension, sign, value = scope.partition("=")
    return dimension, value if sign else None


def scope_label(scope: str) -> str:
    """A scope for people: `country=FR` → Country: FR; `all` → Whole shop."""
    dimension, value = scope_parts(scope)
    if value is None:
        return "Whole shop" if dimension == "all" else label(dimension)
    return f"{label(dimension)}: {RESERVED.get(value, value)}"
