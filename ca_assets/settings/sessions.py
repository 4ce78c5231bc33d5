"""Login sessions: a row per browser that is logged in, so that people see them and can end them. The browser holds a random token.

Belongs here: starting, finding, listing, ending. Does not belong here: cookies (`ca_dash.auth`), passwords (`settings.users`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import DateTime, ForeignKey, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from ca_assets.settings.database import Base, Database, User
from ca_assets.settings.random_tokens import aware, hashed, new_token, now

LIFETIME = dt.timedelta(hours=12)
NOTED_EVERY = dt.timedelta(seconds=60)  # how exact "last seen" is: not every request writes
LONGEST_DEVICE = 200


class LoginSession(Base):
    """A browser that is logged in. `key`: the hash of its token; `device`: what the browser says it is.

    `id_token`: what the provider said who logged in there, encrypted: the log-out there asks for it.
    """

    __tablename__ = "login_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    device: Mapped[str] = mapped_column(String(LONGEST_DEVICE))
    address: Mapped[str] = mapped_column(String(100))
    id_token: Mapped[str | None] = mapped_column(Text)


def start_session(
    database: Database, user: User, *, device: str = "", address: str = "", id_token: str | None = None, moment: dt.datetime | None = None
) -> str:
    """A new session; returns its token. Sessions that are over are forgotten. `id_token`: encrypted."""
    moment, token = moment or now(), new_token()
    row = LoginSession(
        key=hashed(token),
        user_id=user.id,
        created_at=moment,
        seen_at=moment,
        expires_at=moment + LIFETIME,
        device=device[:LONGEST_DEVICE],
        address=address[:100],
        id_token=id_token,
    )
    with database.session() as session:
        session.execute(delete(LoginSession).where(LoginSession.expires_at <= moment))
        session.add(row)
    return token


def session_user(database: Database, token: str, moment: dt.datetime | None = None) -> tuple[User, LoginSession] | None:
    """The active user of a session that is not over, and the session; None for any other token."""
    moment = moment or now()
    with database.session() as session:
        query = select(User, LoginSession).join(LoginSession, LoginSession.user_id == User.id).where(LoginSession.key == hashed(token))
        found = session.execute(query).one_or_none()
        if found is None or not found[0].is_active or aware(found[1].expires_at) <= moment:
            return None
        if moment - aware(found[1].seen_at) >= NOTED_EVERY:
            session.execute(update(LoginSession).where(LoginSession.id == found[1].id).values(seen_at=moment))
        return found[0], found[1]


def sessions_of(database: Database, user: User, moment: dt.datetime | None = None) -> Sequence[LoginSession]:
    """The user's sessions that are not over, the last seen first."""
    query = select(LoginSession).where(LoginSession.user_id == user.id, LoginSession.expires_at > (moment or now()))
    with database.session() as session:
        return session.scalars(query.order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())).all()


def end_session(database: Database, token: str) -> str | None:
    """Log out the browser that has this token; returns the encrypted token of the provider, where it logged in there."""
    with database.session() as session:
        id_token = session.scalar(select(LoginSession.id_token).where(LoginSession.key == hashed(token)))
        session.execute(delete(LoginSession).where(LoginSession.key == hashed(token)))
    return id_token


def end_sessions(database: Database, user: User, *, number: int | None = None, but: str = "") -> int:
    """Log out a user's session of this number, or all but the one with the token `but`; returns how many there were."""
    query = delete(LoginSession).where(LoginSession.user_id == user.id)
    if number is not None:
        query = query.where(LoginSession.id == number)
    if but:
        query = query.where(LoginSession.key != hashed(but))
    with database.session() as session:
        return int(session.execute(query).rowcount)  # type: ignore[attr-defined]
