"""The dry run offers the recipe for a file that it recognises by its header, and what it offers loads without an edit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from ca_assets.dry_run.result import SourceCheck
from ca_assets.dry_run.run import dry_run
from ca_assets.recipes.recipe import all_recipes, load_recipe
from ca_assets.settings.process import ProcessSettings
from ca_assets.shop import load_shop
from ca_assets_tests.cli.conftest import Home
from ca_assets_tests.recipes.sample import SAMPLES, Sample, differences, load_figures, rows_of

FILES = [(recipe.name, source) for recipe in all_recipes() if recipe.header for source in recipe.sources]
SHOPIFY = SAMPLES / "shopify_orders" / "orders_export.csv"


def checked(folder: Path, sources: str) -> dict[str, SourceCheck]:
    (folder / "shop.yaml").write_text(f"sources:\n{sources}")
    result = dry_run(load_shop(folder / "shop.yaml"), ProcessSettings(home=folder / "home"))
    return {check.name: check for check in result.sources}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(SHOPIFY, tmp_path / "april.csv")
    return tmp_path


@pytest.mark.parametrize(("name", "source"), FILES)
def test_a_file_without_a_mapping_is_recognised(name: str, source: str, tmp_path: Path) -> None:
    """Pasted as it is, all its sources together, it gives the figures that the recipe's sample gives."""
    sample, recipe = Sample(name), load_recipe(name)
    shutil.copytree(sample.folder, tmp_path / "shop")
    folder, path = tmp_path / "shop", (recipe.part(source) or {})["path"]
    (folder / path).rename(folder / "of mine.csv")
    others = {} if source == "sessions" else {"sessions": {"recipe": recipe.completed_by or name, "path": "of mine.csv"}}
    if recipe.completed_by:
        others["sessions"].pop("path")
    given = yaml.safe_dump({"sources": others | {source: {"kind": "csv", "path": "of mine.csv"}}}).removeprefix("sources:\n")
    check = checked(folder, given)[source]
    assert check.recipe is not None and check.recipe.name == name
    assert check.guess is None and not check.suggestions
    offered = dict(line.split(":", 1) for line in check.recipe.lines)
    pasted = others | {part: yaml.safe_load(text) for part, text in offered.items()}
    (folder / "shop.yaml").write_text(yaml.safe_dump({"sources": pasted}))
    loaded = load_figures(folder / "shop.yaml", tmp_path / "home")
    assert differences({metric: {"total": value} for metric, value in sample.expected["kpis"].items()}, rows_of(loaded, "kpis")) == []
    assert {part: loaded.counts[part]["read"] for part in pasted} == {part: sample.expected["counts"][part]["read"] for part in pasted}


def test_the_text_says_what_the_file_looks_like(folder: Path) -> None:
    (folder / "shop.yaml").write_text("sources:\n  sessions: {kind: csv, path: april.csv}\n")
    text = Home(folder).ca("sources", "check", str(folder / "shop.yaml"), exits=1).stdout
    assert "This looks like Shopify, orders exported as CSV" in text
    assert "    sessions: {recipe: shopify_orders, path: april.csv}\n    baskets: {recipe: shopify_orders, path: april.csv}\n" in text
    assert "A guess" not in text


def test_a_mapping_by_hand_is_told_of_the_recipe(folder: Path) -> None:
    """Also one that can be used: it may lack what the recipe knows. Sources that the shop has are not offered again."""
    columns = "{id: Name, client: Email, session_start_date: Created at, payment_amount: Total, has_purchased: Accepts Marketing}"
    lines = "{kind: csv, path: april.csv, columns: {id: Name, product: Lineitem name, price: Lineitem price}}"
    found = checked(folder, f"  sessions: {{kind: csv, path: april.csv, columns: {columns}}}\n  baskets: {lines}\n")
    assert found["sessions"].recipe is not None and found["sessions"].error is None
    assert found["sessions"].recipe.lines == ["sessions: {recipe: shopify_orders, path: april.csv}"]
    assert found["baskets"].recipe is not None
    assert found["baskets"].recipe.lines == ["baskets: {recipe: shopify_orders, path: april.csv}"]


@pytest.mark.parametrize(
    "beside", ["", ", dimensions: {source: Source}", ", columns: {client: Id}, true_values: [paid]", ", columns: {currency: null}"]
)
def test_the_recipe_itself_is_not_offered(folder: Path, beside: str) -> None:
    assert checked(folder, f"  sessions: {{recipe: shopify_orders, path: april.csv{beside}}}\n")["sessions"].recipe is None


def test_a_spreadsheet_s_copy_keeps_its_delimiter(folder: Path) -> None:
    text = (folder / "april.csv").read_text().replace(";", ",").replace(",", ";")
    (folder / "april.csv").write_text(text)
    check = checked(folder, "  sessions: {kind: csv, path: april.csv}\n")["sessions"]
    assert check.recipe is not None
    assert check.recipe.lines[0] == "sessions: {recipe: shopify_orders, path: april.csv, delimiter: ;}"


def test_a_header_that_lacks_one_column_is_another_file(folder: Path) -> None:
    (folder / "april.csv").write_text(SHOPIFY.read_text().replace("Refunded Amount", "Given back", 1))
    check = checked(folder, "  sessions: {kind: csv, path: april.csv}\n")["sessions"]
    assert check.recipe is None and check.guess is not None


def test_further_lines_are_no_rejected_rows(folder: Path) -> None:
    """The first rows that are shown stand for themselves, and the lines of their orders are no reason to suggest anything."""
    check = checked(folder, "  sessions: {recipe: shopify_orders, path: april.csv}\n")["sessions"]
    assert sorted(str(row.raw[0]) for row in check.rows) == sorted({str(row.raw[0]) for row in check.rows})
    assert [row.problem for row in check.rows] == [None] * 5 and check.suggestions == []
