"""The customer journey: every figure computed by hand on small shops."""

from __future__ import annotations

import pytest

from ca_assets_tests.analyses.running import computed, rows_of
from ca_assets_tests.shops.builder import SampleShop

COLUMNS = "step_order step customers average_hours hours_customers average_amount orders_per_buyer"
CUSTOMERS = """
client, download
A,      2024-03-01T12:00
B,      2024-03-02T00:00
C,      2024-03-05T00:00
D,      2024-03-09T00:00
F,      2024-04-01T00:00
"""
SESSIONS = """
id, client, start,            amount, country
1,  A,      2024-03-01T06:00, 10,     FR
2,  A,      2024-03-03T06:00, 20,     FR
3,  A,      2024-03-03T06:00, 60,     DE
4,  B,      2024-03-01T23:59, 30,     FR
5,  B,      2024-03-02T23:59, 40,     FR
6,  C,      2024-03-05T10:00, 50,     FR
7,  C,      2024-03-06T10:00, ,       DE
8,  E,      2024-03-31T00:00, 70,     FR
9,  E,      2024-04-01T00:00, 99,     FR
"""


def rows(sessions: str, scope: str = "all", customers: str = CUSTOMERS) -> list[tuple[object, ...]]:
    """Rows of `average` in the order of the steps."""
    shop = SampleShop(sessions=sessions, customers=customers, dimensions=["country"])
    return sorted(rows_of(computed(["journey"], shop), "journey/average", COLUMNS, scope=scope))


def test_by_hand() -> None:
    """A: order 1 earlier on the download's day counts 0 hours. B: first order on the day before, left out. E: no download known."""
    since = (28 * 24 + 18 + 29 * 24 + 1 / 60 + 26 * 24 + 14 + 24) / 4
    assert rows(SESSIONS) == [
        (0, "download", 4, 0.0, 4, None, 7 / 4),
        (1, "order_1", 4, 5.0, 2, 40.0, 7 / 4),
        (2, "since_last_order", 4, pytest.approx(since, rel=1e-12), 4, None, 7 / 4),
    ]


def test_scopes_have_their_own_numbers_of_steps() -> None:
    more = SESSIONS + "10, C, 2024-03-07T10:00, 2, DE\n11, A, 2024-03-03T07:00, 6, DE\n12, C, 2024-03-07T11:00, 4, DE\n"
    assert rows(more, "country=DE") == [
        (0, "download", 2, 0.0, 2, None, 2.0),
        (1, "order_1", 2, (42 + 58) / 2, 2, 31.0, 2.0),
        (2, "order_2", 2, 1.0, 2, 5.0, 2.0),
        (3, "since_last_order", 2, (28 * 24 + 17 + 24 * 24 + 13) / 2, 2, None, 2.0),
    ]
    assert [row[1] for row in rows(more, "country=FR")] == ["download", "order_1", "since_last_order"]


def test_two_orders_at_one_instant_are_no_hours_apart() -> None:
    sessions = "id,client,start,amount\n1,A,2024-03-31,1\n2,A,2024-03-31,3\n"
    assert rows(sessions) == [
        (0, "download", 4, 0.0, 4, None, 2.0),
        (1, "order_1", 1, 29 * 24 + 12.0, 1, 1.0, 2.0),
        (2, "order_2", 1, 0.0, 1, 3.0, 2.0),
        (3, "since_last_order", 1, 24.0, 1, None, 2.0),
    ]


def test_two_currencies_are_never_averaged() -> None:
    sessions = "id,client,start,amount,currency\n1,A,2024-03-31,1,EUR\n2,A,2024-03-31,3,USD\n"
    assert [row[-2] for row in rows(sessions)] == [None] * 4
    assert [row[-2] for row in rows(sessions, "currency=USD")] == [None, 3.0, None]


def test_without_buyers_only_the_download() -> None:
    sessions = "id,client,start,amount,country\n1,A,2024-03-31,,FR\n2,E,2024-03-31,,DE\n"
    assert rows(sessions) == [(0, "download", 4, 0.0, 4, None, None)]
    assert rows(sessions, "country=FR") == [(0, "download", 1, 0.0, 1, None, None)]
    assert rows(sessions, "country=DE") == [(0, "download", 0, None, 0, None, None)]  # a mean of nothing


def test_without_known_downloads_the_first_order_has_no_hours() -> None:
    assert rows("id,client,start,amount\n1,A,2024-03-31,1\n", customers="client,download\n")[1][:5] == (1, "order_1", 1, None, 0)
