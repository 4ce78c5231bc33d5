"""`ca load`: sources to published reports."""

from __future__ import annotations

import datetime as dt

import click

from ca_assets.cli.imports import many_imports
from ca_assets.cli.output import note, say, table
from ca_assets.contracts.sources import SOURCES


@click.command("load")
@click.option("--full", is_flag=True, help="Read the sources whole, also what cannot have changed, and compute all again.")
@click.option("--only", multiple=True, metavar="ASSET", help="Only this asset (may be repeated), such as funnels or lake/orders.")
@click.option("--job", metavar="JOB", help="Instead of the load: a job of families that are kept fresh beside it, such as weekly.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Report date; default: the last whole day in the data.")
@click.option("--accept-empty", multiple=True, type=click.Choice(SOURCES), help="A source that had rows and may be empty now (repeatable).")
def command(full: bool, only: tuple[str, ...], job: str | None, as_of: dt.datetime | None, accept_empty: tuple[str, ...]) -> None:
    """Load the shop in force: read the sources, write the tables, compute and publish all reports."""
    config: dict[str, object] = {"as_of": f"{as_of:%Y-%m-%d}"} if as_of else {}
    config |= {"recompute": True, "full": True} if full else {}
    config |= {"accept_empty": list(accept_empty)} if accept_empty else {}
    load(only=only, config=config, job=job)


def load(*, only: tuple[str, ...] = (), config: dict[str, object] | None = None, job: str | None = None) -> None:
    """Run the assets with progress, then show what was read. Raises ShopError, LoadRunning, Problem."""
    from ca_assets.analyses.core.downloads import NO_CUSTOMERS
    from ca_assets.settings.database import open_database
    from ca_assets.settings.erased import unfinished_erasures
    from ca_assets.settings.shops import applied_shop

    database = open_database()
    applied = applied_shop(database)
    if unfinished_erasures(database):
        note("An erasure of customers was interrupted: run the same `ca erase` again; their ids are still in older tables and files.")
    if config and "as_of" in config:
        applied.shop.calendar.require_day(dt.date.fromisoformat(str(config["as_of"])))
    note(f"Loading {applied.shop.name}")
    with many_imports():
        from ca_assets.cli.runs import run_assets

    seconds = run_assets(only, config, job)
    _show_counts()
    if applied.shop.sources.customers is None:
        say(NO_CUSTOMERS)
    note(f"Done in {seconds:.1f} s")


def _show_counts() -> None:
    from ca_assets.contracts.alarms import alarms_of
    from ca_assets.lake.lake import Lake
    from ca_assets.loading.counts import COLUMNS, counts_facts, counts_rows, reads_lines, restated_lines
    from ca_assets.settings.process import process_settings

    loads = Lake(process_settings().lake_root).loads()
    if not loads:
        return
    newest = loads[-1]
    table(("source", *COLUMNS), counts_rows(newest["counts"]), right=range(1, len(COLUMNS) + 1))
    for alarm in alarms_of(newest):
        say(f"ALARM {alarm.source}: {alarm.text}")
    for line in (*reads_lines(newest.get("reads", {})), *restated_lines(newest.get("restated", [])), *counts_facts(newest["counts"])):
        say(line)
