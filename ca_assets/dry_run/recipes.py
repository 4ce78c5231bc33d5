"""The recipe that a source's file calls for: recognised by its header, offered where it says more than shop.yaml does.

Belongs here: whether one is offered, and with what beside it. How headers are recognised: `ca_assets.recipes.recognition`.
"""

from __future__ import annotations

from pydantic import ValidationError

from ca_assets.dry_run.result import OfferedRecipe
from ca_assets.recipes.expand import MAPS, merge_source
from ca_assets.recipes.recipe import Recipe
from ca_assets.recipes.recognition import recipe_lines, recognised, same_file
from ca_assets.shop import Shop, SourceConfig
from ca_assets.sources.driver import Reading
from ca_assets.sources.errors import SourceError
from ca_assets.sources.inference.source import file_header

BESIDE = ("path", "delimiter", "encoding", "skip_rows")  # where the file is and how it is written stays, a mapping does not


def offered_recipe(name: str, config: SourceConfig, shop: Shop, reading: Reading) -> OfferedRecipe | None:
    """The recipe for the file of a source; None when no recipe knows it, or when it would change nothing."""
    if config.is_database or config.is_events:
        return None
    try:
        columns, options = file_header(name, config, reading)
    except SourceError:
        return None  # the check of the source says what is wrong with the file
    recipe = recognised(name, config.kind, columns)
    if recipe is None or _changes_nothing(name, config, recipe):
        return None
    given = config.model_dump(mode="json", exclude_unset=True)
    keys = {key: given[key] for key in BESIDE if key in given} | dict(options)
    sources = [name, *(other for other in same_file(recipe, name) if getattr(shop.sources, other) is None)]
    return OfferedRecipe(recipe.name, recipe.title, recipe_lines(recipe, sources, keys))


def _changes_nothing(name: str, config: SourceConfig, recipe: Recipe) -> bool:
    """Whether the source is read as the recipe reads it; a column of the recipe that is not mapped was perhaps left out on purpose."""
    part = {key: value for key, value in (recipe.part(name) or {}).items() if key not in MAPS}
    try:
        return bool(config.columns) and SourceConfig(**merge_source(part, config.model_dump(mode="json", exclude_unset=True))) == config
    except ValidationError:
        return False
