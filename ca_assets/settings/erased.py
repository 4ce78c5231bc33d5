"""Erased customers: a keyed hash of each id with the pseudonym that stands for it, so that a customer stays erased at the next load.

The id itself is kept nowhere. The hash is keyed by a secret of this installation (derived from its encryption key): whoever has the list
alone can neither read ids from it nor try them out; whoever has the key too can try out ids that he can think of. The pseudonym is random.
Belongs here: the list. What is erased, and where: `ca_assets.erasure`; how a load replaces ids: `cleaning.erased`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping

from sqlalchemy import DateTime, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from ca_assets.contracts.erased import ErasedClients
from ca_assets.settings.database import Base, Database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.secrets import encryption_key

PREFIX = "erased-"
RANDOM_BYTES = 12


class ErasedCustomer(Base):
    """`key`: keyed hash of the id. `finished_at`: None while an erasure runs, or was killed and must be run again."""

    __tablename__ = "erased_customers"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(String(64), unique=True)
    reason: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))


def erased_clients(database: Database, settings: ProcessSettings) -> ErasedClients:
    """All that were erased, or are being erased."""
    with database.session() as session:
        rows = session.scalars(select(ErasedCustomer)).all()
    return ErasedClients(*_keys(settings), {row.key: row.pseudonym for row in rows})


def begin_erasure(database: Database, settings: ProcessSettings, client: str, reason: str) -> str:
    """Put a client on the list, unless he is there; returns his pseudonym."""
    key = ErasedClients(*_keys(settings)).key(client)
    with database.session() as session:
        row = session.get(ErasedCustomer, key)
        if row is None:
            pseudonym = PREFIX + secrets.token_hex(RANDOM_BYTES)
            row = ErasedCustomer(key=key, pseudonym=pseudonym, reason=reason, begun_at=dt.datetime.now(dt.UTC))
            session.add(row)
        row.finished_at = None
        return row.pseudonym


def finish_erasure(database: Database, pseudonyms: Mapping[str, str]) -> None:
    """Note that these (client → pseudonym) were erased everywhere."""
    with database.session() as session:
        for row in session.scalars(select(ErasedCustomer).where(ErasedCustomer.pseudonym.in_(pseudonyms.values()))):
            row.finished_at = dt.datetime.now(dt.UTC)


def unfinished_erasures(database: Database) -> int:
    """How many began and did not end."""
    with database.session() as session:
        return len(session.scalars(select(ErasedCustomer.key).where(ErasedCustomer.finished_at.is_(None))).all())


def _keys(settings: ProcessSettings) -> tuple[str, str]:
    secret = encryption_key(settings)
    inner, outer = (hashlib.sha256(f"{secret}\0erased customers, {part}".encode()).hexdigest() for part in ("inner", "outer"))
    return inner, outer
