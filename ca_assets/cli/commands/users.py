"""`ca users`: who may log in."""

from __future__ import annotations

import click

from ca_assets.cli.output import say, table
from ca_assets.settings.roles import ROLES

PASSWORD = click.option(
    "--password", envvar="CA_PASSWORD", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked when not given."
)


@click.group("users")
def command() -> None:
    """People who may log in: viewer (reads), editor (also loads), admin (also users)."""


@command.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="viewer", show_default=True)
@click.option("--email", default="", help="The address by which a provider (CA_OIDC_ISSUER) knows this person.")
@PASSWORD
def add(name: str, role: str, email: str, password: str) -> None:
    """Create the user NAME."""
    from ca_assets.settings import users
    from ca_assets.settings.audit import COMMAND_LINE, record
    from ca_assets.settings.database import open_database

    database = open_database()
    users.add_user(database, name, password, role, email=email)
    record(database, COMMAND_LINE, "user.add", name, f"role {role}")
    say(f"User {name} ({role}) may log in now.")


@command.command("list")
def list_all() -> None:
    """Show all users."""
    from ca_assets.settings import users
    from ca_assets.settings.database import open_database

    rows = [(user.name, user.role, f"{user.created_at:%Y-%m-%d}") for user in users.list_users(open_database())]
    table(("name", "role", "since"), rows)


@command.command("passwd")
@click.argument("name")
@PASSWORD
def passwd(name: str, password: str) -> None:
    """Change the password of NAME."""
    from ca_assets.settings import users
    from ca_assets.settings.audit import COMMAND_LINE, record
    from ca_assets.settings.database import open_database

    database = open_database()
    users.set_password(database, name, password)
    record(database, COMMAND_LINE, "password.change", name)
    say(f"The password of {name} is changed.")
