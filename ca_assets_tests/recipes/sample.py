"""A recipe's sample: files or a database in the layout of the real export, and the figures that a person computed from it.

`samples/NAME/` holds, for the recipe NAME:

- files under the paths that the recipe names, or `*.sql` for an empty database of the recipe's kind, run in order of their names, or for
  BigQuery `schema.json` and a file `TABLE.ndjson` for each table of that schema;
- `expected.yaml`: `counts` (source: read, accepted, …), `kpis` (metric: total), and rows by their key, with the named columns only:
  `orders` and `downloads` (all of them), `products` (products/top_products, all), `promotions` (promotions/summary, all);
- `shop.yaml`, where the text of `ca sources recipe NAME` cannot be used as it is.
"""

from __future__ import annotations

import csv
import json
import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ca_assets.recipes.recipe import load_recipe, shop_text
from ca_assets_tests.pipeline import Loaded, load_and_export
from ca_assets_tests.servers.bigquery import BigQueryServer
from ca_assets_tests.shops.databases import VARIABLE

SAMPLES = Path(__file__).parent / "samples"
DATASET = "analytics_123456789"
TABLES = {
    "kpis": ("stats/kpis", "metric"),
    "orders": ("orders", "id"),
    "downloads": ("downloads", "client"),
    "products": ("products/top_products", "product"),
    "promotions": ("promotions/summary", "promotion_id"),
}
FAMILIES = ("stats", "products", "promotions")
Row = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """The sample of one recipe."""

    name: str

    @property
    def folder(self) -> Path:
        return SAMPLES / self.name

    @property
    def expected(self) -> dict[str, dict[str, Any]]:
        """The computed figures, by what they are about."""
        loaded: dict[str, dict[str, Any]] = yaml.safe_load((self.folder / "expected.yaml").read_text(encoding="utf-8"))
        return loaded

    def load(self, root: Path, request: pytest.FixtureRequest) -> Loaded:
        """Load it into an empty CA_HOME, as a new user would: what `ca sources recipe` prints, saved beside the files."""
        shop = root / "shop"
        shutil.copytree(self.folder, shop)
        if not (shop / "shop.yaml").exists():
            (shop / "shop.yaml").write_text(shop_text(load_recipe(self.name)), encoding="utf-8")
        if any(part["kind"] == "bigquery" for part in load_recipe(self.name).sources.values()):
            self.fill_dataset(request.getfixturevalue("bigquery_server"), request.getfixturevalue("monkeypatch"))
        else:
            self._fill_database(request)
        return load_figures(shop / "shop.yaml", root / "home")

    def fill_dataset(self, server: BigQueryServer, monkeypatch: pytest.MonkeyPatch) -> None:
        """The tables of the sample in a dataset of the endpoint, which lets in one account; the variables of the recipes are its own."""
        fields = json.loads((self.folder / "schema.json").read_text(encoding="utf-8"))
        for path in sorted(self.folder.glob("*.ndjson")):
            server.warehouse.load(f"{server.project}.{DATASET}.{path.stem}", path, fields)
        monkeypatch.setenv("SHOP_BIGQUERY", server.source_url(DATASET))
        monkeypatch.setenv("SHOP_BIGQUERY_KEY", server.account())

    def _fill_database(self, request: pytest.FixtureRequest) -> None:
        statements = [path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("*.sql"))]
        kinds = {part["kind"] for part in load_recipe(self.name).sources.values() if "url" in part}
        for kind in kinds:
            server = request.getfixturevalue({"postgresql": "postgresql", "mysql": "mariadb"}[kind])
            database = server.database()
            for text in statements:
                server.execute(text, database)
            url = server.url(database, scheme="postgresql") if kind == "postgresql" else server.url(database)
            request.getfixturevalue("monkeypatch").setenv(VARIABLE, url)


def load_figures(shop_yaml: Path, home: Path) -> Loaded:
    """Load a shop into an empty CA_HOME and export the tables and the reports with which samples are compared."""
    return load_and_export(shop_yaml, home, names=FAMILIES, windows=False)


def rows_of(loaded: Loaded, subject: str) -> dict[str, Row]:
    """What was exported of `subject` for the whole shop, by key."""
    path, key = TABLES[subject]
    with (loaded.export / f"{path}.csv").open(encoding="utf-8", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file) if row.get("scope", "all") == "all"}


def differences(expected: dict[str, Any], rows: dict[str, Row]) -> list[str]:
    """Every expected cell that is another in the exported rows."""
    cells = [(key, column, value) for key, row in expected.items() for column, value in row.items()]
    texts = [(key, column, value, rows.get(key, {}).get(column, "no such row or column")) for key, column, value in cells]
    return [f"{key} {column}: {text!r}, expected {value!r}" for key, column, value, text in texts if not _is_same(text, value)]


def _is_same(text: str, value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return text == ("" if value is None else str(value).lower())
    if isinstance(value, int | float):
        return text.replace(".", "", 1).replace("-", "", 1).isdecimal() and math.isclose(float(text), value, abs_tol=1e-9)
    return text == str(value)
