"""Products, promotions and journey of any shop: sums tie out with stats; row order, later rows and lines of no order decide nothing."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ca_assets.analyses.core.report import ReportSet
from ca_assets_tests.analyses.running import computed, tuples
from ca_assets_tests.shops.builder import Row, SampleShop

FAMILIES = ("products", "promotions", "journey")
START = dt.datetime(2024, 2, 1)
CUSTOMERS = "client,download\nA,2024-02-05\nB,2024-03-20T12:00\n"
SHOP = SampleShop(sessions=[], customers=CUSTOMERS, dimensions=["country"], settings={"top": 2, "pair_orders": 1, "scope_values": 2})

a_session = st.builds(
    lambda client, hours, amount, promotion, country: {
        "client": client,
        "start": (START + dt.timedelta(hours=hours)).isoformat(),
        "amount": amount or None,
        "discount": 0.3 if promotion else 0.1,
        "promo": promotion,
        "country": country,
    },
    st.sampled_from("ABC"),
    st.integers(0, 59 * 24),
    st.sampled_from([0, 0.1, 0.7, 1234.56]),
    st.sampled_from([None, "x", "y", "z"]),
    st.sampled_from([None, "FR", "DE", "IT", "ES"]),
)
a_line = st.builds(
    lambda order, product, category, price, quantity, name: {
        "id": str(order),
        "product": product,
        "category": category,
        "price": price,
        "quantity": quantity,
        "title": name,
    },
    st.integers(0, 12),
    st.sampled_from("abcdE"),
    st.sampled_from([None, "k", "l", "M"]),
    st.sampled_from([0.1, 0.2, 3.3]),
    st.sampled_from([1, 0.7, 3]),
    st.sampled_from([None, "n", "m"]),
)
shops = st.tuples(st.lists(a_session, min_size=1, max_size=12), st.lists(a_line, max_size=25)).map(
    lambda pair: ([{**row, "id": str(i)} for i, row in enumerate(pair[0])], pair[1])
)
Shop = tuple[list[Row], list[Row]]


def run(shop: Shop, families: tuple[str, ...] = FAMILIES, windows: bool = False) -> dict[str, ReportSet]:
    """The families of a made-up shop."""
    return computed(families, replace(SHOP, sessions=shop[0], baskets=shop[1]), windows=windows)


def all_rows(sets: dict[str, ReportSet]) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of every report, in one order."""
    return {f"{n}/{type_}": sorted(tuples(table), key=repr) for n, s in sets.items() for type_, table in s.tables.items()}


@settings(max_examples=2, deadline=None)
@given(shops, st.randoms(use_true_random=False))
def test_what_decides_nothing(shop: Shop, chance: random.Random) -> None:
    """Row order, sessions later than the report, and lines of no known order: figures are equal to the last bit."""
    sessions, lines = shop
    late = [{**row, "id": f"late{i}", "start": "2024-04-01T00:00"} for i, row in enumerate(sessions)]
    more = [{**row, "id": f"{kind}{row['id']}"} for row in lines for kind in ("late", "unknown")]
    changed = (chance.sample(sessions + late, len(sessions) * 2), chance.sample(lines + more, len(lines) * 3))
    assert all_rows(run(shop, windows=True)) == all_rows(run(changed, windows=True))


@settings(max_examples=3, deadline=None)
@given(shops)
def test_sums_tie_out(shop: Shop) -> None:
    sets = run(shop, (*FAMILIES, "stats"))
    table = {f"{n}/{t}": rows.to_pandas() for n, s in sets.items() for t, rows in s.tables.items()}
    kpis = table["stats/kpis"].pivot(index="scope", columns="metric", values="total")
    for path in ("promotions/summary", "promotions/daily_revenue"):
        sums = table[path].groupby("scope")[["orders", "revenue", "discount"]].sum()
        for name in sums:
            assert sums[name].to_dict() == pytest.approx(kpis[name].to_dict())
    for path in ("promotions/daily_share", "promotions/hourly_share"):
        assert table[path].groupby("scope")["orders"].sum().to_dict() == kpis["orders"].to_dict()
    months = table["products/line_value_monthly"].groupby("scope").sum(numeric_only=True)
    assert months["orders"].to_dict() == kpis["orders"].to_dict()
    assert (months["orders_with_lines"] <= months["orders"]).all()
    for path in ("products/top_products", "products/top_categories", "products/daily_products"):
        value = table[path].groupby("scope")["line_value"].sum().reindex(months.index, fill_value=0.0)
        assert value.to_dict() == pytest.approx(months["line_value"].to_dict())
    firsts = table["promotions/summary"].groupby("scope")["first_orders"].sum()
    assert firsts.to_dict() == kpis["buyers"].to_dict()


@settings(max_examples=2, deadline=None)
@given(shops)
def test_pairs_agree_with_the_lines(shop: Shop) -> None:
    """Every pair of the scope `all`, counted in plain Python."""
    sessions, lines = shop
    orders = {row["id"] for row in sessions if row["amount"]}
    baskets = [{row["product"] for row in lines if row["id"] == order} for order in orders]
    baskets = [basket for basket in baskets if basket]
    pairs = run(shop, ("products",))["products"].tables["product_pairs"].to_pandas()
    pairs: pd.DataFrame = pairs[pairs["scope"] == "all"]
    expected = {(a, b): sum({a, b} <= basket for basket in baskets) for a in "Eabcd" for b in "Eabcd" if a < b}
    assert {(r.product_a, r.product_b): r.orders for r in pairs.itertuples()} == {pair: n for pair, n in expected.items() if n}
    assert set(pairs["total_orders"]) <= {len(baskets)}
    for row in pairs.itertuples():
        n_a, n_b = (sum(product in basket for basket in baskets) for product in (row.product_a, row.product_b))
        assert (row.orders_a, row.orders_b, row.lift) == (n_a, n_b, row.orders * len(baskets) / (n_a * n_b))
