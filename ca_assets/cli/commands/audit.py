"""`ca audit`: who did what."""

from __future__ import annotations

import click

from ca_assets.cli.output import table


@click.command("audit")
@click.option("--who", default="", help="A user's name.")
@click.option("--what", default="", help="What the action begins with, such as login or user.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000))
def command(who: str, what: str, limit: int) -> None:
    """Who did what, when and from where: the newest first."""
    from ca_assets.settings.audit import entries
    from ca_assets.settings.database import open_database

    rows = [
        (f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.actor, entry.action, entry.subject, entry.detail, entry.address)
        for entry in entries(open_database(), actor=who, action=what, limit=limit)
    ]
    table(("when (UTC)", "who", "what", "to what", "details", "from"), rows)
