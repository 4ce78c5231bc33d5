"""`ca sources`: the shop in force, and a look at what a shop.yaml's sources hold."""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ca_assets.cli.output import say, table

if TYPE_CHECKING:
    from ca_assets.settings.database import Database
    from ca_assets.settings.shops import AppliedShop
    from ca_assets.shop import Shop


@click.group("sources")
def command() -> None:
    """Where the shop's data come from (shop.yaml)."""


@command.command("apply")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--no-check", is_flag=True, help="Do not look at the sources (their files arrive later).")
def apply(file: Path, no_check: bool) -> None:
    """Make FILE (a shop.yaml) the shop in force, when its sources have the mapped columns; `ca load` then loads it."""
    from ca_assets.settings.database import open_database
    from ca_assets.settings.shops import apply_shop
    from ca_assets.shop import load_shop

    shop, database = load_shop(file), open_database()
    if not no_check:
        _check_headers(shop, database)
    applied = apply_shop(database, file)
    say(f"Applied {applied.shop.name}. Now run `ca load`.")
    show(applied)


def _check_headers(shop: Shop, database: Database) -> None:
    from ca_assets.settings.connections import secret_lookup
    from ca_assets.sources.driver import Reading
    from ca_assets.sources.open import check_source

    with tempfile.TemporaryDirectory() as staging:
        reading = Reading(shop.folder, Path(staging), secret=secret_lookup(database))
        for name in type(shop.sources).model_fields:
            if config := getattr(shop.sources, name):
                check_source(name, config, reading)


@command.command("check")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--all", "whole", is_flag=True, help="Read everything; else of large sources a sample.")
@click.option("--rows", type=click.IntRange(0, 100), default=5, show_default=True, help="Rows shown of each source.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def check(file: Path | None, whole: bool, rows: int, form: str) -> None:
    """Dry run of FILE (default: the shop in force): what its sources hold and what becomes of it. Nothing is loaded or changed.

    Ends with 1 when a source cannot be used. A source without `columns` gets a guess of its mapping.
    """
    from ca_assets.cli.progress import progress
    from ca_assets.dry_run.run import dry_run
    from ca_assets.settings.connections import secret_lookup
    from ca_assets.settings.database import open_database
    from ca_assets.settings.shops import applied_shop
    from ca_assets.shop import load_shop

    database = open_database()
    shop = load_shop(file) if file else applied_shop(database).shop
    with progress("Reading") if whole else nullcontext() as shown:
        result = dry_run(
            shop, secret=secret_lookup(database), sample_rows=rows, whole=whole, progress=None if shown is None else shown.rows
        )
    if form == "json":
        click.echo(json.dumps(asdict(result), ensure_ascii=True, indent=1))
    else:
        from ca_assets.cli.dry_run_text import lines

        for line in lines(result):
            say(line)
    sys.exit(0 if result.is_usable else 1)


@command.command("list")
def list_sources() -> None:
    """Show the sources of the shop in force."""
    from ca_assets.settings.database import open_database
    from ca_assets.settings.shops import applied_shop

    show(applied_shop(open_database()))


@command.command("recipes")
def list_recipes() -> None:
    """List the known exports that `recipe: NAME` reads without a mapping."""
    from ca_assets.recipes.recipe import all_recipes

    table(("name", "reads", "checked on"), [(recipe.name, recipe.title, recipe.checked_on) for recipe in all_recipes()])


@command.command("recipe")
@click.argument("name")
def show_recipe(name: str) -> None:
    """Print the recipe NAME as a whole shop.yaml, to be saved and edited."""
    from ca_assets.recipes.recipe import load_recipe, shop_text

    say(shop_text(load_recipe(name)).rstrip())


def show(applied: AppliedShop) -> None:
    """A line per source."""
    sources = applied.shop.sources
    configs = [(name, getattr(sources, name)) for name in type(sources).model_fields]
    rows = [(name, c.kind, c.path or c.table or "query", len(c.columns) + len(c.dimensions) + len(c.actions)) for name, c in configs if c]
    table(("source", "kind", "where", "columns"), rows, right=[3])
