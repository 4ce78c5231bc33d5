"""`ca sources`: the shop in force."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from ca_assets.cli.output import say, table
from ca_assets.settings.database import open_database
from ca_assets.settings.shops import AppliedShop, applied_shop, apply_shop
from ca_assets.shop import Shop, load_shop


@click.group("sources")
def command() -> None:
    """Where the shop's data come from (shop.yaml)."""


@command.command("apply")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--no-check", is_flag=True, help="Do not look at the sources (their files arrive later).")
def apply(file: Path, no_check: bool) -> None:
    """Make FILE (a shop.yaml) the shop in force, when its sources have the mapped columns; `ca load` then loads it."""
    shop = load_shop(file)
    if not no_check:
        _check(shop)
    applied = apply_shop(open_database(), file)
    say(f"Applied {applied.shop.name}. Now run `ca load`.")
    show(applied)


def _check(shop: Shop) -> None:
    from ca_assets.sources.open import check_source  # Arrow takes a moment to import
    from ca_assets.sources.reading import Reading

    with tempfile.TemporaryDirectory() as staging:
        reading = Reading(shop.folder, Path(staging))
        for name in type(shop.sources).model_fields:
            if config := getattr(shop.sources, name):
                check_source(name, config, reading)


@command.command("list")
def list_sources() -> None:
    """Show the sources of the shop in force."""
    show(applied_shop(open_database()))


def show(applied: AppliedShop) -> None:
    """A line per source."""
    sources = applied.shop.sources
    configs = [(name, getattr(sources, name)) for name in type(sources).model_fields]
    rows = [(name, c.kind, c.path or c.table or "query", len(c.columns) + len(c.dimensions) + len(c.actions)) for name, c in configs if c]
    table(("source", "kind", "where", "columns"), rows, right=[3])
