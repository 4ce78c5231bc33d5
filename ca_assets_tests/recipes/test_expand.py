"""`recipe: NAME` in shop.yaml: what it stands for, what wins beside it, and errors that list the names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ca_assets.recipes.expand import merge_source
from ca_assets.recipes.recipe import load_recipe, recipe_names, shop_text
from ca_assets.shop import Shop, ShopError, parse_shop

PART: dict[str, Any] = {
    **{"kind": "csv", "path": "a.csv", "true_values": ["paid"], "false_values": "*"},
    "columns": {"id": "Name", "client": "Email", "refund_date": "Refunded at"},
    "constants": {"has_purchased": True, "currency": "EUR"},
    "dimensions": {"country": "Shipping Country"},
    "actions": {"basket": "Basket"},
    "date_format": {"refund_date": "%d.%m.%Y"},
}


def parsed(**sources: dict[str, Any]) -> Shop:
    return parse_shop(yaml.safe_dump({"sources": sources}), Path())


@pytest.mark.parametrize("name", recipe_names())
def test_the_printed_text_is_a_shop_yaml(name: str) -> None:
    """Expanded, with nothing lost: it says what `recipe: NAME` in each source stands for."""
    recipe, printed = load_recipe(name), parse_shop(shop_text(load_recipe(name)), Path())
    completed = load_recipe(recipe.completed_by) if recipe.completed_by else recipe
    names = {**dict.fromkeys(completed.sources, completed.name), **dict.fromkeys(recipe.sources, name)}
    assert "sessions" in names
    assert parsed(**{source: {"recipe": origin} for source, origin in names.items()}) == printed
    assert "recipe:" not in shop_text(recipe)
    assert all(note.split()[0] in shop_text(recipe) for note in (recipe.title, recipe.checked_on, *recipe.notes))


@pytest.mark.parametrize("name", recipe_names())
def test_files_are_recognised_by_enough_columns(name: str) -> None:
    """So that no file is taken for another; a database has no header."""
    recipe = load_recipe(name)
    is_file = any("path" in part for part in recipe.sources.values())
    assert len(recipe.header) >= 8 if is_file else not recipe.header


def test_one_recipe_may_stand_in_two_sources() -> None:
    shop = parsed(sessions={"recipe": "shopify_orders", "path": "x.csv"}, baskets={"recipe": "shopify_orders", "path": "x.csv"})
    assert shop.sources.sessions.path == "x.csv" and shop.sources.baskets is not None
    assert shop.sources.sessions.columns["payment_amount"] == "Total" and shop.sources.baskets.columns["price"] == "Lineitem price"


def test_what_stands_beside_wins_key_by_key() -> None:
    beside = {"path": "b.csv", "true_values": ["ok"], "columns": {"client": "Phone", "date": "End"}, "dimensions": ["device"]}
    merged = merge_source(PART, beside | {"actions": {"checkout": "Checkout"}, "date_format": {"date": "epoch_s"}})
    assert (merged["path"], merged["true_values"], merged["false_values"]) == ("b.csv", ["ok"], "*")
    assert merged["columns"] == {"id": "Name", "client": "Phone", "refund_date": "Refunded at", "date": "End"}
    assert merged["dimensions"] == {"country": "Shipping Country", "device": "device"}
    assert list(merged["actions"]) == ["basket", "checkout"]
    assert merged["date_format"] == {"refund_date": "%d.%m.%Y", "date": "epoch_s"}


def test_one_format_for_all_replaces_a_map() -> None:
    assert merge_source(PART, {"date_format": "epoch_s"})["date_format"] == "epoch_s"
    assert merge_source(PART | {"date_format": "epoch_s"}, {"date_format": {"id": "%d"}})["date_format"] == {"id": "%d"}


def test_a_column_takes_the_place_of_a_constant() -> None:
    merged = merge_source(PART, {"columns": {"currency": "Currency"}})
    assert merged["constants"] == {"has_purchased": True} and merged["columns"]["currency"] == "Currency"
    merged = merge_source(PART, {"constants": {"client": "all"}})
    assert "client" not in merged["columns"] and merged["constants"]["client"] == "all"


def test_table_and_query_replace_each_other() -> None:
    queried = {"kind": "mysql", "url": "${U}", "query": "SELECT 1"}
    assert merge_source(queried, {"table": "orders"}) == {"kind": "mysql", "url": "${U}", "table": "orders"}
    assert merge_source(queried | {"query": None, "table": "t"}, {"query": "SELECT 2"})["query"] == "SELECT 2"
    assert "table" not in merge_source({"table": "t"}, {"query": "SELECT 2"})


def test_a_null_takes_away_what_the_recipe_says() -> None:
    """A shop whose export lacks a column must be able to say so; its format goes with it."""
    merged = merge_source(PART, {"columns": {"refund_date": None}, "dimensions": {"country": None}, "true_values": None})
    assert "refund_date" not in merged["columns"] and merged["dimensions"] == merged["date_format"] == {}
    assert "true_values" not in merged


def test_a_source_without_recipe_stays_as_it_is() -> None:
    with pytest.raises(ShopError, match="false_values"):
        parsed(sessions={"kind": "csv", "path": "a.csv", "false_values": None, "columns": {"id": "a"}})


@pytest.mark.parametrize("recipe", ["shopfy", 5, None, ["shopify_orders"]])
def test_an_unknown_recipe_lists_the_names(recipe: object) -> None:
    with pytest.raises(ShopError) as caught:
        parsed(sessions={"recipe": recipe})
    assert "sources.sessions.recipe: there is no recipe" in str(caught.value)
    assert all(name in str(caught.value) for name in recipe_names())


def test_a_recipe_without_that_source_says_which_have_it() -> None:
    with pytest.raises(ShopError) as caught:
        parsed(sessions={"recipe": "shopify_orders"}, deliveries={"recipe": "shopify_orders"})
    assert "sources.deliveries.recipe: shopify_orders has no deliveries" in str(caught.value)
    having = [name for name in recipe_names() if load_recipe(name).part("deliveries") is not None]
    assert f"recipes that have: {', '.join(having) or 'none'}" in str(caught.value)


def test_errors_beside_a_recipe_name_their_key() -> None:
    with pytest.raises(ShopError, match=r"sources\.sessions\.colums: no such key"):
        parsed(sessions={"recipe": "shopify_orders", "colums": {}})
