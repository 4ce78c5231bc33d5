"""`recipe: NAME` in a source of shop.yaml becomes what the recipe says of that source; what stands beside it wins.

Belongs here: this, on plain values, before anything is validated: all that reads a shop sees sources without recipes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ca_assets.recipes.recipe import RecipeError, all_recipes, load_recipe

MAPS = ("columns", "dimensions", "actions", "constants", "date_format")  # merged key by key; all other keys are replaced
RIVALS = (("columns", "constants"), ("table", "query"))  # one of them gives the value


def expand_recipes(shop: Mapping[str, Any]) -> dict[str, Any]:
    """A shop.yaml's values with each `recipe` replaced by what it stands for. RecipeError names the source and lists the recipes."""
    sources = shop.get("sources")
    if not isinstance(sources, dict):
        return dict(shop)
    return {**shop, "sources": {name: _expanded(name, source) for name, source in sources.items()}}


def merge_source(part: Mapping[str, Any], beside: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe's source with what stands beside `recipe`, which wins. A null beside takes away what the recipe says."""
    merged: dict[str, Any] = {**part, **beside}
    for key in MAPS:
        ours, theirs = _as_map(part.get(key, {})), _as_map(beside.get(key, {}))
        if isinstance(ours, dict) and isinstance(theirs, dict) and (ours or theirs):
            merged[key] = {**_without_rivals(key, ours, beside), **theirs}
            merged[key] = {name: value for name, value in merged[key].items() if value is not None}
    for first, second in (*RIVALS, *(pair[::-1] for pair in RIVALS)):
        if first not in MAPS and beside.get(first) is not None and beside.get(second) is None:
            merged.pop(second, None)
    _drop_formats(merged, beside)
    return {key: value for key, value in merged.items() if value is not None}


def _expanded(name: str, source: Any) -> Any:
    if not isinstance(source, dict) or "recipe" not in source:
        return source
    recipe = source["recipe"]
    try:
        part = load_recipe(recipe if isinstance(recipe, str) else str(recipe)).part(name)
    except RecipeError as error:
        raise RecipeError(f"sources.{name}.recipe: {error}") from None
    if part is None:
        names = ", ".join(known.name for known in all_recipes() if known.part(name) is not None)
        raise RecipeError(f"sources.{name}.recipe: {recipe} has no {name}; recipes that have: {names or 'none'}")
    return merge_source(part, {key: value for key, value in source.items() if key != "recipe"})


def _as_map(value: Any) -> Any:
    """Of dimensions and actions a list of names means that ours and theirs agree."""
    return {name: name for name in value} if isinstance(value, list) else value


def _without_rivals(key: str, ours: dict[str, Any], beside: Mapping[str, Any]) -> dict[str, Any]:
    """A column that is given beside takes the place of the recipe's constant, and the other way round."""
    rival = {"columns": "constants", "constants": "columns"}.get(key)
    given = beside.get(rival) if rival else None
    return {name: value for name, value in ours.items() if not isinstance(given, dict) or given.get(name) is None}


def _drop_formats(merged: dict[str, Any], beside: Mapping[str, Any]) -> None:
    """The recipe's formats of columns that were taken away go with them; those given beside stay, and are checked."""
    formats, given = merged.get("date_format"), beside.get("date_format")
    if isinstance(formats, dict):
        mapped = {name for key in MAPS[:-1] if isinstance(names := merged.get(key), dict) for name in names}
        kept = mapped | (set(given) if isinstance(given, dict) else set())
        merged["date_format"] = {name: form for name, form in formats.items() if name in kept}
