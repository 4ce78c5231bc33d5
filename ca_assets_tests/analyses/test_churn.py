"""Churn (docs/contract, section 8): the worked example, hand-made cases, and any little shop against counting client by client."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ca_assets.analyses.churn.specs import REPORTS
from ca_assets.analyses.core.report import ReportSet
from ca_assets_tests.analyses.running import computed, rows_of
from ca_assets_tests.shops.builder import Row, SampleShop, orders_of, session
from ca_assets_tests.shops.clean_tables import utc

ONE = SampleShop(sessions=[], customers="client,download", dimensions=["country"], settings={"churn_repeat_customers": 1})


def churn(sessions: Sequence[Row], day: str, shop: SampleShop = ONE) -> dict[str, ReportSet]:
    """The family of a shop with these sessions."""
    return computed(["churn"], replace(shop, sessions=sessions), day)


def test_the_worked_example() -> None:
    reports = churn(orders_of("A 2024-01-01 10:00; A 2024-01-08 10:00; A 2024-01-15 10:00; B 2024-01-01 10:00"), "2024-01-21")
    weeks = rows_of(reports, "churn/weekly", "period frequency_hours repeat_customers customers engaged churn_rate complete")
    assert weeks == [
        ("2024-01-01", None, 0, 2, None, None, True),
        ("2024-01-08", 168.0, 1, 2, 1, 0.5, True),
        ("2024-01-15", 168.0, 1, 2, 1, 0.5, True),
    ]
    assert rows_of(reports, "churn/overall", "report_date frequency_hours repeat_customers customers engaged engaged_rate churn_rate") == [
        ("2024-01-21", 168.0, 1, 2, 1, 0.5, 0.5)
    ]
    assert rows_of(reports, "churn/monthly", "period complete engaged") == [("2024-01-01", False, 1)]
    bridge = rows_of(reports, "churn/customer_bridge_monthly", "opening new reactivated lapsed closing new_lapsed")
    assert bridge == [(0, 1, 0, 0, 1, 1)]


def test_columns_are_the_contract() -> None:
    tables = churn(orders_of("A 2024-01-01"), "2024-01-01")["churn"].tables
    assert {type_: table.column_names[1:] for type_, table in tables.items()} == {s.type: [c.name for c in s.columns] for s in REPORTS}
    assert all(tables[spec.type].schema.types[1:] == spec.schema.types for spec in REPORTS)


def test_the_same_customers_every_week_do_not_churn() -> None:
    start = utc("2024-01-01 09:30")
    sessions = [session(f"c{i}", start + dt.timedelta(days=7 * week, minutes=i)) for week in range(6) for i in range(20)]
    reports = churn(sessions, "2024-02-11")
    assert rows_of(reports, "churn/weekly", "churn_rate churn_rate_low") == [(None, None)] + [(0.0, 0.0)] * 5


def test_exactly_at_the_frequency_a_customer_is_engaged() -> None:
    """At midnight of 01-09 A's last order is 5 days old, as is the frequency; B's is a second older, C's a microsecond."""
    text = "A 2023-12-30; A 2024-01-04; B 2024-01-03 23:59:59; C 2024-01-03 23:59:59.999999"
    reports = churn(orders_of(text), "2024-01-08")
    assert rows_of(reports, "churn/overall", "frequency_hours customers engaged") == [(120.0, 3, 1)]


def test_the_frequency_is_rounded_to_the_second_half_to_even() -> None:
    """A's mean gap is 43,200.5 s: compared as 43,200 s (even); B's 12 hours and a half second more is too old."""
    half = "A 2024-01-01 00:00:00; A 2024-01-01 20:00:00; A 2024-01-02 00:00:01"
    assert rows_of(churn(orders_of(f"{half}; B 2024-01-02 12:00:00"), "2024-01-02"), "churn/overall", "engaged") == [(1,)]
    assert rows_of(churn(orders_of(f"{half}; B 2024-01-02 11:59:59.500000"), "2024-01-02"), "churn/overall", "engaged") == [(0,)]


def test_two_orders_at_one_instant_are_two_orders_no_time_apart() -> None:
    reports = churn(orders_of("A 2024-01-01 10:00; A 2024-01-01 10:00; B 2024-01-01 10:00; B 2024-01-02 10:00"), "2024-01-02")
    assert rows_of(reports, "churn/overall", "frequency_hours repeat_customers customers engaged") == [(12.0, 2, 2, 0)]


def test_too_few_repeat_customers_have_no_rate() -> None:
    sessions = orders_of(
        "; ".join(f"{c} 2024-01-0{day} 10:00" for c in "ABCD" for day in (1, 2)) + "; E 2024-02-01 10:00; E 2024-02-02 10:00"
    )
    reports = churn(sessions, "2024-02-29", replace(ONE, settings={}))
    months = rows_of(
        reports, "churn/monthly", "period frequency_hours repeat_customers customers engaged engaged_rate churn_rate churn_rate_low"
    )
    assert months == [
        ("2024-01-01", None, 4, 4, None, None, None, None),
        ("2024-02-01", 24.0, 5, 5, 0, 0.0, 1.0, pytest.approx(0.5655, abs=1e-4)),
    ]
    bridge = rows_of(reports, "churn/customer_bridge_monthly", "period opening new reactivated lapsed closing new_lapsed")
    assert bridge == [("2024-01-01", *[None] * 6), ("2024-02-01", 4, 0, 0, 4, 0, 1)]


def test_bridge_with_a_frequency_shorter_than_the_month() -> None:
    """B orders early in February and lapses, D lapses without an order; C lapses in January and is back in February; E comes and goes."""
    text = (
        "A 2024-01-08; A 2024-01-18; A 2024-01-28; A 2024-02-07; A 2024-02-17; A 2024-02-27; B 2024-01-22; B 2024-02-01; B 2024-02-02; "
        "C 2024-01-05; C 2024-02-25; D 2024-01-30; E 2024-02-03; E 2024-02-04; G 2024-02-28"
    )
    reports = churn(orders_of(text), "2024-02-29")
    frequency = (10 + 5.5 + 51 + 1) / 4 * 24
    rows = rows_of(reports, "churn/customer_bridge_monthly", "period frequency_hours opening new reactivated lapsed closing new_lapsed")
    assert rows == [("2024-01-01", 240.0, 0, 3, 0, 0, 3, 1), ("2024-02-01", frequency, 3, 1, 1, 2, 3, 1)]


def test_limits_count_real_hours_over_a_daylight_saving_day() -> None:
    """In Berlin 2024-03-31 has 23 hours: an order at 00:30 is 22.5 hours old at its end, one of 00:30 the day before 46.5."""
    shop = replace(ONE, timezone="Europe/Berlin")
    gap = "A 2024-03-01 00:00; A 2024-03-01 {}; B 2024-03-30 23:30"  # B: 00:30 on the wall of 03-31
    for hours, engaged in (("22:30", 1), ("22:29:59", 0)):
        assert rows_of(churn(orders_of(gap.format(hours)), "2024-03-31", shop), "churn/overall", "engaged") == [(engaged,)]


def test_scope_without_orders_and_later_rows() -> None:
    sessions = [*orders_of("A 2024-01-01; A 2024-01-02"), session("A", "2024-01-02", None, "y")]
    reports = churn(sessions, "2024-01-02")
    assert rows_of(reports, "churn/overall", "frequency_hours repeat_customers customers engaged churn_rate", scope="country=y") == [
        (None, 0, 0, None, None)
    ]
    assert rows_of(reports, "churn/customer_bridge_monthly", "opening new lapsed closing", scope="country=y") == [(None,) * 4]
    later = churn([*sessions, *orders_of("A 2024-01-03; B 2024-02-01")], "2024-01-02")
    assert later["churn"].tables == reports["churn"].tables


def test_a_shop_without_any_order_has_rows_and_no_rates() -> None:
    reports = churn([session("A", "2024-01-31", None), session("A", "2024-02-01", None)], "2024-02-01")
    columns = "frequency_hours repeat_customers customers engaged churn_rate churn_rate_low"
    assert rows_of(reports, "churn/overall", columns) == [(None, 0, 0, None, None, None)]
    assert rows_of(reports, "churn/weekly", "period complete customers") == [("2024-01-29", False, 0)]
    assert rows_of(reports, "churn/customer_bridge_monthly", "period opening closing") == [
        ("2024-01-01", None, None),
        ("2024-02-01", None, None),
    ]


# Clients order within 200 days, in three countries that are shops of their own; few distinct hours, so that ties occur.
BEGIN, DAY = utc("2024-01-10"), "2024-08-14"
some_orders = st.lists(
    st.tuples(st.sampled_from("ABCDEFGH"), st.integers(0, 200), st.sampled_from([0, 0, 6, 18]), st.sampled_from("xyz")),
    min_size=1,
    max_size=60,
).map(lambda rows: [session(c, BEGIN + dt.timedelta(days=d, hours=h), 1.0, country) for c, d, h, country in rows])
TWO = replace(ONE, settings={"churn_repeat_customers": 2}, week_start="wednesday")


@dataclass
class State:
    """What counting client by client gives at a moment."""

    frequency: Fraction | None
    repeat: int
    firsts: dict[str, dt.datetime]
    engaged: set[str]


def state(orders: Sequence[Row], at: dt.datetime) -> State:
    """Straight from the definition, in whole microseconds and fractions."""
    times: dict[str, list[dt.datetime]] = defaultdict(list)
    for order in orders:
        if order["start"] < at:
            times[order["client"]].append(order["start"])
    micro = dt.timedelta(microseconds=1)
    gaps = [Fraction((max(t) - min(t)) // micro, len(t) - 1) for t in times.values() if len(t) > 1]
    frequency = sum(gaps, Fraction()) / len(gaps) if len(gaps) >= 2 else None
    limit = None if frequency is None else dt.timedelta(seconds=round(frequency / 10**6))
    engaged = {client for client, t in times.items() if limit is None or at - max(t) <= limit}
    return State(frequency, len(gaps), {client: min(t) for client, t in times.items()}, engaged)


def end_of(period: dt.date, grain: str) -> dt.datetime:
    """A period's end, or the report's."""
    after = period + dt.timedelta(days=7) if grain == "weekly" else (period.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    return min(dt.datetime.combine(after, dt.time(), dt.UTC), utc(DAY) + dt.timedelta(days=1))


def scope_orders(orders: Sequence[Row], scope: str) -> Sequence[Row]:
    """The orders of a scope."""
    return [order for order in orders if scope in ("all", f"country={order['country']}")]


@settings(max_examples=8, deadline=None)
@given(some_orders)
def test_everything_is_as_counted_client_by_client(orders: Sequence[Row]) -> None:
    tables = churn(orders, DAY, TWO)["churn"].tables
    ends = [{row["scope"]: tuple(row.values())[3:] for row in tables[grain].to_pylist()} for grain in ("weekly", "monthly")]
    assert ends == [{row["scope"]: tuple(row.values())[2:] for row in tables["overall"].to_pylist()}] * 2  # the last period is the whole
    for grain in ("weekly", "monthly"):
        for row in tables[grain].to_pylist():
            assert_rates(row, state(scope_orders(orders, row["scope"]), end_of(row["period"], grain)))
    before: dict[str, set[str]] = {}
    for row in tables["customer_bridge_monthly"].to_pylist():
        now = state(scope_orders(orders, row["scope"]), end_of(row["period"], "monthly"))
        assert_bridge(row, now, before.get(row["scope"], set()))
        before[row["scope"]] = now.engaged


def assert_rates(row: dict[str, Any], expected: State) -> None:
    """A row of `weekly` or `monthly`."""
    assert (row["customers"], row["repeat_customers"]) == (len(expected.firsts), expected.repeat)
    if expected.frequency is None:
        assert row["engaged"] is row["frequency_hours"] is row["churn_rate"] is None
    else:
        assert row["engaged"] == len(expected.engaged)
        assert row["frequency_hours"] == pytest.approx(float(expected.frequency / 3_600_000_000), rel=1e-12, abs=1e-12)
        assert row["churn_rate_low"] <= row["churn_rate"] <= row["churn_rate_high"]


def assert_bridge(row: dict[str, Any], now: State, opening: set[str]) -> None:
    """A row of `customer_bridge_monthly`, from sets of clients."""
    names, engaged = ("opening", "new", "reactivated", "lapsed", "closing", "new_lapsed"), now.engaged
    if now.frequency is None:
        assert [row[name] for name in names] == [None] * len(names)
        return
    fresh = {client for client, first in now.firsts.items() if first.date() >= row["period"]}
    counts = [opening, engaged & fresh, engaged - opening - fresh, opening - engaged, engaged, fresh - engaged]
    assert [row[name] for name in names] == [len(c) for c in counts]
    assert row["opening"] + row["new"] + row["reactivated"] - row["lapsed"] == row["closing"]


@settings(max_examples=3, deadline=None)
@given(some_orders)
def test_row_order_changes_no_bit(orders: Sequence[Row]) -> None:
    rows = [{**order, "id": f"{number:04}"} for number, order in enumerate(orders)]
    moved = [rows[i] for i in np.random.default_rng(len(rows)).permutation(len(rows))]
    assert churn(rows, DAY, TWO)["churn"].tables == churn(moved, DAY, TWO)["churn"].tables
