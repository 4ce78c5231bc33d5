"""The whole way from files to exported figures, against hand-computed cases and against the independent oracle."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from pathlib import Path

import pytest

from ca_assets.analyses.core.family import base_families, families
from ca_assets.demo.generate import generate
from ca_assets.export.export import export_table
from ca_assets.index.open import open_index
from ca_assets.index.protocol import Snapshot
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.oracle.case import Case
from ca_assets_tests.oracle.cases.catalogue import CASES
from ca_assets_tests.oracle.columns import REPORTS, report_names
from ca_assets_tests.oracle.compare import compare
from ca_assets_tests.oracle.generate import SEEDS, random_shop
from ca_assets_tests.oracle.reports import load_world
from ca_assets_tests.pipeline import Loaded, files_of, load_and_export
from ca_assets_tests.shops.builder import SampleShop

# The reports that the product says it has: of them, those of the contract are compared.
STATED = {f"{spec.name}/{spec.type}" for name in base_families() for spec in families()[name].reports}


def differences(shop_yaml: Path, loaded: Loaded, report_date: dt.date | None = None) -> list[str]:
    """Where the product and the oracle differ, after every stated report of the contract was really compared."""
    world = load_world(shop_yaml, loaded.loaded_at, report_date)
    results = compare(world, loaded.export, windows=True, stated=STATED)
    due = {name for name in report_names(windows=True) if name.partition("@")[0] in STATED and world.shop.has_report(name)}
    assert {result.name for result in results} >= due | {"orders", "downloads"}
    return [f"{result.name}: {text}" for result in results for text in result.differences]


def test_the_product_states_every_report_of_the_contract() -> None:
    assert REPORTS.keys() - STATED == set()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hand_computed_case(case: Case, tmp_path: Path) -> None:
    day = dt.date.fromisoformat(case.as_of) if case.as_of else None
    shop_yaml = case.write(tmp_path / "shop")
    loaded = load_and_export(shop_yaml, tmp_path / "home", day)
    assert case.problems(loaded.export, STATED) == []
    assert case.count_problems(loaded.counts) == []
    assert differences(shop_yaml, loaded, day) == []


@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_messy_shop_equals_the_oracle(seed: int, tmp_path: Path) -> None:
    shop_yaml = random_shop(seed, tmp_path / "shop")
    loaded = load_and_export(shop_yaml, tmp_path / "home")
    assert differences(shop_yaml, loaded) == []


def test_shuffled_split_or_loaded_twice_exports_are_the_same(tmp_path: Path) -> None:
    generate(tmp_path / "shop", sessions=3000, end=dt.date(2024, 6, 1))  # no row of it spans lines, so lines can change places
    shop_yaml = tmp_path / "shop" / "shop.yaml"
    first = load_and_export(shop_yaml, tmp_path / "home")
    exported = files_of(first.export)
    again = load_and_export(shop_yaml, tmp_path / "home")
    assert again.versions == first.versions  # nothing changed, nothing was written
    assert all(rows == exported[name] for name, rows in files_of(again.export).items())
    _split_shuffled(tmp_path / "shop" / "sessions.csv", random.Random(5))
    shop_yaml.write_text(shop_yaml.read_text().replace("sessions.csv", "parts"))
    other = load_and_export(shop_yaml, tmp_path / "other")
    changed = [name for name, rows in files_of(other.export).items() if rows != exported[name]]
    assert not changed
    assert other.counts == first.counts


def _split_shuffled(path: Path, rng: random.Random) -> None:
    """Rows of a file in another order, over ten files."""
    header, *lines = path.read_bytes().rstrip(b"\n").split(b"\n")
    rng.shuffle(lines)
    (path.parent / "parts").mkdir()
    for i in range(10):
        (path.parent / "parts" / f"{i}.csv").write_bytes(b"\n".join([header, *lines[i::10], b""]))


TWO_CURRENCIES = """
id,client,start,amount,bought,currency,land
1,A,2024-01-01,5,1,EUR,FR
2,B,2024-01-02,7,1,USD,FR
3,A,2024-01-02,1,1,,
4,C,2024-01-03,2,1,EUR,DE
5,C,2024-01-03,0,0,,IT
"""


def test_orders_of_every_scope_add_up_to_all(tmp_path: Path) -> None:
    """Values that are not set, the others, and the dimension `currency` that two currencies make."""
    shop = SampleShop(sessions=TWO_CURRENCIES, dimensions=["land"], settings={"scope_values": 1})
    load_and_export(shop.write(tmp_path), tmp_path / "home")
    settings = ProcessSettings(home=tmp_path / "home")
    with open_index(settings).snapshot() as snapshot:
        ids = {scope: rows_of(snapshot, scope) for scope in snapshot.scopes()}
    for dimension in {scope.partition("=")[0] for scope in ids} - {"all"}:
        parts = [ids[scope] for scope in ids if scope.startswith(f"{dimension}=")]
        assert sorted(id_ for part in parts for id_ in part) == sorted(ids["all"])
    assert sorted(ids["currency=EUR"]) == ["1", "3", "4", "5"]
    assert ids["currency=USD"] == ["2"]  # whatever `scope_values` says
    assert ids["land=__none__"] == ["3"]
    assert sorted(ids["land=__other__"]) == ["4", "5"]


def rows_of(snapshot: Snapshot, scope: str) -> list[str]:
    out = io.BytesIO()
    export_table(snapshot, "orders", out, scope=scope)
    return [row["id"] for row in csv.DictReader(io.StringIO(out.getvalue().decode(), newline=""))]
