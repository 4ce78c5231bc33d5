"""Locales: how a country writes numbers, money and dates, from Unicode's data (Babel).

Belongs here: making a `Locale`, its date patterns in the browser's own languages. Does not belong here: which one a request is served in
(`ca_dash.locales`), writing values (`format`). The texts of the application are English whatever the locale; it decides numbers, currency,
names of months and the order of dates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import babel

NBSP = "\u00a0"
OFFERED = ("en-GB", "en-US", "da-DK", "de-AT", "de-CH", "de-DE", "es-ES", "fr-FR", "it-IT", "ja-JP", "nl-NL", "pl-PL", "pt-BR", "sv-SE")
# Unicode's letters of a date pattern (LDML) in the words of plotly (d3-time-format) and of the range filter's calendar (day.js).
D3 = {"EEEE": "%A", "EEE": "%a", "E": "%a", "ccc": "%a", "d": "%-d", "dd": "%d", "M": "%-m", "MM": "%m", "MMM": "%b", "MMMM": "%B",
      "LLL": "%b", "LLLL": "%B", "y": "%Y", "yy": "%y", "yyyy": "%Y"}  # fmt: skip
DAY_JS = {"d": "DD", "dd": "DD", "M": "MM", "MM": "MM", "y": "YYYY", "yy": "YYYY", "yyyy": "YYYY"}


class UnknownLocale(ValueError):
    """A tag that names no locale; the message says what to write."""


@dataclass(frozen=True)
class Locale:
    """How a country writes numbers, money and dates; `locale_of` makes it from a language tag.

    `money_before`, `money_after` hold `¤` where the currency's sign stands. Date patterns are Unicode's (LDML); those of plotly begin with
    `d3_`, and `picker` is day.js's. `separators` are plotly's: the decimal sign, then that of thousands. Weekdays begin on Monday.
    """

    tag: str
    decimal: str
    thousands: str
    separators: str
    money_before: str
    money_after: str
    percent: str
    day: str
    day_month: str
    month: str
    d3_day: str
    d3_day_month: str
    d3_month: str
    d3_weekday: str
    picker: str
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    weekdays: tuple[str, ...]
    short_weekdays: tuple[str, ...]
    babel: babel.Locale = field(compare=False, repr=False)


@cache
def locale_of(tag: str) -> Locale:
    """The locale of a language tag (`de-DE`, `de_AT`; bare `en` is British: the day before the month). Raises UnknownLocale."""
    try:
        data = babel.Locale.parse("en_GB" if tag.lower() == "en" else tag.replace("-", "_"))
    except (ValueError, babel.UnknownLocaleError, TypeError):
        raise UnknownLocale(f"{tag[:40]!r} is not a locale; write a language and a country, as in de-DE") from None
    before, after = re.split(r"[#0][#0.,]*", data.currency_formats["standard"].pattern.partition(";")[0], maxsplit=1)
    symbols, patterns = data.number_symbols.get("latn", data.number_symbols), data.datetime_skeletons
    english = "MMM D, YYYY" if data.territory == "US" else "D MMM YYYY"
    return Locale(
        tag=str(data).replace("_", "-"),
        decimal=symbols["decimal"],
        thousands=symbols["group"],
        separators=symbols["decimal"] + symbols["group"],
        money_before=before.replace(" ", NBSP),
        money_after=after.replace(" ", NBSP),
        percent=NBSP + "%" if NBSP in data.percent_formats[None].pattern else "%",
        day=patterns["yMMMd"].pattern,
        day_month=patterns["MMMd"].pattern,
        month=patterns["yMMM"].pattern,
        d3_day=d3(patterns["yMMMd"].pattern),
        d3_day_month=d3(patterns["MMMd"].pattern),
        d3_month=d3(patterns["yMMM"].pattern),
        d3_weekday=d3(patterns["yMMMEd"].pattern),
        # the calendar of the range filter has English names only, so other languages get a date of digits
        picker=english if data.language == "en" else _translated(data.date_formats["short"].pattern, DAY_JS),
        months=_names(data.months, "wide", range(1, 13)),
        short_months=_names(data.months, "abbreviated", range(1, 13)),
        weekdays=_names(data.days, "wide", range(7)),
        short_weekdays=_names(data.days, "abbreviated", range(7)),
        babel=data,
    )


def name_of(tag: str) -> str:
    """How a locale calls itself: Deutsch (Schweiz)."""
    name = str(babel.Locale.parse(tag.replace("-", "_")).get_display_name())
    return name[:1].upper() + name[1:]


def d3(pattern: str) -> str:
    """A Unicode date pattern as plotly's: `d. MMM y` → `%-d. %b %Y`."""
    return _translated(pattern, D3)


def _names(table: Any, width: str, positions: Sequence[int]) -> tuple[str, ...]:
    """Names of months or weekdays out of Babel's table."""
    return tuple(str(table["format"][width][position]) for position in positions)


def _translated(pattern: str, signs: Mapping[str, str]) -> str:
    """A date pattern with each run of letters replaced; what stands in quotes stays as it is."""
    texts = (match.group(0) for match in re.finditer(r"'[^']*'|([A-Za-z])\1*|[^A-Za-z']+", pattern))
    return "".join(text.strip("'") if text.startswith("'") else signs.get(text, text) for text in texts)


BRITISH = locale_of("en-GB")
