"""Tokens of the API: what programs show instead of a password. Of each only a hash is kept; the token is shown once, when it is made.

A token acts for its owner: it may do what its scopes name, of what its owner may see. It ends with its expiry, its revocation or its owner.
Requests are counted in the settings database, so that the limit holds over all worker processes: by the generic cell rate algorithm (GCRA,
ATM Forum TM 4.0), which needs one number per token, the theoretical arrival time of its next request, and one atomic update.
Belongs here: making, listing, revoking, checking and counting. Does not belong here: requests and answers (`ca_dash.api`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import DateTime, Float, String, case, select, update
from sqlalchemy.orm import Mapped, mapped_column

from ca_assets.settings.database import Base, Database, User
from ca_assets.settings.users import get_user

SCOPES = ("read:reports", "read:tables", "read:search")
PREFIX = "ca_"  # so that scanners for secrets, and people, know one when they see it
SECRET_BYTES = 32
MAX_NAME, MAX_TOKENS, MAX_DAYS = 100, 50, 3_650
DEFAULT_DAYS = 90


class TokenError(ValueError):
    """The token cannot be made or revoked; the message says why and what to do."""


class ApiToken(Base):
    """A token of the user `owner`. `key_hash`: SHA-256 of the token, which is random enough to need no slow hash.

    `scopes`: names with blanks between. `arrival`: seconds since the epoch at which, by its rate, its next request is due (GCRA).
    """

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    owner: Mapped[str] = mapped_column(String(100), index=True)
    scopes: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    last_used_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    arrival: Mapped[float] = mapped_column(Float, default=0.0)

    @property
    def scope_names(self) -> tuple[str, ...]:
        """What it may do."""
        return tuple(self.scopes.split())

    def state(self, now: dt.datetime) -> str:
        """`valid`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and _aware(self.expires_at) <= now else "valid"


@dataclass(frozen=True)
class Rate:
    """`per_minute` requests in the long run, of which `burst` may come at once."""

    per_minute: int
    burst: int


def add_token(database: Database, owner: str, name: str, scopes: Collection[str], days: int | None = DEFAULT_DAYS) -> tuple[ApiToken, str]:
    """Make a token of a user; `days` until it expires, None: never. Returns it with its text, shown only now. Raises TokenError."""
    name, chosen = " ".join(name.split()), [scope for scope in SCOPES if scope in scopes]
    if get_user(database, owner) is None:
        raise TokenError(f"there is no user {owner!r}; `ca users list` shows all")
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise TokenError(f"a token needs a name of 1 to {MAX_NAME} printable characters, which says who uses it")
    if not chosen or set(scopes) - set(SCOPES):
        raise TokenError(f"a token needs at least one scope of {', '.join(SCOPES)}, and no others")
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise TokenError(f"a token is good for 1 to {MAX_DAYS:,} days")
    text, now = PREFIX + secrets.token_urlsafe(SECRET_BYTES), dt.datetime.now(dt.UTC)
    if sum(token.state(now) == "valid" for token in tokens_of(database, owner)) >= MAX_TOKENS:
        raise TokenError(f"{owner} has {MAX_TOKENS} tokens, which is the most; revoke one first")
    expires = now + dt.timedelta(days=days) if days is not None else None
    token = ApiToken(key_hash=_hash(text), name=name, owner=owner, scopes=" ".join(chosen), created_at=now, expires_at=expires, arrival=0.0)
    with database.session() as session:
        session.add(token)
    return token, text


def tokens_of(database: Database, owner: str | None = None) -> Sequence[ApiToken]:
    """The tokens of a user, or of all, newest first; also those that are no longer good."""
    query = select(ApiToken).order_by(ApiToken.id.desc())
    with database.session() as session:
        return session.scalars(query if owner is None else query.where(ApiToken.owner == owner)).all()


def revoke_token(database: Database, token_id: int, owner: str | None = None) -> ApiToken:
    """End a token (of this owner, where one is given), at once in all processes; returns it. Raises TokenError when there is none."""
    with database.session() as session:
        token = session.get(ApiToken, token_id)
        if token is None or (owner is not None and token.owner != owner):
            raise TokenError(f"there is no token {token_id}; `ca tokens list` shows all")
        token.revoked_at = token.revoked_at or dt.datetime.now(dt.UTC)
    return token


def valid_token(database: Database, text: str) -> tuple[ApiToken, User] | None:
    """The token of this text with its owner; None when there is none that is good now."""
    with database.session() as session:
        token = session.scalar(select(ApiToken).where(ApiToken.key_hash == _hash(text)))
        owner = session.scalar(select(User).where(User.name == token.owner)) if token else None
    if token is None or owner is None or token.state(dt.datetime.now(dt.UTC)) != "valid":
        return None
    # A name is given again: a token from before the present user of that name is not his.
    return (token, owner) if _aware(token.created_at) >= _aware(owner.created_at) else None


def take(database: Database, token_id: int, rate: Rate, cost: int, now: dt.datetime) -> int:
    """Count a request that weighs as much as `cost` ones (at most the burst); returns 0, or the seconds to wait (not counted then)."""
    interval, at = 60.0 / rate.per_minute, now.timestamp()
    weight, tolerance = interval * min(cost, rate.burst), interval * rate.burst
    due = case((ApiToken.arrival > at, ApiToken.arrival), else_=at)
    counted = update(ApiToken).where(ApiToken.id == token_id, due + weight - at <= tolerance * (1 + 1e-9))
    with database.session() as session:
        if session.execute(counted.values(arrival=due + weight, last_used_at=now)).rowcount:  # type: ignore[attr-defined]
            return 0
        arrival = session.scalar(select(ApiToken.arrival).where(ApiToken.id == token_id)) or at
    return max(math.ceil(arrival + weight - at - tolerance), 1)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _aware(moment: dt.datetime) -> dt.datetime:
    """SQLite gives moments without their zone, which is UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
