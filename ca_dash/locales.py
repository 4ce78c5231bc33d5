"""Locales: which one a request is served in, and its formats, taken from Unicode's data (Babel).

Belongs here: finding and making a `Locale`. Does not belong here: writing values (`format`). The texts of the application are English
whatever the locale; it decides numbers, currency, names of months and the order of dates. A reader's own choice (a cookie, set
in the account menu) wins over the setting `CA_LOCALE`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from babel import Locale as BabelLocale
from babel import UnknownLocaleError
from flask import current_app, has_request_context, request

from ca_dash.format import NBSP, Locale

COOKIE = "ca_locale"
OFFERED = ("en-GB", "en-US", "da-DK", "de-AT", "de-CH", "de-DE", "es-ES", "fr-FR", "it-IT", "ja-JP", "nl-NL", "pl-PL", "pt-BR", "sv-SE")
D3 = {"EEEE": "%A", "EEE": "%a", "E": "%a", "ccc": "%a", "d": "%-d", "dd": "%d", "M": "%-m", "MM": "%m", "MMM": "%b", "MMMM": "%B",
      "LLL": "%b", "LLLL": "%B", "y": "%Y", "yy": "%y", "yyyy": "%Y"}  # fmt: skip
NUMERIC = {"d": "DD", "dd": "DD", "M": "MM", "MM": "MM", "y": "YYYY", "yy": "YYYY", "yyyy": "YYYY"}


class UnknownLocale(ValueError):
    """A tag that names no locale; the message says what to write."""


@cache
def locale_of(tag: str) -> Locale:
    """The locale of a language tag (`de-DE`, `de_AT`; bare `en` is British: the day before the month). Raises UnknownLocale."""
    try:
        found = BabelLocale.parse("en_GB" if tag.lower() == "en" else tag.replace("-", "_"))
    except (ValueError, UnknownLocaleError, TypeError):
        raise UnknownLocale(f"{tag[:40]!r} is not a locale; write a language and a country, as in de-DE") from None
    return _made(found)


def current() -> Locale:
    """The locale of the request: the reader's own, else the setting's, else British English."""
    if not has_request_context():
        return Locale()
    own = request.cookies.get(COOKIE, "")
    return locale_of(own) if own in OFFERED else locale_of(current_app.config.get("CA_LOCALE") or "en-GB")


def name_of(tag: str) -> str:
    """How a locale calls itself: Deutsch (Schweiz)."""
    name = str(BabelLocale.parse(tag.replace("-", "_")).get_display_name())
    return name[:1].upper() + name[1:]


def d3(pattern: str) -> str:
    """A Unicode date pattern as plotly's: `d. MMM y` → `%-d. %b %Y`."""
    return _translated(pattern, D3)


def plotly_config(locale: Locale) -> dict[str, Any]:
    """The part of a graph's configuration that makes plotly write months and days as the locale does."""
    sunday_first = locale.weekdays[-1:] + locale.weekdays[:-1]
    short_first = locale.short_weekdays[-1:] + locale.short_weekdays[:-1]
    names = {"months": locale.months, "shortMonths": locale.short_months, "days": sunday_first, "shortDays": short_first}
    signs = {"decimal": locale.decimal, "thousands": locale.thousands, "date": d3(locale.day)}
    formats = {**{key: list(value) for key, value in names.items()}, **signs}
    return {"locale": locale.tag, "locales": {locale.tag: {"dictionary": {}, "format": formats}}}


def _made(found: BabelLocale) -> Locale:
    before, after = re.split(r"[#0][#0.,]*", found.currency_formats["standard"].pattern.partition(";")[0], maxsplit=1)
    symbols = found.number_symbols.get("latn", found.number_symbols)
    numeric = _translated(found.date_formats["short"].pattern, NUMERIC)
    has_english = found.language == "en"
    return Locale(
        tag=str(found).replace("_", "-"),
        decimal=symbols["decimal"],
        thousands=symbols["group"],
        money_before=before.replace(" ", NBSP),
        money_after=after.replace(" ", NBSP),
        percent=NBSP + "%" if "\xa0" in found.percent_formats[None].pattern else "%",
        **{ours: found.datetime_skeletons[key].pattern for ours, key in _SKELETONS.items()},
        # the calendar of the range filter has English names only, so other languages get a date of digits
        picker=("MMM D, YYYY" if found.territory == "US" else "D MMM YYYY") if has_english else numeric,
        months=_names(found.months, 1, 13, "wide"),
        short_months=_names(found.months, 1, 13, "abbreviated"),
        weekdays=_names(found.days, 0, 7, "wide"),
        short_weekdays=_names(found.days, 0, 7, "abbreviated"),
    )


_SKELETONS = {"day": "yMMMd", "day_month": "MMMd", "month": "yMMM", "weekday": "yMMMEd"}


def _names(table: Any, first: int, stop: int, width: str) -> tuple[str, ...]:
    return tuple(str(table["format"][width][position]) for position in range(first, stop))


def _translated(pattern: str, signs: dict[str, str]) -> str:
    texts = (match.group(0) for match in re.finditer(r"'[^']*'|([A-Za-z])\1*|[^A-Za-z']+", pattern))
    return "".join(text.strip("'") if text.startswith("'") else signs.get(text, text) for text in texts)
