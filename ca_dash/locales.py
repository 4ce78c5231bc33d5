"""Which locale a request is served in. A reader's own choice (a cookie, set in the account menu) wins over the setting `CA_LOCALE`.

Belongs here: finding it, and telling plotly of it. What a locale is: `ca_assets.wording.locales`, whose names pages take from here.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, has_request_context, request

from ca_assets.wording.locales import BRITISH, NBSP, OFFERED, Locale, UnknownLocale, d3, locale_of, name_of

__all__ = ["BRITISH", "COOKIE", "NBSP", "OFFERED", "Locale", "UnknownLocale", "current", "d3", "locale_of", "name_of", "plotly_config"]
COOKIE = "ca_locale"


def current() -> Locale:
    """The locale of the request: the reader's own, else the setting's, else British English."""
    if not has_request_context():
        return BRITISH
    own = request.cookies.get(COOKIE, "")
    return locale_of(own) if own in OFFERED else locale_of(current_app.config.get("CA_LOCALE") or BRITISH.tag)


def plotly_config(locale: Locale) -> dict[str, Any]:
    """The part of a graph's configuration that makes plotly write months and days as the locale does."""
    formats = {
        "months": list(locale.months),
        "shortMonths": list(locale.short_months),
        "days": [locale.weekdays[-1], *locale.weekdays[:-1]],  # plotly's week begins on Sunday
        "shortDays": [locale.short_weekdays[-1], *locale.short_weekdays[:-1]],
        "decimal": locale.decimal,
        "thousands": locale.thousands,
        "date": locale.d3_day,
    }
    return {"locale": locale.tag, "locales": {locale.tag: {"dictionary": {}, "format": formats}}}
