"""`ca tokens`: what programs show to the API instead of a password."""

from __future__ import annotations

import datetime as dt

import click

from ca_assets.cli.output import Problem, note, say, table


@click.group("tokens")
def command() -> None:
    """Tokens of the API: each may do what its scopes name, of what its owner may see. Shown once, when it is made."""


@command.command("add")
@click.argument("name")
@click.option("--owner", default="admin", show_default=True, help="The user for whom it acts, with his limits.")
@click.option("--scope", "scopes", multiple=True, help="read:reports, read:tables or read:search (repeatable). [default: read:reports]")
@click.option("--days", type=int, default=90, show_default=True, help="Until it expires; 0: never.")
def add(name: str, owner: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a token called NAME, which says what uses it. It is written to standard output, and cannot be shown again."""
    from ca_assets.settings.database import open_database
    from ca_assets.settings.tokens import TokenError, add_token

    try:
        token, text = add_token(open_database(), owner, name, scopes or ("read:reports",), days or None)
    except TokenError as error:
        raise Problem(str(error)) from None
    note(f"Token {token.id} of {owner} ({token.scopes}), which is shown only now. Send it as the header “Authorization: Bearer …”:")
    say(text)


@command.command("list")
def list_all() -> None:
    """Show all tokens: their owner, scopes, expiry, last use and state; never the token."""
    from ca_assets.settings.database import open_database
    from ca_assets.settings.tokens import tokens_of

    now = dt.datetime.now(dt.UTC)
    rows = [
        (token.id, token.name, token.owner, token.scopes, _day(token.expires_at) or "never", _day(token.last_used_at), token.state(now))
        for token in tokens_of(open_database())
    ]
    table(("id", "name", "owner", "scopes", "expires", "last used", "state"), rows)


@command.command("revoke")
@click.argument("token_id", metavar="ID", type=int)
def revoke(token_id: int) -> None:
    """End the token ID at once."""
    from ca_assets.settings.database import open_database
    from ca_assets.settings.tokens import TokenError, revoke_token

    try:
        token = revoke_token(open_database(), token_id)
    except TokenError as error:
        raise Problem(str(error)) from None
    say(f"Token {token.id} ({token.name}) of {token.owner} is revoked.")


def _day(moment: dt.datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""
