"""`ca demo`: a made-up shop, loaded and served."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import click

from ca_assets.cli.output import note, say

JOBS = ("daily", "weekly")  # of anomalies; of customer lifetime value, which takes longest


@click.command("demo")
@click.option("--sessions", default=60_000, show_default=True, type=click.IntRange(100, 1_000_000_000), help="About so many sessions.")
@click.option("--seed", default=7, show_default=True, type=click.IntRange(0), help="The same seed makes the same shop.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of its files. [default: CA_HOME/demo]")
@click.option("--no-serve", is_flag=True, help="Make and load it, but start nothing.")
def command(sessions: int, seed: int, out: Path | None, no_serve: bool) -> None:
    """Make a demo shop, load it, compute everything and serve it."""
    from ca_assets.cli.commands.load import load
    from ca_assets.cli.commands.up import announce_admin, up
    from ca_assets.settings.database import open_database
    from ca_assets.settings.process import process_settings
    from ca_assets.settings.shops import apply_shop

    folder = out or process_settings().home / "demo"
    _make(folder, sessions, seed)
    apply_shop(open_database(), folder / "shop.yaml")
    load()
    announce_admin()
    if no_serve:
        beside = " and ".join(f"`ca load --job {job}`" for job in JOBS)
        say(f"Run `ca up` to serve it; {beside} compute anomalies and customer lifetime value, which takes some minutes.")
    else:
        up(jobs=JOBS)


def _make(folder: Path, sessions: int, seed: int) -> None:
    from ca_assets.cli.progress import progress
    from ca_assets.demo.generate import generate

    started = time.monotonic()
    note(f"Making a demo shop of about {sessions:,} sessions in {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    yesterday = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    with progress("Making sessions", rows=sessions) as shown:
        truth = generate(folder, sessions, seed, end=yesterday, progress=lambda month, made: shown.rows(month, made, unit="sessions"))
    note(f"Made {truth.sessions:,} sessions, {truth.orders:,} orders in {time.monotonic() - started:.1f} s; what is planted: truth.json")
