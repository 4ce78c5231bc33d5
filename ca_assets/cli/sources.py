"""`ca sources`: the shop in force."""

from __future__ import annotations

from pathlib import Path

import click

from ca_assets.cli.output import say, table
from ca_assets.settings.database import open_database
from ca_assets.settings.shops import AppliedShop, applied_shop, apply_shop


@click.group("sources")
def command() -> None:
    """Where the shop's data come from (shop.yaml)."""


@command.command("apply")
@click.argument("file", type=click.Path(path_type=Path))
def apply(file: Path) -> None:
    """Make FILE (a shop.yaml) the shop in force; `ca load` then loads it."""
    applied = apply_shop(open_database(), file)
    say(f"Applied {applied.shop.name}. Now run `ca load`.")
    show(applied)


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
