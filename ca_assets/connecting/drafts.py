"""Changes of shop.yaml by forms: one source, the shop's own lines, a source removed. The text is what counts, before and after.

Belongs here: values in, text out; who may name which place. Whether the text is a shop: `ca_assets.shop`. Who keeps it: `settings.shops`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ca_assets.connecting.uploads.store import Uploads
from ca_assets.contracts.sources import SOURCES
from ca_assets.recipes.expand import expand_recipes, merge_source
from ca_assets.recipes.recipe import RecipeError, load_recipe
from ca_assets.shop import Shop, ShopError, parse_shop

ORDER = ("name", "calendar", "currency", "settings", "sources")
ONE_CONNECTION = re.compile(r"\$\{[A-Za-z_]\w*\}")
GOES = {
    "sessions": "Sessions are required: without them there is no shop. Connect another source in their place.",
    "customers": "Funnels and cohorts that begin at the download then begin at each customer’s first session.",
    "baskets": "Products, categories, what is bought together, and tests of products have no data any more after the next load.",
    "deliveries": "The page Delivery has no data any more after the next load.",
}


def values_of(text: str | None) -> dict[str, Any]:
    """A shop.yaml as plain values, recipes as they are written; empty without a text. Raises ShopError."""
    try:
        values = yaml.safe_load(text or "") or {}
    except yaml.YAMLError as error:
        raise ShopError(f"this is not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(values, dict):
        raise ShopError("this is not a shop.yaml: it begins with `sources:` (see examples/shop.yaml)")
    return values


def source_of(text: str | None, name: str) -> dict[str, Any] | None:
    """What a text says of a source; None where it has none."""
    sources = values_of(text).get("sources")
    source = sources.get(name) if isinstance(sources, dict) else None
    return dict(source) if isinstance(source, dict) else None


def expanded(name: str, source: Mapping[str, Any]) -> dict[str, Any]:
    """A source with its recipe, if it has one, written out. Raises ShopError."""
    try:
        values: dict[str, Any] = expand_recipes({"sources": {name: dict(source)}})["sources"][name]
    except RecipeError as error:
        raise ShopError(str(error)) from None
    return values


def with_source(text: str | None, name: str, source: Mapping[str, Any], shop: Mapping[str, Any] | None = None) -> str:
    """The text with another source (of sessions, customers, …), and with the lines `name`, `calendar`, `currency` of `shop`."""
    values = values_of(text) | dict(shop or {})
    sources = dict(values.get("sources") or {}) | {name: {key: value for key, value in source.items() if value not in (None, "", {}, [])}}
    return as_text(values | {"sources": sources})


def with_recipe_sources(text: str, name: str, recipe: str, beside: Mapping[str, Any]) -> str:
    """The text with those further sources that the recipe reads from the very file of source `name`, where the text has none yet."""
    known, parts = values_of(text).get("sources") or {}, load_recipe(recipe).sources
    path = (load_recipe(recipe).part(name) or {}).get("path")
    for other, part in parts.items():
        if other != name and part.get("path") == path and other not in known:
            text = with_source(text, other, {"recipe": recipe} | dict(beside))
    return text


def without_source(text: str, name: str) -> str:
    """The text without a source. ShopError for sessions."""
    if name == "sessions":
        raise ShopError(GOES["sessions"])
    values = values_of(text)
    return as_text(values | {"sources": {other: source for other, source in (values.get("sources") or {}).items() if other != name}})


def as_text(values: Mapping[str, Any]) -> str:
    """Values as a shop.yaml, its keys and sources in their usual order."""
    sources = values.get("sources") or {}
    ordered = {key: values[key] for key in (*ORDER, *values) if key in values}
    ordered["sources"] = {name: sources[name] for name in (*SOURCES, *sources) if name in sources}
    return yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True, width=120)


def changes(before: str, after: str) -> list[str]:
    """What differs between two texts, as lines of a unified diff without its head; empty when nothing does."""
    return list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))[2:]


def checked_shop(text: str, folder: Path, *, home: Path, before: str | None, is_admin: bool) -> Shop:
    """The shop of a text, when whoever gives it may: only an admin may name other places than uploads, connections and what is in force.

    A path of this machine could be any of its files, and a url could send a connection's password to another server. Raises ShopError.
    """
    shop = parse_shop(text, folder)
    if not is_admin:
        known = _places(parse_shop(before, folder), folder) if before else set()
        for name, key, place in sorted(_places(shop, folder) - known):
            is_upload = key == "path" and "*" not in place and Uploads(home).is_inside(Path(place))
            if not (is_upload or ONE_CONNECTION.fullmatch(place)):
                what = "a path outside of the uploads" if key == "path" else f"`{key}` that is no connection (${{NAME}})"
                raise ShopError(f"sources.{name}.{key}: only an admin may name {what}; upload the files, or choose a connection")
    return shop


def _places(shop: Shop, folder: Path) -> set[tuple[str, str, str]]:
    """Where sources are: (source, key, place), paths whole."""
    found = set()
    for name in SOURCES:
        config = getattr(shop.sources, name)
        for key in ("path", "url", "credentials"):
            place = getattr(config, key, None) if config else None
            if place:
                found.add((name, key, str(folder / place) if key == "path" else str(place)))
    return found


def beside_recipe(recipe: str, name: str, source: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe's source written out, with what stands beside it, for a form that maps by hand. Raises ShopError."""
    try:
        return merge_source(load_recipe(recipe).part(name) or {}, source)
    except RecipeError as error:
        raise ShopError(str(error)) from None
