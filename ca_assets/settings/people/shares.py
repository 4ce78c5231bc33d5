"""Read-only links of a page with its filters, for people without an account: they expire, can be taken back, and are kept as hashes.

Belongs here: making, finding, listing, taking back. What a link shows: `ca_dash.auth.sharing`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from sqlalchemy import DateTime, String, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column

from ca_assets.settings.access import Access, access_of
from ca_assets.settings.database import Base, Database, User
from ca_assets.settings.random_tokens import hashed, new_token, now

LONGEST_DAYS = 365
MOST_QUERY = 2_000


class ShareError(ValueError):
    """The link cannot be made; the message says why."""


class ShareLink(Base):
    """A link to a page (`path`) with its filters (`query`). `limits`: those of who made it, at that moment; JSON."""

    __tablename__ = "share_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    path: Mapped[str] = mapped_column(String(200))
    query: Mapped[str] = mapped_column(Text)
    allows_csv: Mapped[bool]
    limits: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(String(100), index=True)
    made_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))

    @property
    def access(self) -> Access:
        """What its visitors may see at most."""
        return Access("viewer", tuple(json.loads(self.limits)))


def share(
    database: Database, user: User, *, path: str, query: str, days: int, allows_csv: bool = False, moment: dt.datetime | None = None
) -> str:
    """The token of a new link. ShareError for a time that is too long, or filters that are."""
    if not 1 <= days <= LONGEST_DAYS:
        raise ShareError(f"A link works for 1 to {LONGEST_DAYS} days.")
    if len(query) > MOST_QUERY:
        raise ShareError("These filters are too long to be shared.")
    token, moment = new_token(), moment or now()
    link = ShareLink(
        key=hashed(token),
        path=path,
        query=query,
        allows_csv=allows_csv,
        limits=json.dumps(access_of(user).scopes),
        made_by=user.name,
        made_at=moment,
        expires_at=moment + dt.timedelta(days=days),
        revoked_at=None,
    )
    with database.session() as session:
        session.add(link)
    return token


def share_of(database: Database, token: str, moment: dt.datetime | None = None) -> ShareLink | None:
    """The link that a token opens now: not expired, not taken back, of somebody who may still log in."""
    query = select(ShareLink, User).join(User, User.name == ShareLink.made_by).where(ShareLink.key == hashed(token))
    is_open = (ShareLink.expires_at > (moment or now())) & ShareLink.revoked_at.is_(None)
    with database.session() as session:
        found = session.execute(query.where(is_open)).one_or_none()
    return found[0] if found and found[1].is_active else None


def shares_of(database: Database, user: User) -> Sequence[ShareLink]:
    """The links that a user made, for an admin those of everybody; the newest first, also those that work no longer."""
    query = select(ShareLink).order_by(ShareLink.id.desc()).limit(500)
    with database.session() as session:
        return session.scalars(query if user.role == "admin" else query.where(ShareLink.made_by == user.name)).all()


def take_back_share(database: Database, user: User, number: int) -> bool:
    """The user's own link of this number, or any for an admin, works no longer; False when there is none."""
    query = update(ShareLink).where(ShareLink.id == number, ShareLink.revoked_at.is_(None)).values(revoked_at=now())
    if user.role != "admin":
        query = query.where(ShareLink.made_by == user.name)
    with database.session() as session:
        return bool(session.execute(query).rowcount)  # type: ignore[attr-defined]
