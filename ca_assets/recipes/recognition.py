"""Which recipe reads a file, by the file's header; and the lines of shop.yaml that take it over.

Belongs here: this, from names of columns. Reading them: `ca_assets.sources.inference`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import yaml

from ca_assets.recipes.recipe import Recipe, all_recipes


def recognised(source: str, kind: str, columns: Collection[str]) -> Recipe | None:
    """The recipe for files of the `kind` whose header is all among `columns`; of several the one that asks for most.

    `source`: sessions, customers, baskets or deliveries; a recipe without it does not count.
    """
    names = set(columns)
    able = [recipe for recipe in all_recipes() if recipe.header and (recipe.part(source) or {}).get("kind") == kind]
    known = [recipe for recipe in able if names.issuperset(recipe.header)]
    return max(known, key=lambda recipe: len(recipe.header), default=None)


def same_file(recipe: Recipe, source: str) -> list[str]:
    """The recipe's other sources that are read from the very file of `source`."""
    path = (recipe.part(source) or {}).get("path")
    return [name for name, part in recipe.sources.items() if name != source and part.get("path") == path]


def recipe_lines(recipe: Recipe, sources: Collection[str], keys: dict[str, Any]) -> list[str]:
    """A line of shop.yaml, below `sources:`, for each of `sources`; `keys` stand beside the recipe."""
    text = yaml.safe_dump({"recipe": recipe.name} | keys, default_flow_style=True, sort_keys=False, allow_unicode=True, width=1_000_000)
    return [f"{source}: {text.strip()}" for source in sources]
