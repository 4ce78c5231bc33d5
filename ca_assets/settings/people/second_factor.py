"""The second factor: codes of six digits that change every half minute (TOTP, RFC 6238), and recovery codes for who lost the device.

A code works once: the time step of the last one is kept. Secrets are encrypted with the installation's key, recovery codes are hashes.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets

import pyotp
from cryptography.fernet import InvalidToken
from sqlalchemy import DateTime, ForeignKey, Integer, Text, delete, update
from sqlalchemy.orm import Mapped, mapped_column

from ca_assets.settings.database import Base, Database, User
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.random_tokens import hashed, now
from ca_assets.settings.secrets import cipher

ISSUER = "CustomerAnalytics"
STEP_SECONDS = 30
STEPS_AROUND = 1  # clocks may differ by half a minute
RECOVERY_CODES = 10


class SecondFactor(Base):
    """Of a user. `confirmed_at`: since when it is asked for (None: not yet). `last_step`: of the last code that was used."""

    __tablename__ = "second_factors"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(Text)
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    last_step: Mapped[int] = mapped_column(Integer)
    recovery: Mapped[str] = mapped_column(Text)


def has_second_factor(database: Database, user: User) -> bool:
    """Whether a code is asked for at login."""
    with database.session() as session:
        row = session.get(SecondFactor, user.id)
        return row is not None and row.confirmed_at is not None


def begin(database: Database, user: User, settings: ProcessSettings | None = None) -> str:
    """A new secret as the URI that authenticator apps read; it takes effect when confirmed. ValueError when there is one already."""
    secret = pyotp.random_base32()
    with database.session() as session:
        row = session.get(SecondFactor, user.id)
        if row is not None and row.confirmed_at is not None:
            raise ValueError("the second factor is set up already")
        stored = cipher(settings).encrypt(secret.encode()).decode("ascii")
        session.merge(SecondFactor(user_id=user.id, secret=stored, confirmed_at=None, last_step=0, recovery="[]"))
    return pyotp.TOTP(secret).provisioning_uri(name=user.name, issuer_name=ISSUER)


def confirm(
    database: Database, user: User, code: str, settings: ProcessSettings | None = None, moment: dt.datetime | None = None
) -> list[str]:
    """Ask for codes from now on; returns the recovery codes, to be shown once. Empty: the code is wrong, nothing has changed."""
    if has_second_factor(database, user) or not _use_code(database, user, code, settings, moment or now()):
        return []
    codes = [f"{secrets.token_hex(4)}-{secrets.token_hex(4)}" for _ in range(RECOVERY_CODES)]
    values = {"confirmed_at": moment or now(), "recovery": json.dumps([hashed(code) for code in codes])}
    with database.session() as session:
        session.execute(update(SecondFactor).where(SecondFactor.user_id == user.id).values(**values))
    return codes


def verify_code(
    database: Database, user: User, code: str, settings: ProcessSettings | None = None, moment: dt.datetime | None = None
) -> bool:
    """Whether a code of the app, or a recovery code, fits; either is used up by it."""
    code = "".join(code.split()).lower()
    return _use_recovery(database, user, code) if "-" in code else _use_code(database, user, code, settings, moment or now())


def remove_second_factor(database: Database, user: User) -> None:
    """Ask for no code any more."""
    with database.session() as session:
        session.execute(delete(SecondFactor).where(SecondFactor.user_id == user.id))


def _use_code(database: Database, user: User, code: str, settings: ProcessSettings | None, moment: dt.datetime) -> bool:
    with database.session() as session:
        row = session.get(SecondFactor, user.id)
    if row is None or not (code.isascii() and code.isdigit() and len(code) == 6):
        return False
    try:
        totp = pyotp.TOTP(cipher(settings).decrypt(row.secret.encode()).decode())
    except InvalidToken:
        return False  # stored with another key: an admin removes it
    this = int(moment.timestamp()) // STEP_SECONDS
    steps = [step for step in range(this - STEPS_AROUND, this + STEPS_AROUND + 1) if secrets.compare_digest(totp.generate_otp(step), code)]
    query = update(SecondFactor).where(SecondFactor.user_id == user.id, SecondFactor.last_step < max(steps, default=0))
    with database.session() as session:
        return bool(steps) and session.execute(query.values(last_step=max(steps))).rowcount == 1  # type: ignore[attr-defined]


def _use_recovery(database: Database, user: User, code: str) -> bool:
    with database.session() as session:
        row = session.get(SecondFactor, user.id)
        known = json.loads(row.recovery) if row else []
        if hashed(code) not in known:
            return False
        before, rest = row.recovery if row else "", [other for other in known if other != hashed(code)]
        query = update(SecondFactor).where(SecondFactor.user_id == user.id, SecondFactor.recovery == before)
        return bool(session.execute(query.values(recovery=json.dumps(rest))).rowcount)  # type: ignore[attr-defined]
