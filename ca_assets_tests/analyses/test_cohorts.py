"""Cohorts and survival (docs/contract, section 4): examples, hand-made cases, and any little shop against a count client by client."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ca_assets.analyses.cohorts.specs import REPORTS
from ca_assets.analyses.cohorts.survival import estimate
from ca_assets.analyses.core.report import ReportSet
from ca_assets_tests.analyses.running import computed, rows_of
from ca_assets_tests.shops.builder import Row, SampleShop, orders_of, session
from ca_assets_tests.shops.clean_tables import utc

SHOP = SampleShop(sessions=[], dimensions=["country"], columns={"sessions": {"refund_amount": "refund", "refund_date": "refunded"}})
Downloads = dict[str, dt.datetime]


def cohorts(sessions: Sequence[Row], downloads: Downloads, day: str, shop: SampleShop = SHOP) -> dict[str, ReportSet]:
    """The family of a shop with these sessions and downloads by client."""
    customers = [{"client": client, "download": moment} for client, moment in downloads.items()]
    return computed(["cohorts"], replace(shop, sessions=sessions, customers=customers), day)


def at(day: str, clients: str) -> Downloads:
    """Clients who download at noon of a day."""
    return dict.fromkeys(clients.split(), utc(f"{day} 12:00"))


def test_the_worked_example() -> None:
    reports = cohorts(orders_of("A 2024-01-04; B 2024-01-01; C 2023-12-31"), at("2024-01-01", "A B C"), "2024-01-10")
    daily = rows_of(reports, "cohorts/daily_0_1", "offset_days cohort complete size excluded customers share mature")
    hits = {0: 1, 3: 1}
    assert daily == [(i, "2024-01-01", True, 2, 1, hits.get(i, 0), hits.get(i, 0) / 2, True) for i in range(10)]
    weekly = rows_of(reports, "cohorts/weekly_0_1", "offset_weeks cohort complete size excluded customers share mature")
    assert weekly == [(0, "2024-01-01", True, 2, 1, 2, 1.0, True), (1, "2024-01-01", True, 2, 1, 0, 0.0, False)]


def test_the_worked_example_of_survival() -> None:
    reports = cohorts(orders_of("A 2024-01-01; A 2024-01-03; B 2024-01-01; C 2024-01-08"), {}, "2024-01-10")
    rows = rows_of(reports, "cohorts/next_order_survival", "day customers at_risk events share share_low share_high", from_order=1)
    third = pytest.approx(1 / 3)
    band = (pytest.approx(0.0548, abs=5e-5), pytest.approx(0.9459, abs=5e-5))
    expected = [(0, 3, 3, 0, 0.0, None, None), (1, 3, 3, 0, 0.0, None, None), (2, 3, 3, 1, third, *band)]
    assert rows == expected + [(day, 3, 1, 0, third, *band) for day in range(3, 10)]


def test_columns_are_the_contract() -> None:
    tables = cohorts(orders_of("A 2024-01-01"), {}, "2024-01-01")["cohorts"].tables
    assert {type_: table.column_names[1:] for type_, table in tables.items()} == {s.type: [c.name for c in s.columns] for s in REPORTS}
    assert all(tables[spec.type].schema.types[1:] == spec.schema.types for spec in REPORTS)


def test_orders_before_the_download_on_its_day_or_before() -> None:
    """Also where both days are in one week."""
    sessions = orders_of("A 2024-01-03 01:00; B 2024-01-02 23:59:59; B 2024-01-04")
    reports = cohorts(sessions, at("2024-01-03", "A B"), "2024-01-05")
    assert rows_of(reports, "cohorts/daily_0_1", "offset_days size excluded customers") == [(0, 1, 1, 1), (1, 1, 1, 0), (2, 1, 1, 0)]
    assert rows_of(reports, "cohorts/weekly_0_1", "offset_weeks size excluded customers share") == [(0, 1, 1, 1, 1.0)]
    assert rows_of(reports, "cohorts/daily_1_2", "cohort offset_days size excluded", customers=1) == [("2024-01-02", 2, 1, 0)]
    assert rows_of(reports, "cohorts/next_order_survival", "from_order day customers events share", from_order=0) == [(0, 0, 1, 1, 1.0)]


def test_everyone_excluded_is_a_cohort_without_share() -> None:
    reports = cohorts(orders_of("A 2024-01-02"), at("2024-01-03", "A"), "2024-01-03")
    assert rows_of(reports, "cohorts/daily_0_1", "cohort size excluded offset_days customers share") == [("2024-01-03", 0, 1, 0, 0, None)]
    columns = "size excluded offset_weeks cumulative_net_revenue net_revenue_per_customer mature"
    assert rows_of(reports, "cohorts/revenue_weekly", columns) == [(0, 1, 0, 0.0, None, False)]
    assert rows_of(reports, "cohorts/next_order_survival", "day", from_order=0) == []


def test_horizon_and_customers_who_come_later_or_never() -> None:
    shop = replace(SHOP, settings={"cohort_horizon": 2, "survival_days": 3})
    reports = cohorts(orders_of("A 2024-01-03; B 2024-01-04; D 2024-01-20"), at("2024-01-01", "A B C"), "2024-01-20", shop)
    assert rows_of(reports, "cohorts/daily_0_1", "offset_days size customers") == [(0, 3, 0), (1, 3, 0), (2, 3, 1)]
    survival = rows_of(reports, "cohorts/next_order_survival", "day at_risk events share", from_order=0)
    assert survival == [(0, 3, 0, 0.0), (1, 3, 0, 0.0), (2, 3, 1, pytest.approx(1 / 3)), (3, 2, 1, pytest.approx(2 / 3))]
    assert rows_of(reports, "cohorts/weekly_0_1", "offset_weeks customers") == [(0, 2), (1, 0), (2, 0)]


def test_unknown_downloads_start_no_cohort_and_early_ones_do() -> None:
    """B is in no customers file, C downloads after the report; D has no session and is in `all` only, long before the first session."""
    downloads = {**at("2024-01-02", "A"), **at("2024-01-04", "C"), **at("2023-12-25", "D")}
    reports = cohorts(orders_of("A 2024-01-03; B 2024-01-03; C 2024-01-03"), downloads, "2024-01-03")
    assert rows_of(reports, "cohorts/weekly_0_1", "cohort offset_weeks size customers complete mature") == [
        ("2023-12-25", 0, 1, 0, True, True),
        ("2023-12-25", 1, 1, 0, True, False),
        ("2024-01-01", 0, 1, 1, False, False),
    ]
    assert rows_of(reports, "cohorts/weekly_0_1", "cohort size", scope="country=x") == [("2024-01-01", 1)]
    assert rows_of(reports, "cohorts/weekly_1_2", "cohort size customers") == [("2024-01-01", 3, 0)]


def test_orders_are_numbered_within_the_scope() -> None:
    sessions = [
        *orders_of("A 2024-01-01; A 2024-01-05"),
        session("A", "2024-01-03", 5.0, "y"),
        session("A", "2024-01-02", None, "z"),
    ]
    reports = cohorts(sessions, at("2024-01-01", "A"), "2024-01-05")
    hits = {
        scope: [row[0] for row in rows_of(reports, "cohorts/daily_1_2", "offset_days customers", scope=scope) if row[1]]
        for scope in ("all", "country=x")
    }
    assert hits == {"all": [2], "country=x": [4]}
    assert rows_of(reports, "cohorts/daily_0_1", "offset_days size customers", scope="country=y", customers=1) == [(2, 1, 1)]
    assert rows_of(reports, "cohorts/daily_0_1", "size customers", scope="country=z", offset_days=0) == [(1, 0)]
    assert rows_of(reports, "cohorts/daily_1_2", "size", scope="country=z") == []


def test_two_orders_at_one_instant_are_offset_0() -> None:
    reports = cohorts(orders_of("A 2024-01-01 10:00; A 2024-01-01 10:00; A 2024-01-01 10:00"), {}, "2024-01-01")
    assert [rows_of(reports, f"cohorts/{name}", "offset_days customers") for name in ("daily_1_2", "daily_2_3", "daily_3_4")] == [
        [(0, 1)],
        [(0, 1)],
        [(0, 0)],
    ]
    assert rows_of(reports, "cohorts/next_order_survival", "from_order day at_risk events share share_low") == [
        (1, 0, 1, 1, 1.0, None),
        (2, 0, 1, 1, 1.0, None),
        (3, 0, 1, 0, 0.0, None),
    ]


def test_days_and_weeks_are_those_of_the_calendar() -> None:
    """New York, weeks from Sunday: 2024-03-10 has 23 hours; 03:30 UTC is still the evening before."""
    shop = replace(SHOP, timezone="America/New_York", week_start="sunday")
    sessions = orders_of("A 2024-03-11 03:30; A 2024-03-11 04:30; B 2024-03-10 04:59; B 2024-03-10 05:00")
    reports = cohorts(sessions, {"A": utc("2024-03-10 04:30")}, "2024-03-11", shop)
    assert rows_of(reports, "cohorts/daily_0_1", "cohort offset_days", customers=1) == [("2024-03-09", 1)]
    assert rows_of(reports, "cohorts/weekly_0_1", "cohort offset_weeks", customers=1) == [("2024-03-03", 1)]
    assert rows_of(reports, "cohorts/daily_1_2", "cohort offset_days", customers=1) == [("2024-03-09", 1), ("2024-03-10", 1)]
    assert rows_of(reports, "cohorts/weekly_1_2", "cohort offset_weeks", customers=1) == [("2024-03-03", 1), ("2024-03-10", 0)]


def test_a_shop_without_any_order_has_cohorts_of_downloads_only() -> None:
    reports = cohorts([session("A", "2024-01-02", None)], at("2024-01-01", "A B"), "2024-01-02")
    assert rows_of(reports, "cohorts/weekly_0_1", "cohort size customers share") == [("2024-01-01", 2, 0, 0.0)]
    assert rows_of(reports, "cohorts/revenue_weekly", "size cumulative_net_revenue net_revenue_per_customer") == [(2, 0.0, 0.0)]
    assert rows_of(reports, "cohorts/next_order_survival", "day at_risk events share") == [(0, 2, 0, 0.0), (1, 2, 0, 0.0)]
    assert {reports["cohorts"].tables[name].num_rows for name in ("daily_1_2", "daily_2_3", "weekly_3_4")} == {0}


def test_net_revenue_adds_up_by_the_week_of_each_moment() -> None:
    """C orders before the download and brings nothing here; B's refund comes two weeks after the order, the last beyond the report."""
    sessions = [
        session("A", "2024-01-02", 0.1),
        session("A", "2024-01-09", 0.2),
        session("B", "2024-01-03", 7.0, refund=2.5, refunded="2024-01-17"),
        session("B", "2024-01-16", 1.0, refund=1.0, refunded="2024-02-20"),
        session("C", "2023-12-31", 100.0),
        session("C", "2024-01-02", 100.0),
    ]
    rows = rows_of(
        cohorts(sessions, at("2024-01-01", "A B C D"), "2024-01-24"),
        "cohorts/revenue_weekly",
        "offset_weeks size excluded cumulative_net_revenue net_revenue_per_customer mature",
    )
    money = [(7.1, True), (7.3, True), (5.8, True), (5.8, False)]
    assert rows == [(i, 3, 1, pytest.approx(m, abs=1e-12), pytest.approx(m / 3, abs=1e-12), mature) for i, (m, mature) in enumerate(money)]


def test_two_currencies_are_not_added_up() -> None:
    sessions = [session("A", "2024-01-02", 1.0), session("B", "2024-01-02", 2.0, "y", currency="USD")]
    reports = cohorts(sessions, at("2024-01-01", "A B"), "2024-01-03")
    assert rows_of(reports, "cohorts/revenue_weekly", "size cumulative_net_revenue net_revenue_per_customer") == [(2, None, None)]
    for scope in ("country=y", "currency=USD"):
        rows = rows_of(reports, "cohorts/revenue_weekly", "size cumulative_net_revenue net_revenue_per_customer", scope=scope)
        assert rows == [(1, 2.0, 2.0)]


def test_curve_and_band_keep_their_digits_when_shares_are_small() -> None:
    """One of a million, then one of the rest: −ln S = 2e-6 to first order, and its standard error √2 e-6."""
    share, low, high = estimate(np.array([10**6, 10**6 - 1]), np.array([1, 1]))
    spread = np.exp(1.959963984540054 / np.sqrt(2))
    assert (share[1], low[1], high[1]) == pytest.approx((2e-6, 2e-6 / spread, 2e-6 * spread), rel=1e-5)


# Clients download and order within 40 days, at few distinct hours, in three countries that are shops of their own.
BEGIN, DAY = utc("2024-01-10"), dt.date(2024, 2, 20)
when = st.tuples(st.integers(0, 45), st.sampled_from([0, 0, 6, 18])).map(lambda t: BEGIN + dt.timedelta(days=t[0], hours=t[1]))
an_order = st.tuples(st.sampled_from("ABCDEFGH"), when, st.sampled_from([None, 1.5, 2.25]), st.sampled_from("xyz"))
some_sessions = st.lists(an_order.map(lambda row: session(*row)), max_size=50).map(lambda rows: [session("A", BEGIN, None), *rows])
some_downloads = st.dictionaries(st.sampled_from("ABCDEFGHI"), when, max_size=9)
SMALL = replace(SHOP, settings={"cohort_horizon": 5, "survival_days": 25}, week_start="wednesday")


@dataclass
class Event:
    """An event of a client and the next one, as days; `next` None: not by the report's end."""

    day: dt.date
    next: dt.date | None


def events(sessions: Sequence[Row], downloads: Downloads, scope: str) -> dict[int, list[Event]]:
    """Straight from the definition, by the event's number."""
    known = [row for row in sessions if row["start"].date() <= DAY and scope in ("all", f"country={row['country']}")]
    orders: dict[str, list[dt.date]] = defaultdict(list)
    for row in sorted(known, key=lambda row: row["start"]):
        orders[row["client"]] += [row["start"].date()] * (row["amount"] is not None)
    clients = [c for c, t in downloads.items() if t.date() <= DAY and (scope == "all" or c in orders)]
    by_number = {0: [Event(downloads[c].date(), next(iter(orders[c]), None)) for c in clients]}
    for k in (1, 2, 3):
        by_number[k] = [Event(days[k - 1], days[k] if len(days) > k else None) for days in orders.values() if len(days) >= k]
    return by_number


def first_day(day: dt.date, grain: str) -> dt.date:
    """The day, or the Wednesday at which its week began."""
    return day if grain == "daily" else day - dt.timedelta(days=(day.weekday() - 2) % 7)


def counted(events_: list[Event], grain: str) -> dict[tuple[str, int], tuple[int, int, int]]:
    """(cohort, offset) → size, excluded, customers."""
    step = 1 if grain == "daily" else 7
    sizes, excluded, cells = Counter[dt.date](), Counter[dt.date](), Counter[tuple[dt.date, int]]()
    for event in events_:
        cohort = first_day(event.day, grain)
        gone = event.next is not None and event.next < event.day
        sizes[cohort] += not gone
        excluded[cohort] += gone
        if event.next is not None and not gone:
            cells[cohort, (first_day(event.next, grain) - cohort).days // step] += 1
    return {
        (str(cohort), i): (sizes[cohort], excluded[cohort], cells[cohort, i])
        for cohort in sizes
        for i in range(6)
        if cohort + dt.timedelta(days=step * i) <= DAY
    }


@settings(max_examples=8, deadline=None)
@given(some_sessions, some_downloads)
def test_everything_is_as_counted_client_by_client(sessions: Sequence[Row], downloads: Downloads) -> None:
    reports = cohorts(sessions, downloads, DAY.isoformat(), SMALL)
    for scope in ("all", "country=x", "country=y", "country=z"):
        expected = events(sessions, downloads, scope)
        for grain, offset in (("daily", "offset_days"), ("weekly", "offset_weeks")):
            for k in range(4):
                rows = rows_of(reports, f"cohorts/{grain}_{k}_{k + 1}", f"cohort {offset} size excluded customers", scope=scope)
                assert {row[:2]: row[2:] for row in rows} == counted(expected[k], grain)
        for k in range(4):
            rows = rows_of(
                reports, "cohorts/next_order_survival", "day at_risk events share share_low share_high", scope=scope, from_order=k
            )
            assert_curve(rows, [event for event in expected[k] if event.next is None or event.next >= event.day])


def assert_curve(rows: list[tuple[int, int, int, float, float | None, float | None]], expected: list[Event]) -> None:
    """At risk and events from each customer's own duration; the share grows from day to day, within its band."""
    durations = [((event.next or DAY) - event.day).days for event in expected]
    hits = [event.next is not None for event in expected]
    survivors = 1.0
    rows = sorted(rows, key=lambda row: row[0])
    assert [row[0] for row in rows] == list(range(min(26, max(durations, default=-1) + 1)))
    for day, at_risk, events_, share, low, high in rows:
        assert at_risk == sum(d >= day for d in durations)
        assert events_ == sum(d == day and hit for d, hit in zip(durations, hits, strict=True))
        survivors *= 1 - events_ / at_risk
        assert share == pytest.approx(1 - survivors)
        assert (low is None) is (high is None) is (share in (0, 1))
        assert low is None or high is None or 0 <= low <= share <= high <= 1
    shares = [row[3] for row in rows]
    assert shares == sorted(shares)


@settings(max_examples=3, deadline=None)
@given(some_sessions, some_downloads)
def test_row_order_and_later_rows_change_no_bit(sessions: Sequence[Row], downloads: Downloads) -> None:
    rows = [{**row, "id": f"{number:04}"} for number, row in enumerate(sessions)]
    late = dt.datetime.combine(DAY, dt.time(), dt.UTC) + dt.timedelta(days=1)
    moved = [rows[i] for i in np.random.default_rng(len(rows)).permutation(len(rows))]
    moved += [session("A", late, 7.0, id="0999"), session("new", late, 7.0, "w", id="1000")]
    later = {**dict(reversed(downloads.items())), "new": late}
    one, two = cohorts(rows, downloads, DAY.isoformat(), SMALL), cohorts(moved, later, DAY.isoformat(), SMALL)
    assert one["cohorts"].tables == two["cohorts"].tables
