"""A folder of exports: an order that is in two of them counts once, as the later one has it, and so do its lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from ca_assets_tests.recipes.sample import SAMPLES, Row, Sample, differences, load_figures, rows_of

FILES = {"shopify_orders": "orders_export.csv", "woocommerce_csv": "orders.csv"}
Load = Callable[[str, dict[str, str]], dict[str, dict[str, Row]]]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads files of one recipe from a folder; returns the rows of kpis and products."""

    def load_files(name: str, files: dict[str, str]) -> dict[str, dict[str, Row]]:
        (tmp_path / "exports").mkdir()
        for file, text in files.items():
            (tmp_path / "exports" / file).write_text(text)
        sources = "".join(f"  {source}: {{recipe: {name}, path: exports/}}\n" for source in ("sessions", "baskets"))
        (tmp_path / "shop.yaml").write_text(f"sources:\n{sources}")
        loaded = load_figures(tmp_path / "shop.yaml", tmp_path / "home")
        return {subject: rows_of(loaded, subject) for subject in ("kpis", "products")}

    return load_files


@pytest.mark.parametrize("name", FILES)
def test_the_same_export_twice_changes_nothing(name: str, load: Load) -> None:
    sample = Sample(name)
    text = (sample.folder / FILES[name]).read_text()
    rows = load(name, {"1.csv": text, "2.csv": text})
    assert differences({metric: {"total": value} for metric, value in sample.expected["kpis"].items()}, rows["kpis"]) == []
    assert differences(sample.expected["products"], rows["products"]) == []


def test_a_later_export_says_what_was_refunded(load: Load) -> None:
    """#1002 was sent back whole since; #1004 was paid and got a second cup, in a line like the first."""
    text = (SAMPLES / "shopify_orders" / FILES["shopify_orders"]).read_text()
    bob = [row for row in csv.DictReader(io.StringIO(text)) if row["Name"] == "#1002"]
    (cid,) = [row for row in csv.DictReader(io.StringIO(text)) if row["Name"] == "#1004"]
    bob[0] |= {"Financial Status": "refunded", "Refunded Amount": "13.50"}
    cup = {name: value if name.startswith(("Name", "Lineitem", "Vendor")) else "" for name, value in cid.items()}
    later = io.StringIO()
    writer = csv.DictWriter(later, list(cid), lineterminator="\n")
    writer.writeheader()
    writer.writerows([*bob, cid | {"Financial Status": "paid"}, cup])
    rows = load("shopify_orders", {"orders_export_1.csv": text, "orders_export_2.csv": later.getvalue()})
    kpis = {metric: {"total": value} for metric, value in {"orders": 5, "revenue": 80.50, "refunds": 27.50}.items()}
    assert differences(kpis, rows["kpis"]) == []
    assert differences({"CUP": {"orders": 4, "units": 6}, "TEA-250": {"orders": 3, "units": 4}}, rows["products"]) == []
