"""Deliveries: what a model decides, by hand; geohashes; order of rows; and that the demo shop's slow places and hours are found."""

from __future__ import annotations

import datetime as dt
import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pygeohash
import pytest

from ca_assets.analyses.core.context import Context, Tables
from ca_assets.analyses.core.family import compute
from ca_assets.analyses.delivery_anomalies.geohash import centres, encode, number_of, texts
from ca_assets.demo.generate import generate
from ca_assets.shop import Shop
from ca_assets_tests.analyses.running import computed_from_files, reports, rows_of, tables_of, tuples
from ca_assets_tests.oracle.cases.deliveries import DURATIONS, SLOW, UNMAPPED
from ca_assets_tests.shops.builder import SampleShop, parse_rows

NAME = "delivery_anomalies"
Z = 100 / 14.826


def test_slow_places_customers_and_transactions_by_hand(tmp_path: Path) -> None:
    """The case of the oracle: too few groups for a network, so the largest z is the score."""
    sets = computed_from_files([NAME], SLOW.shop, tmp_path, "2024-01-03")
    flags = rows_of(sets, "delivery/deliver_locations", "geohash score is_abnormal")
    assert flags == [("gcpvhff", 0.0, False), ("gcpvhsf", pytest.approx(Z), True), ("gcpvj11", pytest.approx(-Z / 10), False)]
    customers = rows_of(sets, "delivery/abnormal_customers", "client deliveries score")
    assert customers == [("Q", 5, pytest.approx(5 / (38 / 55) ** 0.5)), ("R", 4, pytest.approx(105 / (38 / 44) ** 0.5))]
    found = rows_of(sets, "delivery/abnormal_transactions", "id client is_location is_customer rule")
    assert found == [(f"R{i}", *((None, True, False, 2) if i == 2 else ("R", True, True, 1))) for i in range(5)]
    assert sets["delivery"].meta["abnormal_transactions"][""] == {"all": 5}
    assert sets["delivery"].meta["abnormal_transactions"]["@7d"] == {"all": 5}


def test_two_deliveries_make_no_slow_place(tmp_path: Path) -> None:
    """R is as slow, but has two known deliveries."""
    kept = [row for row in parse_rows(SLOW.shop.deliveries or "") if row["id"] not in ("R1", "R2", "R3")]
    sets = computed_from_files([NAME], replace(SLOW.shop, deliveries=kept), tmp_path, "2024-01-03")
    (row,) = rows_of(sets, "delivery/deliver_locations", "deliveries is_abnormal", geohash="gcpvhsf")
    assert row == (2, False)
    assert rows_of(sets, "delivery/abnormal_transactions") == []


def test_nothing_but_the_mapped_parts_exists(tmp_path: Path) -> None:
    sets = computed_from_files([NAME], UNMAPPED.shop, tmp_path / "1", "2024-01-01")
    assert {name for name in sets["delivery"].tables if "@" not in name} == {
        *("kpis", "totals", "daily", "deliver_weekday_hour", "abnormal_customers", "abnormal_transactions")
    }
    assert computed_from_files([NAME], UNMAPPED.shop.without("deliveries"), tmp_path / "2", "2024-01-01")["delivery"].tables == {}


def test_coordinates_of_zero_are_counted(tmp_path: Path) -> None:
    assert computed_from_files([NAME], DURATIONS.shop, tmp_path, "2024-02-10")["delivery"].meta["zero_coordinates"] == {"all": 1}


def test_nothing_is_delivered_yet(tmp_path: Path) -> None:
    shop = replace(UNMAPPED.shop, deliveries="id,delivered,packed,promised,lat,lon\n9,2024-01-01,,,,\n", timezone="UTC")
    sets = computed_from_files([NAME], shop, tmp_path, "2024-01-01")
    assert rows_of(sets, "delivery/totals", "orders deliveries open locations on_time_rate") == [(2, 0, 2, 0, None)]
    assert len(rows_of(sets, "delivery/ride_weekday_hour@28d")) == 168 and rows_of(sets, "delivery/ride_locations") == []
    assert rows_of(sets, "delivery/kpis", "deliveries mean_minutes", duration="prepare") == [(0, None)]


def test_a_promise_at_the_end_of_time_is_kept(tmp_path: Path) -> None:
    shop = SampleShop(
        sessions="id,client,start,amount,bought\n1,A,2024-01-01 10:00,1,1\n",
        deliveries="id,delivered,promised\n1,2024-01-01 11:00,9999-12-31\n",
    )
    assert rows_of(computed_from_files([NAME], shop, tmp_path, "2024-01-01"), "delivery/totals", "promised on_time") == [(1, 1)]


def test_of_two_deliveries_of_an_order_the_latest_counts(tmp_path: Path) -> None:
    shop = replace(UNMAPPED.shop, deliveries="id,delivered\n1,2024-01-01 12:00\n1,2024-01-01 11:00\nx,2024-01-01 11:00\n")
    sets = computed_from_files([NAME], shop, tmp_path, "2024-01-01")
    assert rows_of(sets, "delivery/kpis", "deliveries mean_minutes") == [(1, 120.0)]


def test_geohashes_are_those_of_pygeohash() -> None:
    chance = np.random.default_rng(4)
    step = 180 / 2**17
    edges_of_latitude, edges_of_longitude = (step * chance.integers(-(2**n), 2**n + 1, 1000) for n in (16, 17))
    latitude = np.concatenate([chance.uniform(-90, 90, 10_000), edges_of_latitude, [90, -90, 0.0, -0.0, -1e-300]])
    longitude = np.concatenate([chance.uniform(-180, 180, 10_000), edges_of_longitude, [180, -180, 0, -1e-300, 0]])
    numbers = encode(latitude, longitude)
    theirs = [pygeohash.encode(float(a), float(b), precision=7) for a, b in zip(latitude, longitude, strict=True)]
    assert texts(numbers) == theirs
    middles = [pygeohash.decode_exactly(text)[:2] for text in theirs]
    assert list(zip(*(values.tolist() for values in centres(numbers)), strict=True)) == middles
    assert [number_of(text) for text in theirs[:100]] == numbers[:100].tolist()
    assert (number_of("u4pruy"), number_of("u4pruya"), number_of("")) == (None, None, None)
    assert texts(np.sort(numbers)) == sorted(theirs)  # text order is that of the numbers


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    generate(folder, sessions=25_000, seed=3, end=dt.date(2024, 6, 1))
    return folder


def _deliveries(tables: Tables, shop: Shop, day: dt.date, windows: bool = True) -> dict[str, pa.Table]:
    """The reports of this family alone."""
    return reports({each.name: each for each in compute([NAME], tables, Context(shop, day, windows))})


def test_planted_slow_places_and_hours_are_found(demo: Path) -> None:
    shop, tables = tables_of(demo / "shop.yaml", demo / "staging")
    truth = json.loads((demo / "truth.json").read_text())
    day = dt.date.fromisoformat(truth["last_day"])
    by_path = _deliveries(tables, shop, day, windows=False)
    places = by_path["delivery/ride_locations"].to_pandas().query("scope == 'all'")
    planted = {pygeohash.encode(latitude, longitude, precision=7) for latitude, longitude in truth["slow_places"]}
    visited = set(places[places["deliveries"] >= 5]["geohash"])
    found = set(places[places["is_abnormal"]]["geohash"])
    assert planted & visited and planted & visited <= found
    assert len(found - planted) <= max(2, len(places) // 100)
    cells = by_path["delivery/ride_weekday_hour"].to_pandas().query("scope == 'all'")
    slow = {(row.weekday, row.hour) for row in cells[cells["is_abnormal"]].itertuples()}
    assert slow == {(5, hour) for hour in truth["slow_hours"]["hours"]}
    assert by_path["delivery/abnormal_transactions"].num_rows > 0


def test_the_order_of_rows_changes_no_bit(demo: Path) -> None:
    shop, tables = tables_of(demo / "shop.yaml", demo / "staging")
    rows = tables.orders.to_pyarrow()
    places = list(range(rows.num_rows))
    random.Random(1).shuffle(places)
    day = max(rows["local_start"].to_pylist()).date() - dt.timedelta(days=1)
    engine = tables.orders.get_backend()
    engine.con.register("shuffled_orders", rows.take(places))
    shuffled = replace(tables, orders=engine.table("shuffled_orders"))
    one, two = (_deliveries(each, shop, day) for each in (tables, shuffled))
    for path in (path for path in one if path.startswith("delivery/")):
        assert sorted(tuples(one[path]), key=repr) == sorted(tuples(two[path]), key=repr), path
