"""`ca publish`: the lake's tables and all reports to the index again."""

from __future__ import annotations

import click

from ca_assets.cli.imports import many_imports
from ca_assets.cli.output import note


@click.command("publish")
def command() -> None:
    """Publish everything of the lake again, without reading the sources (after losing or changing the index)."""
    with many_imports():
        from ca_assets.cli.runs import published_assets, run_assets

    seconds = run_assets(published_assets(), {"recompute": True})  # also what the lost store had
    note(f"Published in {seconds:.1f} s")
