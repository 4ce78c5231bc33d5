"""Promotions: every figure computed by hand on small shops."""

from __future__ import annotations

from typing import Any

import pytest

from ca_assets.analyses.core.report import ReportSet
from ca_assets_tests.analyses.running import computed, rows_of
from ca_assets_tests.shops.builder import SampleShop

SESSIONS = """
id, client, start,            amount, discount, promo, country
1,  A,      2024-03-01T10:00, 10,     1,        x,     FR
2,  A,      2024-03-30T10:30, 20,     2,        x,     FR
3,  B,      2024-03-30T23:00, 30,     0,        ,      FR
4,  C,      2024-03-30T10:00, 5,      5,        y,     DE
5,  A,      2024-03-30T12:00, ,       ,         y,     DE
6,  A,      2024-03-31T10:00, 7,      3,        z,     DE
7,  D,      2024-04-01T00:00, 99,     9,        z,     DE
"""
FIGURES = "promotion_id orders customers revenue discount average_amount first_orders first_order_rate orders_per_customer"


def promotions(sessions: str, **more: Any) -> dict[str, ReportSet]:
    """The family of a shop with these sessions, as of 2024-03-31."""
    return computed(["promotions"], SampleShop(sessions=sessions, dimensions=["country"], **more))


@pytest.fixture(scope="module")
def reports() -> dict[str, ReportSet]:
    return promotions(SESSIONS)


def test_summary(reports: dict[str, ReportSet]) -> None:
    """A promotion of a session without purchase, or later than the report, does not count; first orders are those of the scope."""
    assert rows_of(reports, "promotions/summary", FIGURES) == [
        ("__none__", 1, 1, 30.0, 0.0, 30.0, 1, 1.0, 1.0),
        ("x", 2, 1, 30.0, 3.0, 15.0, 1, 0.5, 2.0),
        ("y", 1, 1, 5.0, 5.0, 5.0, 1, 1.0, 1.0),
        ("z", 1, 1, 7.0, 3.0, 7.0, 0, 0.0, 1.0),
    ]
    low, high = rows_of(reports, "promotions/summary", "first_order_rate_low first_order_rate_high", promotion_id="x")[0]
    assert (low, high) == (pytest.approx(0.0945312057), pytest.approx(0.9054687943))
    assert rows_of(reports, "promotions/summary", FIGURES, scope="country=DE") == [
        ("__none__", 0, 0, 0.0, 0.0, None, 0, None, None),
        ("y", 1, 1, 5.0, 5.0, 5.0, 1, 1.0, 1.0),
        ("z", 1, 1, 7.0, 3.0, 7.0, 1, 1.0, 1.0),
    ]


def test_first_orders_of_a_window_are_of_the_whole_history(reports: dict[str, ReportSet]) -> None:
    assert rows_of(reports, "promotions/summary@28d", "promotion_id orders first_orders") == [
        ("__none__", 1, 1),
        ("x", 1, 0),
        ("y", 1, 1),
        ("z", 1, 0),
    ]


def test_shares(reports: dict[str, ReportSet]) -> None:
    days = rows_of(reports, "promotions/daily_share", "period orders promoted_orders organic_orders promoted_rate")
    assert len(days) == 31
    assert days[-3:] == [
        ("2024-03-29", 0, 0, 0, None),
        ("2024-03-30", 3, 2, 1, 2 / 3),
        ("2024-03-31", 1, 1, 0, 1.0),
    ]
    hours = rows_of(reports, "promotions/hourly_share", "hour days orders promoted_orders organic_orders promoted_rate")
    assert [row for row in hours if row[2]] == [(10, 31, 4, 4, 0, 1.0), (23, 31, 1, 0, 1, 0.0)]
    assert len(hours) == 24
    hours = rows_of(reports, "promotions/hourly_share@7d", "hour days orders", scope="country=DE")
    assert [row for row in hours if row[2]] == [(10, 2, 2)]  # the window's sessions begin on 03-30


def test_daily_revenue(reports: dict[str, ReportSet]) -> None:
    rows = rows_of(reports, "promotions/daily_revenue")
    assert len(rows) == 31 * 4
    day = "2024-03-30"
    assert [row[1:] for row in rows if row[0] == day] == [
        ("__none__", 1, 30.0, 0.0),
        ("x", 1, 20.0, 2.0),
        ("y", 1, 5.0, 5.0),
        ("z", 0, 0.0, 0.0),
    ]
    assert {row[1] for row in rows_of(reports, "promotions/daily_revenue", scope="country=DE")} == {"__none__", "y", "z"}


def test_organic_orders_are_outside_the_top_list() -> None:
    """Top 1: x, the first by name among equals; A has both others and counts once."""
    sessions = (
        "id,client,start,amount,discount,promo\n" + "1,A,2024-03-31,1,,y\n2,A,2024-03-31,2,,z\n3,B,2024-03-31,4,1,x\n4,B,2024-03-31,8,,\n"
    )
    reports = promotions(sessions, settings={"top": 1})
    for suffix in ("", "@7d"):
        assert rows_of(reports, f"promotions/summary{suffix}", "promotion_id orders customers revenue first_orders") == [
            ("__none__", 1, 1, 8.0, 0),
            ("__other__", 2, 1, 3.0, 1),
            ("x", 1, 1, 4.0, 1),
        ]


def test_the_eleventh_promotion_is_other_by_day() -> None:
    sessions = "id,client,start,amount,promo\n" + "".join(f"{i},A,2024-03-31,1,p{i:02}\n" for i in range(12))
    rows = rows_of(promotions(sessions), "promotions/daily_revenue", "promotion_id orders")
    assert rows == [("__none__", 0), ("__other__", 2), *((f"p{i:02}", 1) for i in range(10))]


def test_two_currencies_are_never_added() -> None:
    sessions = "id,client,start,amount,promo,currency\n1,A,2024-03-01,10,x,EUR\n2,A,2024-03-30,5,x,USD\n3,A,2024-03-30,,,EUR\n"
    reports = promotions(sessions)
    columns = "orders revenue discount average_amount"
    assert rows_of(reports, "promotions/summary", columns, promotion_id="x") == [(2, None, None, None)]
    assert rows_of(reports, "promotions/summary@7d", columns, promotion_id="x") == [(1, 5.0, 0.0, 5.0)]
    assert rows_of(reports, "promotions/summary", columns, promotion_id="x", scope="currency=EUR") == [(1, 10.0, 0.0, 10.0)]
    assert {row[-2:] for row in rows_of(reports, "promotions/daily_revenue")} == {(None, None)}


def test_without_the_column_or_without_orders() -> None:
    assert promotions(SESSIONS, columns={"sessions": {"promotion_id": None}})["promotions"].tables == {}
    reports = promotions("id,client,start,amount,promo\n1,A,2024-03-01,,\n")
    assert rows_of(reports, "promotions/summary", FIGURES) == [("__none__", 0, 0, 0.0, 0.0, None, 0, None, None)]
    assert rows_of(reports, "promotions/summary@7d") == rows_of(reports, "promotions/hourly_share@7d") == []  # no session in the window
    assert len(rows_of(reports, "promotions/daily_revenue")) == 31
