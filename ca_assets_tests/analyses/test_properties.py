"""What holds for any shop: row order decides nothing, values of a dimension add up, periods add up to the key figures."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ca_assets.analyses.core.context import default_report_date
from ca_assets.analyses.core.report import ReportSet
from ca_assets_tests.analyses.running import compute_all, reports, same, tuples
from ca_assets_tests.shops.builder import Row, SampleShop
from ca_assets_tests.shops.clean_tables import clean_tables, utc

SHOP = SampleShop(
    sessions=[],
    customers="client,download",
    timezone="America/New_York",
    week_start="sunday",
    settings={"scope_values": 2},
    dimensions=["country"],
    actions=["basket"],
)
START = dt.datetime(2024, 2, 20, tzinfo=dt.UTC)


def session(number: int, client: str, hours: float, amount: int, country: str | None) -> Row:
    """A session `hours` after START; an order when amount > 0, refunded by a tenth three days later."""
    start = START + dt.timedelta(hours=hours)
    money = {"amount": amount / 100 if amount else None, "refund": amount / 1000, "refunded": start + dt.timedelta(days=3)}
    return {"id": str(number), "client": client, "start": start, "country": country, "basket": amount > 500, **money}


def shop_of(sessions: Sequence[Row], customers: Sequence[Row] = ()) -> SampleShop:
    """The shop with these rows."""
    return replace(SHOP, sessions=sessions, customers=customers)


def run(sessions: Sequence[Row], customers: Sequence[Row], day: dt.date | None) -> dict[str, pa.Table]:
    """All reports."""
    return reports(computed_all(shop_of(sessions, customers), day))


def computed_all(shop: SampleShop, day: dt.date | None) -> dict[str, ReportSet]:
    """All families."""
    return compute_all(clean_tables(shop), shop.parsed(), day)


some_sessions = st.lists(
    st.tuples(st.sampled_from("ABC"), st.integers(0, 900), st.sampled_from([0, 0, 999, 1234]), st.sampled_from(["x", "y", "z", None])),
    min_size=1,
    max_size=12,
).map(lambda rows: [session(i, *row) for i, row in enumerate(rows)])


@settings(max_examples=4, deadline=None)
@given(some_sessions, st.randoms(use_true_random=False))
def test_row_order_decides_nothing(sessions: list[Row], chance: random.Random) -> None:
    customers = [{"client": c, "download": START} for c in "AB"]
    shuffled = chance.sample(sessions, len(sessions))
    first, second = (run(rows, customers, dt.date(2024, 3, 20)) for rows in (sessions, shuffled))
    for name, table in first.items():
        one, two = (sorted(tuples(t), key=repr) for t in (table, second[name]))
        assert len(one) == len(two)
        assert all(same(a, b) for x, y in zip(one, two, strict=True) for a, b in zip(x, y, strict=True)), name


@settings(max_examples=6, deadline=None)
@given(some_sessions)
def test_sums_tie_out(sessions: list[Row]) -> None:
    computed = run(sessions, [], dt.date(2024, 4, 20))
    kpis = computed["stats/kpis"].to_pandas().set_index(["scope", "metric"])["total"].unstack("metric")
    for column, report in {"orders": "orders", "revenue": "revenue", "net_revenue": "revenue", "refunds": "revenue"}.items():
        for grain in ("daily", "weekly", "monthly"):
            sums = computed[f"stats/{grain}_{report}"].to_pandas().groupby("scope")[column].sum()
            assert sums.to_dict() == pytest.approx(kpis[column].to_dict())
        assert kpis[column].drop("all").sum() == pytest.approx(kpis[column]["all"])
    buyers = computed["stats/orders_per_customer"].to_pandas().groupby("scope")["customers"].sum()
    binned = computed["stats/payment_amount_distribution"].to_pandas().groupby("scope")["customers"].sum()
    for counted in (buyers, binned):
        assert counted.to_dict() == kpis["buyers"][kpis["buyers"] > 0].to_dict()


NOT_MAPPED = {"products", "promotions", "delivery"}  # this shop has none of these, so their reports do not exist
WITHOUT_REPORTS = {"rfm_segments", "search_terms"}


def test_nothing_known_is_refused() -> None:
    late = [session(1, "A", 0, 100, "x")]
    for sessions, day in (([], dt.date(2024, 1, 1)), (late, None), (late, dt.date(2024, 1, 1))):
        for name, computed in computed_all(shop_of(sessions), day).items():
            assert computed.meta["refusal"] == "no complete day yet"
            has_reports = name not in NOT_MAPPED | WITHOUT_REPORTS
            assert {table.num_rows for table in computed.tables.values()} == ({0} if has_reports else set())
            assert computed.scopes == ("all",)


def test_days_with_23_and_25_hours() -> None:
    """New York 2024-03-10 has no 02:xx; 2024-11-03 has 01:xx twice: one day each, both hours are hour 1."""
    instants = ["2024-03-10T06:30", "2024-03-10T07:30", "2024-11-03T05:30", "2024-11-03T06:30"]
    rows = [session(i, "A", (utc(instant) - START) / dt.timedelta(hours=1), 100, "x") for i, instant in enumerate(instants)]
    computed = run(rows, [], dt.date(2024, 11, 3))
    hourly = computed["stats/hourly_orders"].to_pandas().query("scope == 'all' and orders > 0")
    assert hourly[["hour", "orders", "days"]].to_numpy().tolist() == [[1, 3, 239], [3, 1, 239]]
    daily = computed["stats/daily_orders"].to_pandas().query("scope == 'all' and orders > 0")
    assert [str(day) for day in daily["period"]] == ["2024-03-10", "2024-11-03"]
    weeks = computed["stats/weekly_orders"].to_pandas().query("scope == 'all'")
    assert {pd.Timestamp(week).day_name() for week in weeks["period"]} == {"Sunday"}
    assert weeks["complete"].tolist() == [True] * (len(weeks) - 1) + [False]


def test_other_and_none_are_scopes_of_their_own() -> None:
    rows = [session(i, "A", i, 100, c) for i, c in enumerate(["z", "z", "y", "y", "x", "w", None])]
    computed = computed_all(shop_of(rows), dt.date(2024, 3, 1))["stats"]
    assert computed.scopes == ("all", "country=y", "country=z", "country=__other__", "country=__none__")
    assert computed.meta["scope_values"] == {"country": ["y", "z", "__none__"]}
    assert computed.meta["other_values"] == {"country": 2}


def test_default_report_date() -> None:
    rows = [session(1, "A", 0, 100, "x"), session(2, "A", 48, 100, "x"), session(3, "A", 24 * 9999, 100, "x")]
    orders = clean_tables(shop_of(rows)).orders
    ended = dt.datetime(2024, 2, 22, 5, tzinfo=dt.UTC)  # midnight in New York
    calendar = SHOP.parsed().calendar
    assert default_report_date(orders, ended, calendar) == dt.date(2024, 2, 21)
    assert default_report_date(orders, ended - dt.timedelta(microseconds=1), calendar) == dt.date(2024, 2, 20)
    assert default_report_date(orders, START, calendar) is None  # its own day has not ended, and nothing is known before
    assert default_report_date(orders, START - dt.timedelta(hours=1), calendar) is None
