"""Segments (docs/contract, section 11): refusals, edges of values and fits, samples, and properties of any little shop."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ca_assets.analyses.core.base import make_base
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.family import Result, compute_results
from ca_assets.analyses.core.segments import sampling
from ca_assets.analyses.core.segments.fits import fit
from ca_assets.analyses.core.segments.model import segment_model
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets_tests.analyses.running import rows_of, tuples
from ca_assets_tests.shops.builder import Row, SampleShop, session
from ca_assets_tests.shops.clean_tables import clean_tables, utc

FAMILIES = ("rfm_segments", "rfm", "segmentation")
SHOP = SampleShop(sessions=[], dimensions=["country"], settings={"rfm_minimum": 1})
D = dt.date(2024, 3, 31)
Rows = list[tuple[Any, ...]]


def made(sessions: Sequence[Row], day: dt.date = D, shop: SampleShop = SHOP) -> tuple[dict[str, Result], Rows]:
    """The families' results, and the rows of the table by client."""
    sample = replace(shop, sessions=sessions)
    results, table = {}, []
    for family, result in compute_results(FAMILIES, clean_tables(sample), Context(sample.parsed(), day)):
        results[family.name] = result
        for rows in result.tables.values():
            table = sorted(tuples(rows.to_pyarrow()))
    return results, table


def report(results: dict[str, Result], path: str, columns: str, **where: Any) -> Rows:
    """Rows of a report (see `rows_of`)."""
    return rows_of({name: result.reports for name, result in results.items()}, path, columns, **where)


@pytest.mark.parametrize(("buyers", "refusal"), [(99, "needs 100 buyers, has 99"), (100, None)])
def test_a_shop_needs_100_buyers(buyers: int, refusal: str | None) -> None:
    rows = [session(f"c{i}", utc("2024-03-01") + dt.timedelta(minutes=i), 10 + i) for i in range(buyers)]
    results, table = made([*rows, session("d", "2024-03-02", None)], shop=replace(SHOP, settings={}))
    assert {result.reports.meta["refusal"] for result in results.values()} == {refusal}
    assert len(table) == (0 if refusal else buyers)
    counts = {f"{name}/{kind}": rows.num_rows for name, result in results.items() for kind, rows in result.reports.tables.items()}
    assert (set(counts.values()) == {0}) == bool(refusal)
    assert results["rfm"].reports.meta["customers"]["all"] == buyers


def test_one_buyer_has_the_best_scores() -> None:
    results, table = made([session("A", "2024-03-01 10:00", 12.5)])
    assert [row[-4:] for row in table] == [(5, None, 5, "newcomers")]
    scores = report(results, "segmentation/scores", "metric score customers bound_low bound_high fits fitted_on")
    assert scores == [
        ("frequency", 0, 1, None, None, None, None),
        ("monetary", 5, 1, None, None, 1, "2024-03-31"),
        ("recency", 5, 1, None, None, 1, "2024-03-31"),
    ]


def test_where_all_cost_the_same_all_are_best() -> None:
    rows = [session(f"c{i}", utc("2024-03-01") + dt.timedelta(days=i), 9.99) for i in range(20)]
    _, table = made(rows)
    assert {row[-2] for row in table} == {5}
    assert {row[-4] for row in table} == {1, 2, 3, 4, 5}


def test_month_ends_follow_the_shops_clock() -> None:
    """London's March ends an hour earlier: from noon of the 30th to the end of the 31st are 35 hours, those between orders 23."""
    rows = [session("A", "2024-03-30 12:00"), session("A", "2024-03-31 11:00")]
    _, table = made(rows, shop=replace(SHOP, timezone="Europe/London"))
    assert table[0][2:4] == (12.0, 23.0)
    _, table = made(rows[:1], shop=replace(SHOP, timezone="Europe/London"))
    assert table[0][2:4] == (35.0, None)


def test_the_main_currency_has_most_orders() -> None:
    """A: two of three. B: a tie, the newer one. C: a tie at one instant, the smaller one."""
    moments = {"A": ("EUR 1", "EUR 2", "USD 3"), "B": ("USD 1", "EUR 2"), "C": ("USD 1", "EUR 1")}
    rows = [
        session(client, f"2024-03-0{order[-1]}", 10.0 * int(order[-1]), currency=order[:3])
        for client, orders in moments.items()
        for order in orders
    ]
    results, table = made(rows)
    assert [(row[0], row[1], row[4], row[5], row[7]) for row in table] == [
        ("A", "EUR", 15.0, 3, 30.0),
        ("B", "EUR", 20.0, 2, 20.0),
        ("C", "EUR", 10.0, 2, 10.0),
    ]
    assert {revenue for (revenue,) in report(results, "segmentation/summary", "revenue")} == {None}
    assert report(results, "segmentation/monetary", "customers") == []
    customers, revenue, monetary = zip(
        *report(results, "segmentation/summary", "customers revenue average_monetary", scope="currency=USD"), strict=True
    )
    assert (sum(customers), sum(revenue), set(monetary)) == (3, 50.0, {None})  # nobody's main currency


def test_a_bound_belongs_to_the_better_side() -> None:
    """Two values 100 h and 200 h: winsorised at 199, the bound is 149.5 h; amounts 10 and 20: the bound is 14.95."""
    end = utc("2024-04-01")
    rows = [session("A", end - dt.timedelta(hours=100), 10), session("B", end - dt.timedelta(hours=200), 20)]
    later = [session("C", end - dt.timedelta(hours=149, minutes=30), 14.95)]
    assert fit(np.array([100.0, 200.0])).bounds == (149.5,)
    results, _ = made(rows)
    assert report(results, "segmentation/scores", "score bound_low bound_high", metric="monetary") == [(4, None, 14.95), (5, 14.95, None)]
    april = made([*rows, *[replace_start(row, dt.timedelta(days=30)) for row in later]], dt.date(2024, 4, 30))[1]
    assert next(row for row in april if row[0] == "C")[2:5] == (149.5, None, 14.95)
    assert next(row for row in april if row[0] == "C")[-4:] == (5, None, 5, "newcomers")


def replace_start(row: Row, later: dt.timedelta) -> Row:
    return {**row, "start": row["start"] + later}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=9))
def test_clusters_are_the_best_of_all(numbers: list[int]) -> None:
    """Of all ways to cut the winsorised values, in the chosen form; checked where the values themselves are the form."""
    values = np.array(numbers, dtype=np.float64)
    ordered = np.sort(values)
    ordered = np.minimum(ordered, np.quantile(ordered, 0.99))
    bounds = fit(values).bounds
    clusters = min(5, len(np.unique(ordered)))
    assert len(bounds) == clusters - 1
    ours = spread([ordered[np.searchsorted(bounds, ordered) == i] for i in range(clusters)])
    ways = [
        np.split(form(ordered), cuts)
        for form in (np.copy, np.sqrt, np.log1p)
        for cuts in combinations(range(1, len(ordered)), clusters - 1)
    ]
    assert any(
        np.isclose(ours, spread([ordered[a : a + len(p)] for a, p in zip(starts(way), way, strict=True)]), rtol=1e-6) for way in ways
    )


def starts(parts: list[np.ndarray]) -> list[int]:
    return [sum(map(len, parts[:i])) for i in range(len(parts))]


def spread(parts: list[np.ndarray]) -> float:
    return float(sum(np.square(part - part.mean()).sum() for part in parts if len(part)))


def random_rows(count: int, clients: int, currencies: Sequence[str] = ("EUR",)) -> list[Row]:
    dice = np.random.default_rng(count)
    return [
        session(
            f"c{dice.integers(clients)}",
            utc("2023-11-10") + dt.timedelta(minutes=int(dice.integers(140 * 1440))),
            float(dice.integers(100, 9000)) / 100,
            ("x", "y")[int(dice.integers(2))],
            currency=currencies[int(dice.integers(len(currencies)))],
        )
        for _ in range(count)
    ]


def test_samples_are_of_the_smallest_md5(monkeypatch: pytest.MonkeyPatch) -> None:
    """With samples of 7 of 40 buyers, where the engine leaves out what is not needed."""
    monkeypatch.setattr(sampling, "LARGEST_SAMPLE", 7)
    monkeypatch.setattr(sampling, "BUCKETS", 8)
    sample = replace(SHOP, sessions=random_rows(150, 40, ("EUR", "USD")))
    tables = clean_tables(sample)
    with TempTables(tables.orders.get_backend()) as temp:
        base = make_base(tables, Context(sample.parsed(), D), temp)
        assert base is not None
        model = segment_model(base)
        states = model.states.inner_join(base.customers.select("key", "client"), "key").to_pandas()
        states["md5"] = [hashlib.md5(client.encode()).hexdigest() for client in states["client"]]
        for month in range(len(model.months)):
            known = states[(states["month"] <= month) & (states["until"] > month)].sort_values("md5")
            values = sampling.Sampling(model.states, model.months, model.buyers).values(month)
            assert len(values["recency", None]) == min(len(known), 7)
            np.testing.assert_array_equal(values["frequency", None], known["frequency_hours"].dropna()[:7])
            for number in (0, 1):
                amounts = known[known["currency"] == number]["monetary"][:7]
                np.testing.assert_array_equal(values.get(("monetary", number), np.array([])), amounts)


def test_order_of_rows_and_the_future_decide_nothing() -> None:
    rows = random_rows(400, 70, ("EUR", "USD"))
    numbered = [{**row, "id": f"{i:04}"} for i, row in enumerate(rows)]
    future = [{**session("c1", "2024-04-01 00:00", 9000.0, currency="USD"), "id": "late"}]
    shuffled = [numbered[i] for i in np.random.default_rng(1).permutation(len(rows))]
    (first, table), (second, other) = made(numbered), made([*shuffled, *future])
    assert table == other
    for name, result in first.items():
        for kind, rows_ in result.reports.tables.items():
            assert sorted(map(repr, tuples(rows_))) == sorted(map(repr, tuples(second[name].reports.tables[kind]))), kind


def test_guests_are_no_buyers() -> None:
    rows = random_rows(60, 9)
    guests = [session("", f"2024-03-0{i}", 99.0) | {"client": None} for i in range(1, 9)]
    assert made(rows)[1] == made([*rows, *guests])[1]


def test_moves_lead_from_summary_to_summary() -> None:
    """The buyers that reach a segment in a month are those that leave it in the next; at the end they are the summary."""
    results, _ = made(random_rows(600, 90))
    moves = report(results, "segmentation/migration_monthly", "period from_segment to_segment customers by_boundary")
    assert all(
        0 <= by_boundary <= customers and (origin != target or by_boundary == 0) for _, origin, target, customers, by_boundary in moves
    )
    periods = sorted({period for period, *_ in moves})
    for month, following in pairwise(periods):
        assert totals(moves, month, 2) == {name: n for name, n in totals(moves, following, 1).items() if name != "__new__"}
    assert totals(moves, periods[-1], 2) == {name: n for name, n in report(results, "segmentation/summary", "segment customers") if n}


def totals(moves: Rows, period: str, column: int) -> dict[str, int]:
    """Customers of a month by the segment that they leave (1) or reach (2)."""
    sums: dict[str, int] = {}
    for move in moves:
        if move[0] == period:
            sums[move[column]] = sums.get(move[column], 0) + move[3]
    return sums
