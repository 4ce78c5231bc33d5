"""Recipes for shops on MySQL: with an account that may only read, under the strictest rules for SQL, whole and month by month.

`figures.yaml` of a sample has its figures in plain SQL that is not the recipe's, and what happens in the shop between two loads: a sale in
another currency, a refund, a cancellation.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ca_assets.cleaning.build import CleanTables
from ca_assets.engine.connect import connect
from ca_assets.lake.lake import Lake
from ca_assets.recipes.recipe import all_recipes, load_recipe, shop_text
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.pipeline import load_tables
from ca_assets_tests.recipes.sample import SAMPLES
from ca_assets_tests.servers.mariadb import MariaDB
from ca_assets_tests.shops.databases import VARIABLE

NAMES = tuple(recipe.name for recipe in all_recipes() if (recipe.part("sessions") or {}).get("kind") == "mysql")
NOW = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
# What MySQL 8 begins with; MariaDB is laxer.
STRICT = "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class SampleShop:
    """A recipe's sample in a database, and a shop.yaml that reads it with an account that may select and nothing else."""

    name: str
    server: MariaDB
    database: str
    folder: Path

    def load(self, home: str) -> CleanTables:
        """Load into that home, which may hold an earlier load."""
        return load_tables(self.folder / "shop.yaml", self.folder / home, NOW)

    def told(self, what: str) -> Any:
        """A part of figures.yaml."""
        return yaml.safe_load((SAMPLES / self.name / "figures.yaml").read_text(encoding="utf-8"))[what]

    def rows(self, home: str) -> dict[str, Rows]:
        """The tables of a home, sorted."""
        settings = ProcessSettings(home=self.folder / home)
        con, lake = connect(settings), Lake(settings.lake_root)
        tables = {name: lake.read(con, name).to_pyarrow().to_pylist() for name in ("orders", "downloads", "basket_lines")}
        con.disconnect()
        return {name: sorted(rows, key=lambda row: str(sorted(row.items(), key=str))) for name, rows in tables.items()}

    def differences(self, home: str) -> list[str]:
        """Figures of a home that are others in plain SQL."""
        found = _figures(self.rows(home))
        told = {name: float(self.server.execute(query, self.database)[0][0]) for name, query in self.told("figures").items()}
        assert all(told.values()), "the sample has something of everything"
        return [
            f"{name}: {found[name]}, in SQL {value}" for name, value in told.items() if not math.isclose(found[name], value, abs_tol=1e-6)
        ]


@pytest.fixture(params=NAMES)
def sample(request: pytest.FixtureRequest, mariadb: MariaDB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SampleShop:
    database, recipe = mariadb.database(), load_recipe(request.param)
    for path in sorted((SAMPLES / recipe.name).glob("*.sql")):
        mariadb.execute(path.read_text(encoding="utf-8"), database)
    mariadb.execute(f"CREATE USER reader_of_{database} IDENTIFIED BY 'only'; GRANT SELECT ON {database}.* TO reader_of_{database}")
    monkeypatch.setenv(VARIABLE, f"mysql://reader_of_{database}:only@127.0.0.1:{mariadb.port}/{database}")
    (tmp_path / "shop.yaml").write_text(shop_text(recipe), encoding="utf-8")
    return SampleShop(recipe.name, mariadb, database, tmp_path)


def _figures(tables: dict[str, Rows]) -> dict[str, float]:
    orders = [row for row in tables["orders"] if row["has_purchased"]]
    lines = [line for line in tables["basket_lines"] if line["id"] in {row["id"] for row in orders}]
    return {
        "orders": len(orders),
        "revenue": sum(row["payment_amount"] for row in orders),
        "discount": sum(row["discount_amount"] for row in orders),
        "refunds": sum(row["refund_amount"] for row in orders),
        "buyers": len({row["client"] for row in orders} - {None}),
        "units": sum(line["quantity"] for line in lines),
        "line_value": sum(line["price"] * line["quantity"] for line in lines),
    }


def test_figures_are_those_of_plain_sql(sample: SampleShop) -> None:
    sample.load("home")
    assert sample.differences("home") == []


def test_months_read_again_give_what_a_full_load_gives(sample: SampleShop) -> None:
    sample.load("home")
    before = _figures(sample.rows("home"))
    sample.server.execute(sample.told("changes"), sample.database)
    reads = {name: read.how for name, read in sample.load("home").rows.reads.items()}
    assert (reads["sessions"], reads["baskets"]) == ("months", "months")
    sample.load("whole")
    again = sample.rows("home")
    assert again == sample.rows("whole")
    assert sample.differences("home") == []
    moved = {"revenue", "refunds", "line_value"} & sample.told("figures").keys()
    assert {name for name, value in _figures(again).items() if value != before[name]} >= moved
    assert len({row["currency"] for row in again["orders"] if row["has_purchased"]}) == 2


def test_queries_keep_to_strict_rules(sample: SampleShop) -> None:
    for source, part in load_recipe(sample.name).sources.items():
        assert sample.server.execute(f"SET SESSION sql_mode = '{STRICT}'; {part['query']}", sample.database), source


def test_openmage_has_the_same_columns_in_other_tables(tmp_path: Path, mariadb: MariaDB, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = SampleShop("magento2", mariadb, mariadb.database(), tmp_path)
    for path in sorted((SAMPLES / "magento2").glob("*.sql")):
        mariadb.execute(path.read_text(encoding="utf-8").replace("sales_", "sales_flat_"), shop.database)
    monkeypatch.setenv(VARIABLE, mariadb.url(shop.database))
    (tmp_path / "shop.yaml").write_text(shop_text(load_recipe("magento2")).replace("sales_", "sales_flat_"), encoding="utf-8")
    shop.load("home")
    assert _figures(shop.rows("home"))["revenue"] == pytest.approx(236.60)
