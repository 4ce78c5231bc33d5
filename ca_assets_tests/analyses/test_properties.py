"""What holds for any shop: row order decides nothing, values of a dimension add up, periods add up to the key figures."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ca_assets.analyses.context import Tables
from ca_assets.analyses.report_date import default_report_date
from ca_assets.shop import Shop, parse_shop
from ca_assets.tables.contracts import downloads_schema, orders_schema
from ca_assets_tests.analyses.running import compute_all, engine, reports, same, tuples

SHOP = parse_shop(
    """
calendar: {timezone: America/New_York, week_start: sunday}
settings: {scope_values: 2}
sources:
  sessions: {kind: csv, path: s, columns: {id: a}, dimensions: [country], actions: {basket: b}}
  customers: {kind: csv, path: c, columns: {client: c}}
""",
    Path(),
)
START = dt.datetime(2024, 2, 20, tzinfo=dt.UTC)
Rows = list[dict[str, Any]]


def session(number: int, client: str, hours: int, amount: int, country: str) -> dict[str, Any]:
    """A session `hours` after START; an order when amount > 0, refunded by a tenth three days later."""
    start = START + dt.timedelta(hours=hours)
    return {
        "id": str(number),
        "client": client,
        "session_start_date": start,
        "has_purchased": amount > 0,
        "payment_amount": amount / 100,
        "discount_amount": 0.0,
        "currency": "EUR",
        "refund_amount": amount / 1000,
        "refund_date": start + dt.timedelta(days=3),
        "dimensions.country": country,
        "actions.basket": amount > 500,
        "local_start": start.astimezone(SHOP.calendar.zone).replace(tzinfo=None),
        "month": "",
    }


def build(sessions: Rows, customers: Rows, shop: Shop = SHOP) -> Tables:
    """Tables of one new engine."""
    con = engine()
    con.con.register("o", pa.Table.from_pylist(sessions, schema=orders_schema(shop)))
    con.con.register("d", pa.Table.from_pylist(customers, schema=downloads_schema(shop)))
    return Tables(con.table("o"), con.table("d"))


def run(sessions: Rows, customers: Rows, day: dt.date | None) -> dict[str, pa.Table]:
    """All reports."""
    return reports(compute_all(build(sessions, customers), SHOP, day))


some_sessions = st.lists(
    st.tuples(
        st.sampled_from("ABC"), st.integers(0, 900), st.sampled_from([0, 0, 999, 1234]), st.sampled_from(["x", "y", "z", "__none__"])
    ),
    min_size=1,
    max_size=12,
).map(lambda rows: [session(i, *row) for i, row in enumerate(rows)])


@settings(max_examples=4, deadline=None)
@given(some_sessions, st.randoms(use_true_random=False))
def test_row_order_decides_nothing(sessions: Rows, chance: random.Random) -> None:
    customers = [{"client": c, "download_date": START} for c in "AB"]
    shuffled = chance.sample(sessions, len(sessions))
    first, second = (run(rows, customers, dt.date(2024, 3, 20)) for rows in (sessions, shuffled))
    for name, table in first.items():
        one, two = (sorted(tuples(t), key=repr) for t in (table, second[name]))
        assert len(one) == len(two)
        assert all(same(a, b) for x, y in zip(one, two, strict=True) for a, b in zip(x, y, strict=True)), name


@settings(max_examples=6, deadline=None)
@given(some_sessions)
def test_sums_tie_out(sessions: Rows) -> None:
    found = run(sessions, [], dt.date(2024, 4, 20))
    kpis = found["stats/kpis"].to_pandas().set_index(["scope", "metric"])["total"].unstack("metric")
    for column, report in {"orders": "orders", "revenue": "revenue", "net_revenue": "revenue", "refunds": "revenue"}.items():
        for grain in ("daily", "weekly", "monthly"):
            sums = found[f"stats/{grain}_{report}"].to_pandas().groupby("scope")[column].sum()
            assert sums.to_dict() == pytest.approx(kpis[column].to_dict())
        assert kpis[column].drop("all").sum() == pytest.approx(kpis[column]["all"])
    buyers = found["stats/orders_per_customer"].to_pandas().groupby("scope")["customers"].sum()
    binned = found["stats/payment_amount_distribution"].to_pandas().groupby("scope")["customers"].sum()
    for counted in (buyers, binned):
        assert counted.to_dict() == kpis["buyers"][kpis["buyers"] > 0].to_dict()


NOT_MAPPED = {"products", "promotions"}  # this shop has neither baskets nor promotions, so their reports do not exist


def test_nothing_known_is_refused() -> None:
    late = [session(1, "A", 0, 100, "x")]
    for sessions, day in (([], dt.date(2024, 1, 1)), (late, None), (late, dt.date(2024, 1, 1))):
        for name, found in compute_all(build(sessions, []), SHOP, day).items():
            assert found.meta["refusal"] == "no complete day yet"
            assert {table.num_rows for table in found.tables.values()} == (set() if name in NOT_MAPPED else {0})
            assert found.scopes == ("all",)


def test_days_with_23_and_25_hours() -> None:
    """New York 2024-03-10 has no 02:xx; 2024-11-03 has 01:xx twice: one day each, both hours are hour 1."""
    instants = ["2024-03-10T06:30", "2024-03-10T07:30", "2024-11-03T05:30", "2024-11-03T06:30"]
    hours = [(dt.datetime.fromisoformat(t).replace(tzinfo=dt.UTC) - START) // dt.timedelta(minutes=30) for t in instants]
    rows = [session(i, "A", 0, 100, "x") for i in range(4)]
    for row, half in zip(rows, hours, strict=True):
        row["session_start_date"] = START + dt.timedelta(minutes=30 * half)
        row["local_start"] = row["session_start_date"].astimezone(SHOP.calendar.zone).replace(tzinfo=None)
    found = run(rows, [], dt.date(2024, 11, 3))
    hourly = found["stats/hourly_orders"].to_pandas().query("scope == 'all' and orders > 0")
    assert hourly[["hour", "orders", "days"]].to_numpy().tolist() == [[1, 3, 239], [3, 1, 239]]
    daily = found["stats/daily_orders"].to_pandas().query("scope == 'all' and orders > 0")
    assert [str(day) for day in daily["period"]] == ["2024-03-10", "2024-11-03"]
    weeks = found["stats/weekly_orders"].to_pandas().query("scope == 'all'")
    assert {pd.Timestamp(week).day_name() for week in weeks["period"]} == {"Sunday"}
    assert weeks["complete"].tolist() == [True] * (len(weeks) - 1) + [False]


def test_other_and_none_are_scopes_of_their_own() -> None:
    rows = [session(i, "A", i, 100, c) for i, c in enumerate(["z", "z", "y", "y", "x", "w", "__none__"])]
    found = compute_all(build(rows, []), SHOP, dt.date(2024, 3, 1))["stats"]
    assert found.scopes == ("all", "country=y", "country=z", "country=__other__", "country=__none__")
    assert found.meta["scope_values"] == {"country": ["y", "z", "__none__"]}
    assert found.meta["other_values"] == {"country": 2}


def test_default_report_date() -> None:
    rows = [session(1, "A", 0, 100, "x"), session(2, "A", 48, 100, "x"), session(3, "A", 24 * 9999, 100, "x")]
    orders = build(rows, []).orders
    ended = dt.datetime(2024, 2, 22, 5, tzinfo=dt.UTC)  # midnight in New York
    calendar = SHOP.calendar
    assert default_report_date(orders, ended, calendar) == dt.date(2024, 2, 21)
    assert default_report_date(orders, ended - dt.timedelta(microseconds=1), calendar) == dt.date(2024, 2, 20)
    assert default_report_date(orders, START, calendar) is None  # its own day has not ended, and nothing is known before
    assert default_report_date(orders, START - dt.timedelta(hours=1), calendar) is None
