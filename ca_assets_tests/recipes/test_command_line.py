"""`ca sources recipes` and `ca sources recipe NAME`; a printed recipe is applied as it is."""

from __future__ import annotations

import shutil
from pathlib import Path

from ca_assets.recipes.recipe import all_recipes
from ca_assets_tests.cli.conftest import Home
from ca_assets_tests.recipes.sample import SAMPLES


def test_recipes_are_listed_with_what_they_read(tmp_path: Path) -> None:
    lines = Home(tmp_path).ca("sources", "recipes").stdout.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [recipe.name for recipe in all_recipes()]
    assert all(recipe.title in line and recipe.checked_on in line for recipe, line in zip(all_recipes(), lines, strict=True))


def test_a_printed_recipe_is_applied_as_it_is(tmp_path: Path) -> None:
    home = Home(tmp_path)
    shutil.copytree(SAMPLES / "shopify_orders", home.shop)
    (home.shop / "shop.yaml").write_text(home.ca("sources", "recipe", "shopify_orders").stdout)
    applied = home.ca("sources", "apply", str(home.shop / "shop.yaml")).stdout
    assert "orders_export.csv" in applied and "Now run `ca load`" in applied


def test_an_unknown_recipe_is_one_line_with_the_names(tmp_path: Path) -> None:
    error = Home(tmp_path).ca("sources", "recipe", "shopfy", fails=True).stderr
    assert "there is no recipe 'shopfy'; there are" in error and "shopify_orders" in error


def test_a_shop_names_its_recipe_only(tmp_path: Path) -> None:
    home = Home(tmp_path)
    shutil.copytree(SAMPLES / "shopify_orders", home.shop)
    (home.shop / "shop.yaml").write_text("sources: {sessions: {recipe: shopify_orders}}\n")
    shown = home.ca("sources", "check", str(home.shop / "shop.yaml")).stdout
    assert "11 rows read, 7 accepted, 0 rejected, 4 duplicates" in shown
    assert "April 2024, the last complete month: 1 orders, revenue 31.50 EUR" in shown
