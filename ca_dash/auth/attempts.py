"""Slows down password guessing: counts failures per address and name, and per address, in the last quarter of an hour.

Kept in the settings database, so that the limits hold over all worker processes and restarts. Rows carry hashes of who tried:
people type passwords into the field for names. Does not belong here: what is guessed (`auth`).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ca_assets.settings.database import Database, LoginFailure

WINDOW_SECONDS = 900
LIMITS = {"name": 5, "address": 30}


class Attempts:
    """Failures by key; `clock` (seconds, the same for all processes) is an argument so that tests need not wait."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def seconds_to_wait(self, address: str, name: str) -> int:
        """0 when another attempt is welcome, else how long to wait."""
        now = self._clock()
        with self._database.session() as session:
            return max(_wait(session, key, limit, now) for key, limit in _keys(address, name))

    def failed(self, address: str, name: str) -> None:
        """Note a failure; also called before a password is checked, so that attempts at the same moment count each other."""
        now = self._clock()
        with self._database.session() as session:
            session.execute(delete(LoginFailure).where(LoginFailure.at <= now - WINDOW_SECONDS))
            session.add_all(LoginFailure(key=key, at=now) for key, _ in _keys(address, name))

    def succeeded(self, address: str, name: str) -> None:
        """Forget the failures of this name from this address, and the newest of the address (not all: others may be guessing)."""
        own, of_address = (key for key, _ in _keys(address, name))
        newest = select(LoginFailure.id).where(LoginFailure.key == of_address).order_by(LoginFailure.at.desc(), LoginFailure.id.desc())
        with self._database.session() as session:
            session.execute(delete(LoginFailure).where(LoginFailure.key == own))
            session.execute(delete(LoginFailure).where(LoginFailure.id == session.scalar(newest.limit(1))))


def _wait(session: Session, key: str, limit: int, now: float) -> int:
    """Seconds until the oldest of the newest `limit` failures is out of the window; 0 when there are fewer."""
    is_recent = (LoginFailure.key == key) & (LoginFailure.at > now - WINDOW_SECONDS)
    newest = session.scalars(select(LoginFailure.at).where(is_recent).order_by(LoginFailure.at.desc()).limit(limit)).all()
    return int(WINDOW_SECONDS - (now - newest[-1])) + 1 if len(newest) == limit else 0


def _keys(address: str, name: str) -> list[tuple[str, int]]:
    return [(_hashed(address, name), LIMITS["name"]), (_hashed(address), LIMITS["address"])]


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
