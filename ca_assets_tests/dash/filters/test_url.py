"""What a URL says becomes filters; what it gets wrong becomes a message."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from ca_assets.analyses.core.family import spec_of
from ca_dash.filters.url import Window, changed, cut, parse
from ca_dash.reports import ShopView

LAST = dt.date(2024, 3, 13)
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
    assert filters.window_for(spec_of("stats/hourly_orders")) is None
    assert filters.window_for(spec_of("stats/daily_orders")) is None


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
    assert list(cut(weeks, "period", "weekly", filters)["period"].dt.day) == [4, 11]
    assert cut(weeks[:0], "period", "weekly", filters).empty


def test_controls_write_the_url() -> None:
    assert changed("?scope=country%3DFR", SHOP, (), "window", "7d") == "?scope=country%3DFR&window=7d"
    assert changed("?window=7d", SHOP, (), "range", ["2024-01-01", "2024-01-31"]) == "?from=2024-01-01&to=2024-01-31"
    assert changed("?from=2024-01-01&to=2024-01-31", SHOP, (), "window", "all") == "?window=all"
    assert changed("?window=7d", SHOP, (), "range", ["2024-03-07", None]) == "?window=7d"
    assert changed("", SHOP, (), "as_of", "2024-03-12") == "?as_of=2024-03-12"
    assert changed("?as_of=2024-03-12", SHOP, (), "as_of", "2024-03-13") == ""
    assert changed("", SHOP, (), "grain", "weekly") == "?grain=weekly"


def test_trends_ask_for_whole_periods() -> None:
    weeks = parse("?from=2024-02-01&to=2024-02-29&grain=weekly", SHOP).whole_periods(6)
    assert (weeks.start, weeks.end) == (dt.date(2024, 1, 28), dt.date(2024, 3, 2))  # Sunday to Saturday
    months = parse("?from=2024-02-10&to=2024-02-11&grain=monthly", SHOP).whole_periods(0)
    assert (months.start, months.end) == (dt.date(2024, 2, 1), dt.date(2024, 2, 29))


@pytest.mark.parametrize(
    ("search", "window"),
    [
        ("?window=28d", Window(28, LAST)),
        ("?window=all", Window(None, LAST)),
        ("?from=2024-03-07&to=2024-03-13", Window(7, LAST)),
        ("?from=2023-09-04&to=2024-03-13", Window(None, LAST)),
        ("?from=2024-03-06&to=2024-03-12", Window(7, dt.date(2024, 3, 12))),  # an earlier report date
        ("?from=2024-03-06&to=2024-03-12&as_of=2024-03-12", Window(7, dt.date(2024, 3, 12))),
        ("?from=2024-03-06&to=2024-03-13", None),  # 8 days
        ("?from=2024-03-05&to=2024-03-11", None),  # as long as a window, but other days
        ("?from=2024-01-01&to=2024-01-28", None),
    ],
)
def test_a_window_is_the_range_or_none(search: str, window: Window | None) -> None:
    assert parse(search, SHOP).window_for(spec_of("stats/hourly_orders"), SHOP.report_dates) == window
    assert parse(search, SHOP).window_for(spec_of("stats/daily_orders"), SHOP.report_dates) is None


def test_a_window_begins_with_the_data() -> None:
    assert Window(7, LAST).first(SHOP.first_day or LAST) == dt.date(2024, 3, 7)
    assert Window(365, LAST).first(dt.date(2023, 9, 4)) == Window(None, LAST).first(dt.date(2023, 9, 4)) == dt.date(2023, 9, 4)
