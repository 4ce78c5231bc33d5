"""`ca connections`: secrets that shop.yaml names as `${NAME}`. A secret is never an argument, and never printed."""

from __future__ import annotations

import datetime as dt
import os
import sys

import click

from ca_assets.cli.output import note, say, table
from ca_assets.settings import connections
from ca_assets.settings.database import open_database


@click.group("connections")
def command() -> None:
    """Secrets that shop.yaml names as ${NAME}, such as a database's url: kept encrypted, never shown."""


@command.command("add")
@click.argument("name")
@click.option("--stdin", is_flag=True, help="Read the secret from standard input (a file: `< key.json`) instead of asking for it.")
def add(name: str, stdin: bool) -> None:
    """Keep a secret (a database's url, a service account's key) as NAME; one that is there is replaced."""
    secret = sys.stdin.read() if stdin else click.prompt(f"{name} (not shown)", hide_input=True)
    database = open_database()
    is_known = connections.store_connection(database, name, secret.strip())
    say(f"Connection {name} is {'replaced' if is_known else 'stored'}. Write ${{{name}}} in shop.yaml.")
    _show([each for each in connections.list_connections(database) if each.name == name])
    if os.environ.get(name) or os.environ.get(f"{name}_FILE"):
        note(f"The environment sets {name} too, which wins over the stored one.")


@command.command("list")
def list_all() -> None:
    """Show what is stored: kind, host, database, user and age, no password."""
    _show(connections.list_connections(open_database()))


@command.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Forget the connection NAME."""
    connections.remove_connection(open_database(), name)
    say(f"Connection {name} is removed.")


def _show(stored: list[connections.StoredConnection]) -> None:
    rows = [(c.name, c.shown.kind, c.shown.host, c.shown.database, c.shown.user, age(c.changed_at)) for c in stored]
    table(("name", "kind", "host", "database", "user", "age"), rows)


def age(since: dt.datetime) -> str:
    """Time since then in the largest fitting unit: 3 days."""
    seconds = max(0, int((dt.datetime.now(dt.UTC) - since).total_seconds()))
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "just now"
