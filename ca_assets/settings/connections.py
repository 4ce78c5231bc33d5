"""Connections: secrets that shop.yaml refers to as `${NAME}`, encrypted in the settings database, and where else such a name is looked up.

Belongs here: keeping, finding, and what may be shown of one. Does not belong here: connecting (`ca_assets.sources`). Nothing here logs a
secret or puts one into a message; only the function that `secret_lookup` gives returns one.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.fernet import InvalidToken
from sqlalchemy import select

from ca_assets.settings.database import Connection, Database
from ca_assets.settings.process import ProcessSettings, SecretError, secret_from_file
from ca_assets.settings.redaction import RedactedConnection, redact
from ca_assets.settings.secrets import cipher

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
OWN_PREFIX = "CA_"
MAXIMUM_LENGTH = 100_000  # a service account's key has 2,400 characters


@dataclass(frozen=True)
class StoredConnection:
    """What may be shown of a stored connection: no password, no token. `changed_at`: when it was last stored (UTC)."""

    name: str
    shown: RedactedConnection
    changed_at: dt.datetime


def secret_lookup(database: Database, settings: ProcessSettings | None = None) -> Callable[[str], str | None]:
    """What `${NAME}` stands for: the environment variable NAME, else the text of the file that NAME_FILE names, else the stored connection.

    The function returns None for a name that none of them has, and raises SecretError for a file that cannot be read, a connection stored
    with another key, or a name of this installation's own settings (which no shop.yaml may send anywhere).
    """

    def look_up(name: str) -> str | None:
        if name.upper().startswith(OWN_PREFIX):
            raise SecretError(f"${{{name}}} would be a setting of this installation, not a connection; use a name that begins otherwise")
        return os.environ.get(name) or secret_from_file(name) or _stored(database, name, settings)

    return look_up


def store_connection(database: Database, name: str, secret: str, settings: ProcessSettings | None = None) -> bool:
    """Keep `secret` under `name`, encrypted; True when it replaced an older one. SecretError for a name or text that cannot be used."""
    _check(name, secret)
    token = cipher(settings).encrypt(secret.encode()).decode("ascii")
    with database.session() as session:
        is_known = session.get(Connection, name) is not None
        session.merge(Connection(name=name, secret=token, changed_at=dt.datetime.now(dt.UTC)))
    return is_known


def remove_connection(database: Database, name: str) -> None:
    """Forget a connection. SecretError when there is none of that name."""
    with database.session() as session:
        row = session.get(Connection, name)
        if row is None:
            raise SecretError(f"there is no connection {name!r}; `ca connections list` shows all")
        session.delete(row)


def list_connections(database: Database, settings: ProcessSettings | None = None) -> list[StoredConnection]:
    """All by name. One that another key encrypted is listed too, as kind `unreadable`."""
    with database.session() as session:
        rows = list(session.scalars(select(Connection).order_by(Connection.name)))
    return [StoredConnection(row.name, _shown(row, settings), _aware(row.changed_at)) for row in rows]


def _shown(row: Connection, settings: ProcessSettings | None) -> RedactedConnection:
    try:
        return redact(_decrypted(row, settings))
    except SecretError:
        return RedactedConnection("unreadable (stored with another key)")


def _stored(database: Database, name: str, settings: ProcessSettings | None) -> str | None:
    with database.session() as session:
        row = session.get(Connection, name)
    return None if row is None else _decrypted(row, settings)


def _decrypted(row: Connection, settings: ProcessSettings | None) -> str:
    try:
        return cipher(settings).decrypt(row.secret.encode("ascii")).decode()
    except InvalidToken:
        raise SecretError(
            f"the connection {row.name} was stored with another encryption key; set the former CA_ENCRYPTION_KEY again "
            f"(or put its file back into CA_HOME), or store it anew with `ca connections add {row.name}`"
        ) from None


def _check(name: str, secret: str) -> None:
    if not NAME.fullmatch(name):
        raise SecretError("the name of a connection has letters, digits and _ and begins with no digit, such as SHOP_DATABASE_URL")
    if name.upper().startswith(OWN_PREFIX):
        raise SecretError(f"names that begin with {OWN_PREFIX} belong to the settings; use another, such as SHOP_DATABASE_URL")
    if not secret or "\0" in secret:
        raise SecretError("the secret is empty or no text; nothing was stored")
    if len(secret) > MAXIMUM_LENGTH:
        raise SecretError(f"the secret has more than {MAXIMUM_LENGTH:,} characters; nothing was stored")


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
