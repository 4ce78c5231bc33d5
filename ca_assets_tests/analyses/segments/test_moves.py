"""Moves between segments are those between the tables of the month ends, whatever the shop; and where bounds of places lie."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ca_assets.analyses.core.segments.columns import NEW
from ca_assets.analyses.core.segments.values import hours_between, instant
from ca_assets.analyses.segmentation.trajectories import last_in_time
from ca_assets_tests.analyses.segments.test_segments import SHOP, D, made, random_rows, report
from ca_assets_tests.shops.builder import Row, SampleShop, session
from ca_assets_tests.shops.clean_tables import utc

PLACE = 13  # of the segment in the table's rows


def month_ends(first: dt.date, last: dt.date) -> list[dt.date]:
    """The last days of the months up to a day, which is the last of them."""
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    return [*(day for day in days if (day + dt.timedelta(days=1)).day == 1 and day < last), last]


@pytest.mark.parametrize(("currencies", "zone"), [(("EUR",), "UTC"), (("EUR", "USD", "GBP"), "America/Santiago")])
def test_moves_are_those_between_tables(currencies: tuple[str, ...], zone: str) -> None:
    """Segments of every month's end, computed as of that day from the rows up to it, each with the one after it."""
    rows = random_rows(500, 80, currencies)
    shop = replace(SHOP, timezone=zone)
    last = D - dt.timedelta(days=9)
    moves = report(made(rows, last, shop)[0], "segmentation/migration_monthly", "period from_segment to_segment customers")
    expected: Counter[tuple[str, str, str]] = Counter()
    before: dict[str, str] = {}
    for day in month_ends(dt.date(2023, 11, 1), last):
        end = shop.parsed().calendar.as_of(day)
        table = made([row for row in rows if row["start"] < end], day, shop)[1]
        segments = {row[0]: row[PLACE] for row in table}
        if before:
            expected.update((f"{day:%Y-%m}-01", before.get(client, NEW), segment) for client, segment in segments.items())
        before = segments
    assert {move[:3]: move[3] for move in moves} == expected
    assert len({period for period, *_ in moves}) == 4


def test_a_month_ends_by_the_shops_clock() -> None:
    """Berlin's March ends at 22:00 UTC, in summer time since that morning; its October at 23:00."""
    for month, following, end in (("2024-03-01", "2024-04-01", "2024-03-31 22:00"), ("2024-10-01", "2024-11-01", "2024-10-31 23:00")):
        first = session("A", utc(month) + dt.timedelta(days=3))
        last = session("B", utc(end) - dt.timedelta(microseconds=1))
        late = session("C", utc(end))
        shop = replace(SHOP, timezone="Europe/Berlin")
        day = dt.date.fromisoformat(following) + dt.timedelta(days=2)
        moves = report(made([first, last, late], day, shop)[0], "segmentation/migration_monthly", "period from_segment customers")
        assert sum(customers for _, origin, customers in moves if origin == NEW) == 1
        assert (sum(customers for *_, customers in moves), {period for period, *_ in moves}) == (3, {following})


@pytest.mark.parametrize("scope", ["all", "country=x"])
def test_the_last_14_months_decide_all(scope: str) -> None:
    """Of a shop of three years: 13 months, at whose beginning all its buyers are known."""
    rows = [session(f"c{i % 40}", utc("2021-04-02") + dt.timedelta(days=27 * i // 7, minutes=i), 10 + i % 9) for i in range(280)]
    moves = report(made(rows)[0], "segmentation/migration_monthly", "period customers", scope=scope)
    totals = Counter[str]()
    for period, customers in moves:
        totals[period] += customers
    assert sorted(totals) == [f"{2023 + (m + 2) // 12}-{(m + 2) % 12 + 1:02}-01" for m in range(13)]
    assert set(totals.values()) == {40}


def test_orders_of_one_moment_count_together() -> None:
    """Three orders of one instant, the month's last one; in whichever order the engine has them."""
    amounts = [10.0, 20.0, 60.0]
    rows: list[Row] = [session("A", "2024-03-01", 30.0), *(session("A", "2024-03-31 23:59:59", amount) for amount in amounts)]
    for order in (rows, rows[::-1]):
        table = made([*order, session("A", "2024-04-02", 5.0), session("B", "2024-03-07", 5.0)])[1]
        assert table[0][4:8] == (30.0, 4, 2, 120.0)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 10**10), st.integers(0, 10**9))
def test_a_bound_in_hours_as_an_instant(millionths: int, second: int) -> None:
    """A last order at that instant is beyond the bound; a microsecond later it is not."""
    end = dt.datetime(2020, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=second)
    bound = millionths / 1e6
    last = last_in_time(bound, end)
    beyond, within = hours_between(np.array([last, last + np.timedelta64(1, "us")]), end)
    assert beyond > bound >= within
    assert last < instant(end)


def test_as_of_a_day_is_computed_that_day() -> None:
    """All reports as of a day, from rows up to its end or from all rows."""
    rows = random_rows(300, 60, ("EUR", "USD"))
    shop: SampleShop = replace(SHOP, timezone="Europe/London")
    for day in (dt.date(2024, 1, 1), dt.date(2024, 3, 31)):
        end = shop.parsed().calendar.as_of(day)
        known = [{**row, "id": f"{i:04}"} for i, row in enumerate(rows)]
        later, then = (made(sessions, day, shop) for sessions in (known, [row for row in known if row["start"] < end]))
        assert later[1] == then[1]
        for name, result in later[0].items():
            tables = {kind: sorted(map(repr, table.to_pylist())) for kind, table in result.reports.tables.items()}
            assert tables == {kind: sorted(map(repr, table.to_pylist())) for kind, table in then[0][name].reports.tables.items()}
