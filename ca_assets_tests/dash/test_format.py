"""How numbers, money, rates, durations are written."""

from __future__ import annotations

import pytest

from ca_dash import format as formats
from ca_dash.locales import locale_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (999, "999"),
        (9_999, "9,999"),
        (12_345, "12.3\u202fk"),
        (999_950, "1.00\u202fM"),
        (1_234_567, "1.23\u202fM"),
        (None, "–"),
        (-12_345, "−12.3\u202fk"),
        (0.5, "0.50"),
    ],
)
def test_short_numbers(value: float | None, text: str) -> None:
    assert formats.short(value) == text


def test_money_rates_hours_days() -> None:
    german = locale_of("de-DE")
    assert formats.money(1234.5, "GBP") == "£1,234.50"
    assert formats.money(-1234.5, "EUR", german) == "−1.234,50\u00a0€"
    assert formats.money(1234.5, "XTS") == "XTS\u00a01,234.50"
    assert formats.rate(0.1234) == "12.3%"
    assert (formats.hours(0.5), formats.hours(30), formats.hours(60)) == ("30 min", "30.0 h", "2.5 days")
    assert formats.scope_label("country=__none__") == "Country: not set"
    assert (formats.scope_label("all"), formats.scope_label("country=all")) == ("Whole shop", "Country: all")
