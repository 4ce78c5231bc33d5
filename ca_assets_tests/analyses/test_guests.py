"""Guests: sessions without a client, which count in money and in no figure of customers (more cases: `oracle/cases/guests.py`)."""

from __future__ import annotations

from ca_assets.analyses.core.downloads import guest_note
from ca_assets.analyses.core.family import catalogue
from ca_assets_tests.analyses.running import computed, rows_of
from ca_assets_tests.shops.builder import SampleShop

SESSIONS = """
client, start,            amount
A,      2024-03-04T10:00, 10
,       2024-03-01T10:00, 20
,       2024-03-05T10:00, 30
B,      2024-03-06T10:00,
A,      2024-03-07T10:00, 5
"""


def test_meta_says_how_many_orders_are_of_guests() -> None:
    meta = computed(["churn"], SampleShop(sessions=SESSIONS))["churn"].meta
    assert (meta["guest_orders"], meta["guest_orders_share"]) == (2, 0.5)
    assert guest_note(meta) == "Without the shop’s 2 guest orders (50.0%)"
    assert guest_note({"guest_orders": 0, "guest_orders_share": 0.0}) == guest_note({}) == ""


def test_the_customer_range_begins_with_a_client() -> None:
    """The first session is a guest's: days of customers begin on the 4th, those of sessions on the 1st."""
    reports = computed(["funnels"], SampleShop(sessions=SESSIONS), "2024-03-07")
    assert {days for (days,) in rows_of(reports, "funnels/customers_hourly", "days")} == {4}
    assert {days for (days,) in rows_of(reports, "funnels/sessions_hourly", "days")} == {7}


def test_customers_reports_equal_those_without_the_guests() -> None:
    """As if the guests had not come, when they do not change the range of days."""
    first = "client, start, amount\nA, 2024-02-29T10:00, 1\n"
    sessions = SESSIONS.strip().split("\n", 1)[1]
    with_guests = computed(["churn", "cohorts", "journey"], SampleShop(sessions=first + sessions))
    clients = "\n".join(line for line in sessions.split("\n") if not line.startswith(","))
    without = computed(["churn", "cohorts", "journey"], SampleShop(sessions=first + clients))
    assert {name: reports.tables for name, reports in with_guests.items()} == {name: reports.tables for name, reports in without.items()}


def test_which_reports_leave_guests_out() -> None:
    of_clients = {path for path, spec in catalogue().items() if spec.leaves_out_guests}
    assert {"churn/overall", "cohorts/daily_1_2", "journey/average", "stats/orders_per_customer", "funnels/customers_daily"} < of_clients
    assert not of_clients & {"stats/daily_orders", "stats/kpis", "funnels/sessions_daily", "products/top_products", "promotions/summary"}
