"""`ca load`: sources to published reports."""

from __future__ import annotations

import click

from ca_assets.analyses.download_words import NO_CUSTOMERS
from ca_assets.cli.output import note, say, table
from ca_assets.loads.counts import COLUMNS, counts_facts, counts_rows, reads_lines, restated_lines
from ca_assets.settings.database import open_database
from ca_assets.settings.process import process_settings
from ca_assets.settings.shops import applied_shop


@click.command("load")
@click.option("--full", is_flag=True, help="Read the sources whole, also what cannot have changed, and compute all again.")
@click.option("--only", multiple=True, metavar="ASSET", help="Only this asset (may be repeated), such as funnels or lake/orders.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Report date; default: the last whole day in the data.")
def command(full: bool, only: tuple[str, ...], as_of: object) -> None:
    """Load the shop in force: read the sources, write the tables, compute and publish all reports."""
    asked = {"as_of": f"{as_of:%Y-%m-%d}"} if as_of else {}
    load(only=only, config={**asked, **({"recompute": True, "full": True} if full else {})})


def load(*, only: tuple[str, ...] = (), config: dict[str, object] | None = None) -> None:
    """Run the assets with progress, then show what was read. Raises ShopError, LoadRunning, Problem."""
    applied = applied_shop(open_database())
    note(f"Loading {applied.shop.name}")
    from ca_assets.cli.runs import run_assets  # Dagster takes a second to import

    seconds = run_assets(only, config)
    _show_counts()
    if applied.shop.sources.customers is None:
        say(NO_CUSTOMERS)
    note(f"Done in {seconds:.1f} s")


def _show_counts() -> None:
    from ca_assets.storage.lake import Lake

    loads = Lake(process_settings().lake_root).loads()
    if loads:
        table(("source", *COLUMNS), counts_rows(loads[-1]["counts"]), right=range(1, len(COLUMNS) + 1))
        for line in reads_lines(loads[-1].get("reads", {})):
            say(line)
        for line in restated_lines(loads[-1].get("restated", [])):
            say(line)
        for fact in counts_facts(loads[-1]["counts"]):
            say(fact)
