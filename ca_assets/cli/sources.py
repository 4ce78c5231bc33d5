"""`ca sources`: the shop in force, and a look at what a shop.yaml's sources hold."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from ca_assets.cli.output import note, say, table
from ca_assets.settings.connections import secret_lookup
from ca_assets.settings.database import Database, open_database
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
    shop, database = load_shop(file), open_database()
    if not no_check:
        _check_headers(shop, database)
    applied = apply_shop(database, file)
    say(f"Applied {applied.shop.name}. Now run `ca load`.")
    show(applied)


def _check_headers(shop: Shop, database: Database) -> None:
    from ca_assets.sources.open import check_source  # Arrow takes a moment to import
    from ca_assets.sources.reading import Reading

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
    database = open_database()
    shop = load_shop(file) if file else applied_shop(database).shop
    from ca_assets.loads.dry_run import dry_run  # the engine takes a moment to import

    found = dry_run(shop, secret=secret_lookup(database), sample_rows=rows, whole=whole, progress=_rows_read if whole else None)
    if form == "json":
        click.echo(json.dumps(asdict(found), ensure_ascii=True, indent=1))
    else:
        from ca_assets.cli.dry_run_text import lines

        for line in lines(found):
            say(line)
    sys.exit(0 if found.is_usable else 1)


def _rows_read(what: str, rows: int) -> None:
    note(f"    {what}: {rows:,} rows")


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
