"""What a URL says becomes filters; what it gets wrong becomes a message."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from ca_dash import filter_bar
from ca_dash.filters import cut, parse
from ca_dash.reports import ShopView

SHOP = ShopView(
    generation="g", name="Shop", currency="EUR", report_date=dt.date(2024, 3, 13), first_day=dt.date(2023, 9, 4),
    scopes=("all", "country=FR"), report_dates=(dt.date(2024, 3, 13), dt.date(2024, 3, 12)),
)  # fmt: skip


def test_defaults() -> None:
    filters = parse("", SHOP)
    assert (filters.scope, filters.window, filters.grain, filters.as_of) == ("all", "90d", "daily", dt.date(2024, 3, 13))
    assert (filters.start, filters.end, filters.messages) == (dt.date(2023, 12, 15), dt.date(2024, 3, 13), ())


def test_everything_given() -> None:
    filters = parse("?scope=country%3DFR&from=2024-01-01&to=2024-01-28&as_of=2024-03-12&grain=weekly", SHOP)
    assert (filters.scope, filters.grain, filters.as_of, filters.days, filters.window) == (
        "country=FR",
        "weekly",
        dt.date(2024, 3, 12),
        28,
        None,
    )
    assert filters.nearest_window() == ("28d", False)


@pytest.mark.parametrize(
    "search",
    ["?scope=country%3DXX", "?window=13d", "?grain=hourly", "?as_of=yesterday", "?from=x&to=2024-01-01", "?from=2024-02-01&to=2024-01-01",
     "?from=1999-01-01&to=1999-02-01", "?as_of=9999-99-99", "?scope=" + "<script>" * 50],
)  # fmt: skip
def test_what_does_not_exist_is_said(search: str) -> None:
    filters = parse(search, SHOP)
    assert len(filters.messages) == 1
    assert filters.start <= filters.end <= filters.as_of


@pytest.mark.parametrize("search", [None, "?", "?&&&", "?scope", "?=", "?%00=%ff", "?" + "a=1&" * 200])
def test_nonsense_is_harmless(search: str | None) -> None:
    assert parse(search, SHOP).window == "90d"


def test_long_ranges_are_shown_in_longer_periods() -> None:
    assert parse("?window=all", SHOP).grain == "weekly"
    assert parse("?window=all&grain=daily", SHOP).grain == "daily"


def test_periods_that_touch_the_range_stay_whole() -> None:
    weeks = pd.DataFrame({"period": pd.to_datetime(["2024-02-26", "2024-03-04", "2024-03-11", "2024-03-18"])})
    filters = parse("?from=2024-03-10&to=2024-03-13", SHOP)
    assert list(cut(weeks, filters, "stats/weekly_orders")["period"].dt.day) == [4, 11]
    assert len(cut(pd.DataFrame({"hour": [1]}), filters, "stats/hourly_orders")) == 1


def test_controls_write_the_url() -> None:
    assert filter_bar.changed(SHOP, "?scope=country%3DFR", "window", "7d") == "?scope=country%3DFR&window=7d"
    assert filter_bar.changed(SHOP, "?window=7d", "range", ["2024-01-01", "2024-01-31"]) == "?from=2024-01-01&to=2024-01-31"
    assert filter_bar.changed(SHOP, "?from=2024-01-01&to=2024-01-31", "window", "all") == "?window=all"
    assert filter_bar.changed(SHOP, "?window=7d", "range", ["2024-03-07", None]) == "?window=7d"
    assert filter_bar.changed(SHOP, "", "as_of", "2024-03-12") == "?as_of=2024-03-12"
    assert filter_bar.changed(SHOP, "?as_of=2024-03-12", "as_of", "2024-03-13") == ""
    assert filter_bar.changed(SHOP, "", "grain", "weekly") == "?grain=weekly"
