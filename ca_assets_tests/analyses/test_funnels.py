"""Funnels (docs/contract, section 3): every figure computed by hand on small shops."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from ca_assets.analyses.core.report import ReportSet
from ca_assets.analyses.funnels.specs import REPORTS
from ca_assets_tests.analyses.running import computed, computed_from_files, rows_of
from ca_assets_tests.shops.builder import SampleShop

FLAGS = SampleShop(
    sessions="""
id, client, start,            amount, basket, checkout, country
1,  A,      2024-01-01T10:00, 5,      1,      ,         FR
2,  A,      2024-01-01T10:30, ,       1,      1,        FR
3,  B,      2024-01-01T23:00, ,       ,       1,        DE
4,  B,      2024-01-08T10:00, 7,      1,      1,        DE
5,  B,      2024-01-10T00:00, 7,      1,      1,        DE
""",
    dimensions=["country"],
    actions=["basket", "checkout"],
)
THIRD, TWO_THIRDS = pytest.approx(1 / 3), pytest.approx(2 / 3)


def funnels(shop: SampleShop, day: str) -> dict[str, ReportSet]:
    """The family as of the end of a day."""
    return computed(["funnels"], shop, day)


def steps(reports: dict[str, ReportSet], type_: str, columns: str, **where: object) -> list[tuple[object, ...]]:
    """Rows in the order of period (or hour) and step; `columns` begin with them."""
    return sorted(rows_of(reports, f"funnels/{type_}", columns, **where))


@pytest.fixture(scope="module")
def flags() -> dict[str, ReportSet]:
    """As of Tuesday 2024-01-09: the fifth session is later."""
    return funnels(FLAGS, "2024-01-09")


def test_columns_are_the_contract(flags: dict[str, ReportSet]) -> None:
    tables = flags["funnels"].tables
    assert {spec.type: tables[spec.type].column_names[1:] for spec in REPORTS} == {s.type: [c.name for c in s.columns] for s in REPORTS}
    assert all(tables[spec.type].schema.types[1:] == spec.schema.types for spec in REPORTS)


def test_each_flag_counts_for_itself(flags: dict[str, ReportSet]) -> None:
    """A purchase without a checkout, a checkout without a basket: steps are volumes, not a way."""
    assert steps(flags, "sessions_weekly", "period step_order step complete sessions total_sessions rate") == [
        ("2024-01-01", 0, "sessions", True, 3, 3, 1.0),
        ("2024-01-01", 1, "basket", True, 2, 3, TWO_THIRDS),
        ("2024-01-01", 2, "checkout", True, 2, 3, TWO_THIRDS),
        ("2024-01-01", 3, "purchased", True, 1, 3, THIRD),
        ("2024-01-08", 0, "sessions", False, 1, 1, 1.0),
        ("2024-01-08", 1, "basket", False, 1, 1, 1.0),
        ("2024-01-08", 2, "checkout", False, 1, 1, 1.0),
        ("2024-01-08", 3, "purchased", False, 1, 1, 1.0),
    ]
    (bounds,) = rows_of(flags, "funnels/sessions_weekly", "rate_low rate_high", period=dt.date(2024, 1, 1), step="purchased")
    assert bounds == (pytest.approx(0.06149, abs=5e-6), pytest.approx(0.79234, abs=5e-6))


def test_days_without_sessions_have_no_rate(flags: dict[str, ReportSet]) -> None:
    days = steps(flags, "sessions_daily", "period step_order sessions total_sessions rate rate_low")
    assert len(days) == 9 * 4
    assert days[4:8] == [("2024-01-02", step, 0, 0, None, None) for step in range(4)]
    assert [row[:3] for row in days if row[2]] == [
        *[("2024-01-01", step, count) for step, count in enumerate((3, 2, 2, 1))],
        *[("2024-01-08", step, 1) for step in range(4)],
    ]
    assert steps(flags, "sessions_monthly", "period step_order complete sessions") == [
        ("2024-01-01", step, False, count) for step, count in enumerate((4, 3, 3, 2))
    ]


def test_a_scope_counts_its_own_sessions(flags: dict[str, ReportSet]) -> None:
    rows = steps(flags, "sessions_weekly", "period step_order sessions total_sessions", scope="country=DE")
    assert rows == [
        *[("2024-01-01", step, count, 1) for step, count in enumerate((1, 0, 1, 0))],
        *[("2024-01-08", step, 1, 1) for step in range(4)],
    ]
    assert steps(flags, "sessions_monthly", "period step_order sessions", scope="country=FR") == [
        ("2024-01-01", step, count) for step, count in enumerate((2, 2, 1, 1))
    ]


def test_hours_of_all_days_and_of_a_window(flags: dict[str, ReportSet]) -> None:
    hours = steps(flags, "sessions_hourly", "hour step_order sessions days sessions_per_day total_sessions rate")
    assert len(hours) == 24 * 4
    assert [row for row in hours if row[5]] == [
        (10, 0, 3, 9, THIRD, 3, 1.0),
        (10, 1, 3, 9, THIRD, 3, 1.0),
        (10, 2, 2, 9, pytest.approx(2 / 9), 3, TWO_THIRDS),
        (10, 3, 2, 9, pytest.approx(2 / 9), 3, TWO_THIRDS),
        (23, 0, 1, 9, pytest.approx(1 / 9), 1, 1.0),
        (23, 1, 0, 9, 0.0, 1, 0.0),
        (23, 2, 1, 9, pytest.approx(1 / 9), 1, 1.0),
        (23, 3, 0, 9, 0.0, 1, 0.0),
    ]
    week = steps(flags, "sessions_hourly@7d", "hour step_order sessions days total_sessions")
    assert [row for row in week if row[4]] == [(10, step, 1, 2, 1) for step in range(4)]  # the window's sessions begin on 01-08


def test_hours_of_days_with_25_and_23_hours() -> None:
    """London: 01:30 occurs twice on 2024-10-27, and on 2024-03-31 there is no 01:xx."""
    autumn = "id,client,start,amount\n1,A,2024-10-27T00:30Z,\n2,A,2024-10-27T01:30Z,\n3,A,2024-10-27T23:59:59Z,\n"
    spring = "id,client,start,amount\n1,A,2024-03-31T00:59:59Z,\n2,A,2024-03-31T01:00Z,\n3,A,2024-03-31T22:59:59Z,\n"
    for sessions, day, expected in (
        (autumn, "2024-10-27", [(1, 2, 1, 2.0), (23, 1, 1, 1.0)]),
        (spring, "2024-03-31", [(0, 1, 1, 1.0), (2, 1, 1, 1.0), (23, 1, 1, 1.0)]),
    ):
        reports = funnels(SampleShop(sessions=sessions, timezone="Europe/London"), day)
        hours = rows_of(reports, "funnels/sessions_hourly", "hour sessions days sessions_per_day", step="sessions")
        assert [row for row in hours if row[1]] == expected


VOLUMES = SampleShop(
    customers="""
client, download
A,      2023-12-31T12:00
N,      2024-01-02T08:00
L,      2024-01-04T00:00
""",
    sessions="""
id, client, start,            amount, country
1,  A,      2024-01-01T10:00, ,       FR
2,  A,      2024-01-02T10:00, 5,      DE
3,  U,      2024-01-02T10:00, 5,      FR
""",
    dimensions=["country"],
)


def test_customers_by_the_moment_of_their_step() -> None:
    """N never comes, U is in no customers file, L downloads after the report."""
    reports = funnels(VOLUMES, "2024-01-03")
    days = steps(reports, "customers_daily", "period step_order step customers")
    assert len(days) == 4 * 3
    assert [row for row in days if row[3]] == [
        ("2023-12-31", 0, "download", 1),
        ("2024-01-01", 1, "first_session", 1),
        ("2024-01-02", 0, "download", 1),
        ("2024-01-02", 1, "first_session", 1),
        ("2024-01-02", 2, "first_purchase", 2),
    ]
    germany = steps(reports, "customers_daily", "period step_order customers", scope="country=DE")
    assert [row for row in germany if row[2]] == [("2023-12-31", 0, 1), ("2024-01-02", 1, 1), ("2024-01-02", 2, 1)]
    assert steps(reports, "customers_weekly", "period step_order complete customers") == [
        *[("2023-12-25", step, True, count) for step, count in enumerate((1, 0, 0))],
        *[("2024-01-01", step, False, count) for step, count in enumerate((1, 2, 2))],
    ]


def test_customers_by_hour_of_the_customer_range() -> None:
    hours = steps(funnels(VOLUMES, "2024-01-03"), "customers_hourly", "hour step_order step customers days customers_per_day")
    assert len(hours) == 24 * 3
    assert [row for row in hours if row[3]] == [
        (8, 0, "download", 1, 4, 0.25),
        (10, 1, "first_session", 2, 4, 0.5),
        (10, 2, "first_purchase", 2, 4, 0.5),
        (12, 0, "download", 1, 4, 0.25),
    ]


CONVERSION = "grain period step_order step complete entered undecided mature customers rate median_hours p90_hours"


def test_the_worked_example_of_conversion() -> None:
    """A: ties count. B: the order before the download does not. C: exactly 30 days later is outside. E: undecided."""
    shop = SampleShop(
        customers="client,download\nA,2024-01-10\nB,2024-01-10\nC,2024-01-10\nE,2024-02-20\n",
        sessions="""
id, client, start,      amount
1,  A,      2024-01-10, 5
2,  B,      2024-01-05, 5
3,  B,      2024-01-12,
4,  B,      2024-01-15, 5
5,  C,      2024-02-09, 5
6,  E,      2024-02-21, 5
""",
    )
    reports = funnels(shop, "2024-02-29")
    assert rows_sorted(reports) == [
        ("month", "2024-01-01", 0, "download", True, 3, 0, 3, 3, 1.0, 0.0, 0.0),
        ("month", "2024-01-01", 1, "session", True, 3, 0, 3, 2, TWO_THIRDS, 24.0, pytest.approx(43.2)),
        ("month", "2024-01-01", 2, "purchase", True, 3, 0, 3, 2, TWO_THIRDS, 60.0, pytest.approx(108.0)),
        *[
            ("month", "2024-02-01", i, step, True, 1, 1, 0, 0, None, None, None)
            for i, step in enumerate(("download", "session", "purchase"))
        ],
        ("total", "2024-01-05", 0, "download", True, 4, 1, 3, 3, 1.0, 0.0, 0.0),
        ("total", "2024-01-05", 1, "session", True, 4, 1, 3, 2, TWO_THIRDS, 24.0, pytest.approx(43.2)),
        ("total", "2024-01-05", 2, "purchase", True, 4, 1, 3, 2, TWO_THIRDS, 60.0, pytest.approx(108.0)),
    ]


def rows_sorted(reports: dict[str, ReportSet]) -> list[tuple[object, ...]]:
    """All rows of the conversion in the order of grain, period and step."""
    return sorted(rows_of(reports, "funnels/customers_conversion", CONVERSION), key=lambda row: row[:3])


WAY = SampleShop(
    customers="""
client, download,   signup,           news
A,      2024-01-01, 2024-01-01T00:00, 2024-01-02
B,      2024-01-01, 2023-12-31,       2024-01-02
C,      2024-01-01, ,                 2024-01-02
D,      2024-01-01, 2024-01-02T00:00, 2024-01-01T12:00
""",
    sessions="".join(["id,client,start,amount\n", *(f"{client},{client},2024-01-03,5\n" for client in "ABCD")]),
    customer_actions=["news"],
)
TOTALS = "step_order step customers median_hours p90_hours"


def test_a_step_out_of_order_or_missing_ends_the_way() -> None:
    """A goes it all, signing up with the download; B signed up before it; C never; D has the news before the sign-up."""
    reports = funnels(WAY, "2024-01-31")
    assert sorted(rows_of(reports, "funnels/customers_conversion", TOTALS, grain="total")) == [
        (0, "download", 4, 0.0, 0.0),
        (1, "signup", 2, 12.0, pytest.approx(21.6)),
        (2, "news", 1, 24.0, 24.0),
        (3, "session", 1, 48.0, 48.0),
        (4, "purchase", 1, 48.0, 48.0),
    ]


def test_only_the_steps_that_the_shop_asks_for() -> None:
    reports = funnels(replace(WAY, settings={"conversion_steps": ["purchase"]}), "2024-01-31")
    assert sorted(rows_of(reports, "funnels/customers_conversion", TOTALS, grain="total")) == [
        (0, "download", 4, 0.0, 0.0),
        (1, "purchase", 4, 48.0, 48.0),
    ]


def test_a_customer_is_mature_when_the_window_has_just_passed() -> None:
    """Five days: the report ends at 2024-01-06 00:00, exactly five days after A's download; B's is a microsecond later."""
    shop = SampleShop(
        customers="client,download\nA,2024-01-01T00:00\nB,2024-01-01T00:00:00.000001\n",
        sessions="id,client,start,amount\n1,A,2024-01-05T23:59:59.999999,1\n2,B,2024-01-02,1\n",
        settings={"conversion_window_days": 5},
    )
    rows = rows_of(funnels(shop, "2024-01-05"), "funnels/customers_conversion", "entered undecided mature customers", grain="total")
    assert rows == [(2, 1, 1, 1)] * 3


def test_the_window_is_of_real_hours_over_a_change_of_the_clock() -> None:
    """30 × 24 hours after 2024-03-10 00:00 in Berlin it is 01:00 of summer time: A is just in time, B a second late."""
    shop = SampleShop(
        customers="client,download\nA,2024-03-10T00:00+01:00\nB,2024-03-10T00:00+01:00\n",
        sessions="id,client,start,amount\n1,A,2024-04-09T00:59:59+02:00,1\n2,B,2024-04-09T01:00:00+02:00,1\n",
        timezone="Europe/Berlin",
    )
    reports = funnels(shop, "2024-04-30")
    rows = rows_of(reports, "funnels/customers_conversion", "customers median_hours", grain="month", step="purchase")
    assert rows == [(1, pytest.approx(30 * 24 - 1 / 3600)), (0, None)]  # March, then April without a download


def test_a_scope_sees_the_sessions_there_alone() -> None:
    """In DE A has one session, five days after the download; N, who never came, is in no scope but all."""
    shop = SampleShop(
        customers="client,download\nA,2024-01-01\nN,2024-01-01\n",
        sessions="id,client,start,amount,country\n1,A,2024-01-02,5,FR\n2,A,2024-01-06,5,DE\n",
        dimensions=["country"],
    )
    reports = funnels(shop, "2024-02-29")
    for scope, mature, hours in (("all", 2, 24.0), ("country=FR", 1, 24.0), ("country=DE", 1, 120.0)):
        rows = rows_of(reports, "funnels/customers_conversion", "mature customers median_hours", scope, grain="total", step="purchase")
        assert rows == [(mature, 1, hours)]


def test_one_session_and_nothing_else() -> None:
    """Without customers a client's first session is the download."""
    reports = funnels(SampleShop(sessions="id,client,start,amount\n1,A,2024-01-01T10:00,5\n"), "2024-01-01")
    assert steps(reports, "sessions_daily", "period step_order step sessions rate") == [
        ("2024-01-01", 0, "sessions", 1, 1.0),
        ("2024-01-01", 1, "purchased", 1, 1.0),
    ]
    assert steps(reports, "customers_monthly", "period step_order complete customers") == [("2024-01-01", i, False, 1) for i in range(3)]
    assert rows_of(reports, "funnels/customers_conversion", "undecided mature customers rate", grain="total") == [(1, 0, 0, None)] * 3


@pytest.mark.parametrize("sessions", ["id,client,start,amount\n", "id,client,start,amount\n1,A,2024-01-02,5\n"], ids=["none", "later"])
def test_without_a_known_session_there_are_no_rows(sessions: str) -> None:
    reports = funnels(SampleShop(sessions=sessions), "2024-01-01")["funnels"]
    assert {table.num_rows for table in reports.tables.values()} == {0}
    assert reports.meta["refusal"] == "no complete day yet"


def test_duplicates_and_orphans_count_once_or_not_at_all(tmp_path: Path) -> None:
    """Of session 1 the purchased row stays, of A the earlier download; the session without a customer is no download."""
    shop = SampleShop(
        customers="client,download\nA,2024-01-02\nA,2024-01-01\n",
        sessions="id,client,start,amount,bought\n1,A,2024-01-02,5,yes\n1,A,2024-01-02,0,no\n2,U,2024-01-02,5,yes\n2,U,2024-01-02,5,yes\n",
    )
    reports = computed_from_files(["funnels"], shop, tmp_path, "2024-01-31")
    assert rows_of(reports, "funnels/sessions_monthly", "step sessions") == [("purchased", 2), ("sessions", 2)]
    volumes = rows_of(reports, "funnels/customers_monthly", "step customers")
    assert volumes == [("download", 1), ("first_purchase", 2), ("first_session", 2)]
    assert rows_of(reports, "funnels/customers_conversion", "mature customers median_hours", grain="total", step="purchase") == [
        (1, 1, 24.0)
    ]
