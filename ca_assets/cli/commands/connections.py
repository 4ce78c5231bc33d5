"""`ca connections`: secrets that shop.yaml names as `${NAME}`. A secret is never an argument, and never printed."""

from __future__ import annotations

import datetime as dt
import os
import sys
from typing import TYPE_CHECKING

import click

from ca_assets.cli.output import note, say, table

if TYPE_CHECKING:
    from ca_assets.settings.connections import StoredConnection


@click.group("connections")
def command() -> None:
    """Secrets that shop.yaml names as ${NAME}, such as a database's url: kept encrypted, never shown."""


@command.command("add")
@click.argument("name")
@click.option("--stdin", is_flag=True, help="Read the secret from standard input (a file: `< key.json`) instead of asking for it.")
def add(name: str, stdin: bool) -> None:
    """Keep a secret (a database's url, a service account's key) as NAME; one that is there is replaced."""
    from ca_assets.settings.connections import list_connections, store_connection
    from ca_assets.settings.database import open_database

    secret = sys.stdin.read() if stdin else click.prompt(f"{name} (not shown)", hide_input=True)
    database = open_database()
    is_known = store_connection(database, name, secret.strip())
    say(f"Connection {name} is {'replaced' if is_known else 'stored'}. Write ${{{name}}} in shop.yaml.")
    _show([connection for connection in list_connections(database) if connection.name == name])
    if os.environ.get(name) or os.environ.get(f"{name}_FILE"):
        note(f"The environment sets {name} too, which wins over the stored one.")


@command.command("list")
def list_all() -> None:
    """Show what is stored: kind, host, database, user and age, no password."""
    from ca_assets.settings.connections import list_connections
    from ca_assets.settings.database import open_database

    _show(list_connections(open_database()))


@command.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Forget the connection NAME."""
    from ca_assets.settings.connections import remove_connection
    from ca_assets.settings.database import open_database

    remove_connection(open_database(), name)
    say(f"Connection {name} is removed.")


def _show(stored: list[StoredConnection]) -> None:
    rows = [(c.name, c.shown.kind, c.shown.host, c.shown.database, c.shown.user, age(c.changed_at)) for c in stored]
    table(("name", "kind", "host", "database", "user", "age"), rows)


def age(since: dt.datetime) -> str:
    """Time since then in one unit (`3 days`), `just now` below a minute."""
    from babel.dates import format_timedelta

    passed = dt.datetime.now(dt.UTC) - since
    return "just now" if passed < dt.timedelta(minutes=1) else format_timedelta(passed, threshold=1, locale="en")
