"""A recipe as a value: which export it reads, what that was checked on, and its sources as shop.yaml has them.

Belongs here: finding recipes, reading one, its text as a shop.yaml. Taking a part over into a shop.yaml: `expand`.
Whether the keys of a source are right is shop.yaml's to say, and a test's for every recipe.
"""

from __future__ import annotations

import textwrap
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

FOLDER = Path(__file__).parent
COMMENT_WIDTH = 110
TO_EDIT = (
    "calendar: {timezone: UTC, week_start: monday}    # your business time zone (IANA name, as in Europe/London)",
    "currency: EUR                                    # of amounts without a currency column",
)
SourceName = Literal["sessions", "customers", "baskets", "deliveries"]


class RecipeError(ValueError):
    """No such recipe, or one that has no such source; the message lists the names."""


class Recipe(BaseModel):
    """A shipped description of a known export.

    `header`: column names by which its file is recognised, all of them there; empty: never. `completed_by`: the recipe of the orders
    that make a shop of one without sessions. `sources`: as in shop.yaml.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    checked_on: str
    header: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    completed_by: str | None = None
    sources: dict[SourceName, dict[str, Any]]
    sources_text: str

    def part(self, source: str) -> dict[str, Any] | None:
        """What shop.yaml would say of sessions, customers, baskets or deliveries; None when the export has none."""
        return {str(name): part for name, part in self.sources.items()}.get(source)


def recipe_names() -> tuple[str, ...]:
    """All recipes, in order of their names."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def load_recipe(name: str) -> Recipe:
    """A recipe by its name; RecipeError when there is none or its file is broken."""
    names = recipe_names()
    if name not in names:
        raise RecipeError(f"there is no recipe {name!r}; there are {', '.join(names)}")
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    try:
        return Recipe(**yaml.safe_load(text), name=name, sources_text=_sources_text(text))
    except (yaml.YAMLError, ValidationError, TypeError) as error:
        raise RecipeError(f"the recipe {name} cannot be read: {' '.join(str(error).split())}") from None


def all_recipes() -> tuple[Recipe, ...]:
    """All recipes, in order of their names."""
    return tuple(map(load_recipe, recipe_names()))


def shop_text(recipe: Recipe) -> str:
    """A whole shop.yaml that reads the export, to be saved and edited; what is to be known about it stands above as comments."""
    texts = (recipe.title, f"Checked on: {recipe.checked_on}", *(f"- {note}" for note in recipe.notes))
    comments = [line for text in texts for line in textwrap.wrap(text, COMMENT_WIDTH, subsequent_indent="  ", break_on_hyphens=False)]
    parts = recipe.sources_text + (load_recipe(recipe.completed_by).sources_text if recipe.completed_by else "")
    return "\n".join([*(f"# {line}" for line in comments), "", *TO_EDIT, "", "sources:"]) + f"\n{parts}"


def _sources_text(text: str) -> str:
    """The lines below `sources:`, which is the last key: its author's layout and comments stay."""
    lines = text.splitlines()
    return "\n".join(lines[lines.index("sources:") + 1 :]).rstrip() + "\n" if "sources:" in lines else ""
