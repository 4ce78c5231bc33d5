"""Write keys: who may send events to the collector. The key itself is shown once, when it is made; its SHA-256 is kept.

A key is 256 random bits, so a plain hash cannot be reversed by trying, and looking one up costs microseconds (a password's slow hash would
cost every request tens of milliseconds).
Belongs here: making, listing, removing, and what a key may do. Does not belong here: requests (`ca_assets.collector`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit

from sqlalchemy import DateTime, String, Text, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from ca_assets.settings.database import Base, Database

SERVER, BROWSER = "server", "browser"
KEY_ROLES = (SERVER, BROWSER)
ANY_ORIGIN = "*"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")


class WriteKeyError(ValueError):
    """The key cannot be made or removed; the message says why and what to do."""


class WriteKey(Base):
    """A key by its name. `role`: server (secret) or browser (public, for the web sites `origins`, one a line; `*`: any)."""

    __tablename__ = "write_keys"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    origins: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


def add_write_key(database: Database, name: str, role: str, origins: Sequence[str] = ()) -> str:
    """Make a key; returns it, this once. A browser's needs the web sites (`https://shop.example.org`) that use it. Raises WriteKeyError."""
    if not NAME.fullmatch(name):
        raise WriteKeyError(
            "the name of a key has 1 to 60 letters, digits, dots, - or _ and begins with a letter or digit, such as shop-web"
        )
    if role not in KEY_ROLES:
        raise WriteKeyError(f"a key is for a server or for a browser, not for {role!r}")
    if (role == BROWSER) != bool(origins):
        raise WriteKeyError(
            "a browser's key needs the addresses of the web sites that use it (--origin https://shop.example.org; '*' for any)"
            if role == BROWSER
            else "a server's key has no web sites: it is secret and must not be in a page; make a browser's key for pages"
        )
    key = f"{role}_{secrets.token_urlsafe(32)}"
    row = WriteKey(
        name=name,
        key_hash=hash_of_key(key),
        role=role,
        origins="\n".join(map(_checked_origin, origins)),
        created_at=dt.datetime.now(dt.UTC),
    )
    try:
        with database.session() as session:
            session.add(row)
    except IntegrityError:
        raise WriteKeyError(f"there is a key {name!r} already; take another name, or `ca collect keys remove {name}` first") from None
    return key


def list_write_keys(database: Database) -> list[WriteKey]:
    """All by name, without the keys themselves."""
    with database.session() as session:
        return list(session.scalars(select(WriteKey).order_by(WriteKey.name)))


def remove_write_key(database: Database, name: str) -> None:
    """Forget a key; the collector refuses it within seconds. WriteKeyError when there is none of that name."""
    with database.session() as session:
        row = session.get(WriteKey, name)
        if row is None:
            raise WriteKeyError(f"there is no key {name!r}; `ca collect keys list` shows all")
        session.delete(row)


def hash_of_key(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode("utf-8", errors="replace")).hexdigest()


def _checked_origin(origin: str) -> str:
    """An origin as browsers send it: scheme, host, and a port that is not the scheme's own."""
    if origin == ANY_ORIGIN:
        return origin
    parts = urlsplit(origin.strip().rstrip("/").lower())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or "@" in parts.netloc:
        raise WriteKeyError(f"{origin!r} is no address of a web site such as https://shop.example.org (no path), and not '*'")
    return f"{parts.scheme}://{parts.netloc}"
