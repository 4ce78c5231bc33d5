"""Statistics (docs/contract, section 5): every figure computed by hand on small shops."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ca_assets.analyses.core.report import ReportSet
from ca_assets.analyses.stats.specs import REPORTS
from ca_assets_tests.analyses.running import computed, computed_from_files, rows_of
from ca_assets_tests.shops.builder import SampleShop

FORTNIGHT = SampleShop(
    sessions="""
id, client, start,               amount, discount, refund, refunded,   country
1,  A,      2024-01-01T10:00,    10,     1,        ,       ,           FR
2,  B,      2024-01-07T23:59:59, 20,     ,         5,      2024-01-08, FR
3,  B,      2024-01-08T00:00,    ,       ,         ,       ,           DE
4,  A,      2024-01-14T10:00,    30,     3,        30,     2024-01-10, DE
5,  C,      2024-01-15T00:00,    99,     9,        9,      2024-01-15, DE
""",
    dimensions=["country"],
)
KPIS = "metric total last_7_days previous_7_days change_rate"


def stats(sessions: str | SampleShop, day: str) -> dict[str, ReportSet]:
    """The family as of the end of a day."""
    return computed(["stats"], SampleShop(sessions=sessions) if isinstance(sessions, str) else sessions, day)


@pytest.fixture(scope="module")
def fortnight() -> dict[str, ReportSet]:
    """As of Sunday 2024-01-14: the fifth session is later."""
    return stats(FORTNIGHT, "2024-01-14")


def test_columns_are_the_contract(fortnight: dict[str, ReportSet]) -> None:
    tables = fortnight["stats"].tables
    assert {spec.type: tables[spec.type].column_names[1:] for spec in REPORTS} == {s.type: [c.name for c in s.columns] for s in REPORTS}
    assert all(tables[spec.type].schema.types[1:] == spec.schema.types for spec in REPORTS)


def test_key_figures_of_two_weeks(fortnight: dict[str, ReportSet]) -> None:
    """Order 4's refund was booked before the order: it counts at the order's moment. The one of order 2 is of the last week."""
    assert rows_of(fortnight, "stats/kpis", KPIS) == [
        ("buyers", 2.0, 1.0, 2.0, -0.5),
        ("discount", 4.0, 3.0, 1.0, 2.0),
        ("net_revenue", 25.0, -5.0, 30.0, pytest.approx(-7 / 6)),
        ("orders", 3.0, 1.0, 2.0, -0.5),
        ("refunds", 35.0, 35.0, 0.0, None),
        ("revenue", 60.0, 30.0, 30.0, 0.0),
        ("visitors", 2.0, 2.0, 2.0, 0.0),
    ]


def test_key_figures_of_a_scope(fortnight: dict[str, ReportSet]) -> None:
    """B's refund belongs to the order's scope, wherever the customer was that day."""
    assert rows_of(fortnight, "stats/kpis", "metric total last_7_days previous_7_days", "country=FR") == [
        ("buyers", 2.0, 0.0, 2.0),
        ("discount", 1.0, 0.0, 1.0),
        ("net_revenue", 25.0, -5.0, 30.0),
        ("orders", 2.0, 0.0, 2.0),
        ("refunds", 5.0, 5.0, 0.0),
        ("revenue", 30.0, 0.0, 30.0),
        ("visitors", 2.0, 0.0, 2.0),
    ]


@pytest.mark.parametrize(("day", "last"), [("2024-01-13", 1.0), ("2024-01-07", 2.0), ("2024-01-06", None)])
def test_a_week_that_the_data_do_not_fill_is_null(day: str, last: float | None) -> None:
    rows = rows_of(stats(FORTNIGHT, day), "stats/kpis", "last_7_days previous_7_days change_rate", metric="orders")
    assert rows == [(last, None, None)]


def test_periods_of_every_length(fortnight: dict[str, ReportSet]) -> None:
    days = rows_of(fortnight, "stats/daily_orders", "period complete orders")
    assert len(days) == 14 and all(row[1] for row in days)
    assert [row for row in days if row[2]] == [("2024-01-01", True, 1), ("2024-01-07", True, 1), ("2024-01-14", True, 1)]
    weeks = rows_of(fortnight, "stats/weekly_revenue", "period complete revenue discount refunds net_revenue")
    assert weeks == [("2024-01-01", True, 30.0, 1.0, 0.0, 30.0), ("2024-01-08", True, 30.0, 3.0, 35.0, -5.0)]
    assert rows_of(fortnight, "stats/monthly_revenue", "period complete revenue net_revenue") == [("2024-01-01", False, 60.0, 25.0)]
    refunds = [row for row in rows_of(fortnight, "stats/daily_revenue", "period refunds net_revenue") if row[1]]
    assert refunds == [("2024-01-08", 5.0, -5.0), ("2024-01-14", 30.0, 0.0)]


def test_an_incomplete_week_that_begins_on_sunday() -> None:
    weeks = rows_of(stats(replace(FORTNIGHT, week_start="sunday"), "2024-01-10"), "stats/weekly_orders", "period complete orders")
    assert weeks == [("2023-12-31", True, 1), ("2024-01-07", False, 1)]


def test_weeks_per_customer(fortnight: dict[str, ReportSet]) -> None:
    visits = rows_of(fortnight, "stats/weekly_sessions_per_customer", "period sessions customers sessions_per_customer")
    assert visits == [("2024-01-01", 2, 2, 1.0), ("2024-01-08", 2, 2, 1.0)]
    columns = "period orders customers orders_per_customer buyers orders_per_buyer"
    assert rows_of(fortnight, "stats/weekly_orders_per_customer", columns) == [
        ("2024-01-01", 2, 2, 1.0, 2, 1.0),
        ("2024-01-08", 1, 2, 0.5, 1, 1.0),
    ]
    assert rows_of(fortnight, "stats/weekly_orders_per_customer", columns, "country=FR")[1] == ("2024-01-08", 0, 0, None, 0, None)
    amounts = rows_of(fortnight, "stats/weekly_payment_amount", "period orders revenue average_amount")
    assert amounts == [("2024-01-01", 2, 30.0, 15.0), ("2024-01-08", 1, 30.0, 30.0)]
    assert rows_of(fortnight, "stats/weekly_payment_amount", "average_amount", "country=FR") == [(15.0,), (None,)]


def test_hours_of_all_days_and_of_a_window(fortnight: dict[str, ReportSet]) -> None:
    hours = rows_of(fortnight, "stats/hourly_orders", "hour orders days orders_per_day")
    assert len(hours) == 24
    assert [row for row in hours if row[1]] == [(10, 2, 14, pytest.approx(1 / 7)), (23, 1, 14, pytest.approx(1 / 14))]
    money = rows_of(fortnight, "stats/hourly_revenue", "hour revenue days revenue_per_day")
    assert [row for row in money if row[1]] == [(10, 40.0, 14, pytest.approx(40 / 14)), (23, 20.0, 14, pytest.approx(20 / 14))]
    week = rows_of(fortnight, "stats/hourly_orders@7d", "hour orders days orders_per_day")
    assert [row for row in week if row[1]] == [(10, 1, 7, pytest.approx(1 / 7))]


def test_hours_and_days_of_summer_time() -> None:
    """London, 2024-03-31: 00:30 is of winter, 23:30 UTC the day before too; half an hour before midnight UTC is the next day."""
    sessions = (
        "id,client,start,amount\n1,A,2024-03-30T23:30Z,1\n2,A,2024-03-31T00:30Z,2\n3,A,2024-03-31T01:00Z,4\n4,A,2024-03-31T23:30Z,8\n"
    )
    reports = stats(SampleShop(sessions=sessions, timezone="Europe/London"), "2024-04-01")
    assert rows_of(reports, "stats/daily_revenue", "period revenue") == [("2024-03-30", 1.0), ("2024-03-31", 6.0), ("2024-04-01", 8.0)]
    hours = rows_of(reports, "stats/hourly_revenue", "hour revenue days")
    assert [row for row in hours if row[1]] == [(0, 10.0, 3), (2, 4.0, 3), (23, 1.0, 3)]


def test_both_hours_of_the_autumn_are_hour_one() -> None:
    sessions = "id,client,start,amount\n1,A,2024-10-27T00:30Z,1\n2,A,2024-10-27T01:30Z,2\n"
    hours = rows_of(stats(SampleShop(sessions=sessions, timezone="Europe/London"), "2024-10-27"), "stats/hourly_orders", "hour orders days")
    assert [row for row in hours if row[1]] == [(1, 2, 1)]


BINS = "bin amount_low amount_high customers"


def test_the_worked_example_of_the_distribution() -> None:
    """Means 10, 20, 20, 30 and 500: the fence is 45, bins are 2.5 wide, the last one is open. C's mean is of two orders."""
    sessions = """
id, client, start,      amount
1,  A,      2024-01-01, 10
2,  B,      2024-01-01, 20
3,  C,      2024-01-01, 15
4,  C,      2024-01-01, 25
5,  D,      2024-01-01, 30
6,  E,      2024-01-01, 500
"""
    reports = stats(sessions, "2024-01-01")
    bins = rows_of(reports, "stats/payment_amount_distribution", BINS)
    assert len(bins) == 20
    assert [row for row in bins if row[3]] == [(4, 10.0, 12.5, 1), (8, 20.0, 22.5, 2), (12, 30.0, 32.5, 1), (19, 47.5, None, 1)]
    assert rows_of(reports, "stats/orders_per_customer") == [(1, 4), (2, 1)]


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ("10", [(20, 10.0, 10.5, 1), (21, 10.5, None, 0)]),  # one customer: the width is .5, the open bin is empty
        ("0", [(0, 0.0, 0.01, 1), (1, 0.01, None, 0)]),  # no width below a hundredth
        ("7 7 7", [(14, 7.0, 7.5, 3), (15, 7.5, None, 0)]),  # all the same: the fence is the value itself
        ("0.3 0.3", [(15, 0.3, 0.32, 2), (16, 0.32, None, 0)]),  # no binary fraction decides: .3 / .02 is bin 15
        ("0.1+0.2 0.15", [(15, 0.15, 0.16, 2), (16, 0.16, None, 0)]),  # the mean of .1 and .2 is .15
    ],
    ids=["one", "free", "ties", "decimal", "mean"],
)
def test_edges_of_the_distribution(amounts: str, expected: list[tuple[object, ...]]) -> None:
    """Customers with blanks between them, the orders of one with `+`."""
    orders = [(client, amount) for client, paid in enumerate(amounts.split()) for amount in paid.split("+")]
    rows = "".join(f"{number},c{client},2024-01-01,{amount}\n" for number, (client, amount) in enumerate(orders))
    bins = rows_of(stats("id,client,start,amount\n" + rows, "2024-01-01"), "stats/payment_amount_distribution", BINS)
    assert [row for row in bins if row[3] or row[2] is None] == expected
    assert len(bins) == expected[-1][0] + 1  # type: ignore[operator]


def test_two_currencies_are_never_added() -> None:
    """In all there is no money, counts stay; each currency is a scope; a window with one of them has its money."""
    sessions = "id,client,start,amount,currency\n1,A,2024-01-01,10,EUR\n2,B,2024-01-14,5,USD\n3,B,2024-01-14,,EUR\n"
    reports = stats(sessions, "2024-01-14")
    columns = "metric total last_7_days"
    money = {"revenue", "discount", "refunds", "net_revenue"}
    by_metric = {metric: values for metric, *values in rows_of(reports, "stats/kpis", columns)}
    assert {metric for metric, (total, _) in by_metric.items() if total is None} == money
    assert by_metric["orders"] == [2.0, 1.0] and by_metric["buyers"] == [2.0, 1.0]
    assert {row[1:] for row in rows_of(reports, "stats/monthly_revenue", "period revenue discount refunds net_revenue")} == {(None,) * 4}
    assert rows_of(reports, "stats/monthly_orders", "orders") == [(2,)]
    assert rows_of(reports, "stats/payment_amount_distribution", BINS) == []
    assert sum(row[3] for row in rows_of(reports, "stats/payment_amount_distribution@7d", BINS)) == 1
    assert rows_of(reports, "stats/kpis", columns, "currency=USD", metric="revenue") == [("revenue", 5.0, 5.0)]
    assert rows_of(reports, "stats/kpis", columns, "currency=EUR", metric="visitors") == [("visitors", 2.0, 1.0)]


def test_refunds_count_when_they_happen_and_when_they_are_known() -> None:
    """Without a date at the order's moment; one after the report is not known."""
    sessions = """
id, client, start,      amount, refund, refunded
1,  A,      2024-01-01, 10,     1,      2024-01-09
2,  A,      2024-01-02, 10,     2,
3,  A,      2024-01-03, 10,     4,      2024-01-10T00:00
"""
    weeks = rows_of(stats(sessions, "2024-01-09"), "stats/weekly_revenue", "period revenue refunds net_revenue")
    assert weeks == [("2024-01-01", 30.0, 2.0, 28.0), ("2024-01-08", 0.0, 1.0, -1.0)]


def test_one_order_and_nothing_else() -> None:
    reports = stats("id,client,start,amount\n1,A,2024-01-01T10:00,5\n", "2024-01-01")
    totals = (1.0, 0.0, 5.0, 1.0, 0.0, 5.0, 1.0)
    assert [row[1:] for row in rows_of(reports, "stats/kpis", KPIS)] == [(total, None, None, None) for total in totals]
    assert rows_of(reports, "stats/weekly_payment_amount", "period complete orders average_amount") == [("2024-01-01", False, 1, 5.0)]
    assert rows_of(reports, "stats/orders_per_customer") == [(1, 1)]


def test_sessions_without_a_purchase() -> None:
    reports = stats("id,client,start,amount\n1,A,2024-01-01,\n2,A,2024-01-02,\n", "2024-01-02")
    assert [row[1] for row in rows_of(reports, "stats/kpis", KPIS)] == [0.0] * 6 + [1.0]
    assert rows_of(reports, "stats/weekly_orders_per_customer", "orders customers orders_per_customer buyers orders_per_buyer") == [
        (0, 1, 0.0, 0, None)
    ]
    assert rows_of(reports, "stats/weekly_payment_amount", "orders revenue average_amount") == [(0, 0.0, None)]
    assert rows_of(reports, "stats/payment_amount_distribution") == rows_of(reports, "stats/orders_per_customer") == []


@pytest.mark.parametrize("sessions", ["id,client,start,amount\n", "id,client,start,amount\n1,A,2024-01-02,5\n"], ids=["none", "later"])
def test_without_a_known_session_there_are_no_rows(sessions: str) -> None:
    reports = stats(sessions, "2024-01-01")["stats"]
    assert {table.num_rows for table in reports.tables.values()} == {0}
    assert reports.meta["refusal"] == "no complete day yet"


def test_duplicates_and_orphans_leave_the_money_right(tmp_path: Path) -> None:
    """Of session 1 the larger amount stays; U is no customer and counts; the line and the delivery of no session change nothing."""
    shop = SampleShop(
        customers="client,download\nA,2024-01-01\nA,2024-01-01\n",
        sessions="id,client,start,amount,bought\n1,A,2024-01-02,5,yes\n1,A,2024-01-02,7,yes\n2,U,2024-01-02,3,yes\n3,U,2024-01-02,3,no\n",
        baskets="id,product,price,category\n9,tea,1,hot\n",
        deliveries="id,delivered\n9,2024-01-03\n3,2024-01-03\n",
    )
    reports = computed_from_files(["stats"], shop, tmp_path, "2024-01-31")
    totals = dict(rows_of(reports, "stats/kpis", "metric total"))
    assert (totals["orders"], totals["revenue"], totals["buyers"], totals["visitors"]) == (2.0, 10.0, 2.0, 2.0)
    assert rows_of(reports, "stats/orders_per_customer") == [(1, 2)]
