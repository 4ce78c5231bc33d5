"""Who sends: the key of a request, what it may do, and which web sites browsers may send from.

Keys are read from the settings database, and again after a few seconds, so that a new one works and a removed one does not.
Belongs here: finding and judging keys. Does not belong here: making them (`ca_assets.settings.write_keys`).
"""

from __future__ import annotations

import base64
import binascii
import threading
import time
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from ca_assets.settings.database import Database
from ca_assets.settings.write_keys import ANY_ORIGIN, BROWSER, hash_of_key, list_write_keys

FRESH_SECONDS = 10.0
UNKNOWN_SECONDS = 1.0  # an unknown key may be a new one: then the database is asked again, but not for each request


class AccessError(PermissionError):
    """The request may not send; `status` is HTTP's (401: no known key, 403: not from there)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class KnownKey:
    """What is known of a key: its name, its role, and for browsers the origins (`https://shop.example.org`, or `*`)."""

    name: str
    role: str
    origins: frozenset[str]

    def allows(self, origin: str) -> bool:
        """Whether a page of that origin may use it."""
        return self.role == BROWSER and (ANY_ORIGIN in self.origins or origin.lower() in self.origins)


class KeyRing:
    """The keys of the settings database, remembered for some seconds; for many threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = threading.Lock()
        self._keys: dict[str, KnownKey] = {}
        self._read_at = float("-inf")

    def find(self, key: str | None) -> KnownKey:
        """The key's row. AccessError 401 when there is none."""
        if not key:
            raise AccessError(401, "a write key is needed: as the user of Basic authentication, or as writeKey in the body")
        digest = hash_of_key(key)
        self._refresh(FRESH_SECONDS)
        if digest not in self._keys:
            self._refresh(UNKNOWN_SECONDS)
        if digest not in self._keys:
            raise AccessError(401, "the write key is not known")
        return self._keys[digest]

    def allows(self, origin: str) -> bool:
        """Whether any key is for pages of that origin."""
        self._refresh(FRESH_SECONDS)
        return any(key.allows(origin) for key in self._keys.values())

    def forget(self) -> None:
        """Read the keys anew at the next request."""
        self._read_at = float("-inf")

    def _refresh(self, older_than_seconds: float) -> None:
        """Read the keys again. When the database is away those that are known go on to count."""
        with self._turn:
            if time.monotonic() - self._read_at <= older_than_seconds:
                return
            try:
                rows = list_write_keys(self._database)
            except SQLAlchemyError:
                if not self._keys:
                    raise
            else:
                self._keys = {row.key_hash: KnownKey(row.name, row.role, frozenset(row.origins.split())) for row in rows}
            self._read_at = time.monotonic()


def key_of_header(header: str | None) -> str | None:
    """The key in `Authorization: Basic …` (its user; the password is empty); None without one. AccessError 401 for another scheme."""
    if not header:
        return None
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise AccessError(401, "only Basic authentication is understood, with the write key as user")
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        raise AccessError(401, "the Authorization header cannot be read") from None


def require_origin(key: KnownKey, origin: str | None) -> None:
    """AccessError 403 when a page may not use the key: another web site, or a server's key, which must not be in any page."""
    if origin and not key.allows(origin):
        reason = "is not for this web site" if key.role == BROWSER else "is a server's, and must not be used in a page"
        raise AccessError(403, f"the write key {key.name} {reason}")
