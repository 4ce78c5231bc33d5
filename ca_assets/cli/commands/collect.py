"""`ca collect`: the collector of events, and the write keys that shops send them with."""

from __future__ import annotations

import click

from ca_assets.cli.output import note, say, table
from ca_assets.cli.processes import COLLECTOR_PORT

ROLES = ("server", "browser")  # as in ca_assets.settings.write_keys, which imports SQLAlchemy


@click.group("collect", invoke_without_command=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", default=COLLECTOR_PORT, show_default=True, type=click.IntRange(1, 65535), help="Port.")
@click.pass_context
def command(context: click.Context, host: str, port: int) -> None:
    """Collect events from any Segment client until Ctrl-C, kept in CA_HOME/events. Clients need a key: `ca collect keys add`."""
    if context.invoked_subcommand is None:
        from ca_assets.collector.server import serve

        serve(host, port)


@command.group("keys")
def keys() -> None:
    """Write keys: who may send events."""


@keys.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="server", show_default=True, help="server: secret. browser: public, in pages.")
@click.option("--origin", "origins", multiple=True, metavar="URL", help="browser: a web site that uses it (repeatable); '*' for any.")
def add(name: str, role: str, origins: tuple[str, ...]) -> None:
    """Make the key NAME and print it, this once."""
    from ca_assets.settings.database import open_database
    from ca_assets.settings.write_keys import add_write_key

    key = add_write_key(open_database(), name, role, origins)
    say(key)
    note(f"This is the write key {name} ({role}). It is shown only now: keep it where the shop's settings are.")


@keys.command("list")
def list_all() -> None:
    """Show names, roles and web sites; never a key."""
    from ca_assets.settings.database import open_database
    from ca_assets.settings.write_keys import list_write_keys

    rows = [(key.name, key.role, ", ".join(key.origins.split()), f"{key.created_at:%Y-%m-%d}") for key in list_write_keys(open_database())]
    table(("name", "role", "web sites", "since"), rows)


@keys.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Forget the key NAME: what is sent with it is refused from then on (within ten seconds)."""
    from ca_assets.settings.database import open_database
    from ca_assets.settings.write_keys import remove_write_key

    remove_write_key(open_database(), name)
    say(f"The write key {name} is removed.")
