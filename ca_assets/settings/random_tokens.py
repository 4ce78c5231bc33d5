"""Random tokens that open something for whoever has them: only their hashes are kept, so that a copy of the database opens nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """256 random bits as url-safe text."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hashed(token: str) -> str:
    """What is kept of a token, which is too random to be guessed: SHA-256 in hex."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def now() -> dt.datetime:
    """The moment, in UTC."""
    return dt.datetime.now(dt.UTC)


def aware(moment: dt.datetime) -> dt.datetime:
    """A moment of the database with its time zone, which SQLite does not keep."""
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
