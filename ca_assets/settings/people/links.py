"""One-time links: an invitation sets a name and a password, a reset a new password. They expire, work once, and are kept as hashes.

Belongs here: making, reading, using, taking back. Does not belong here: the pages behind them (`ca_dash.auth`), sending them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, DateTime, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from ca_assets.settings.access import checked_limits
from ca_assets.settings.database import Base, Database, User
from ca_assets.settings.random_tokens import hashed, new_token, now
from ca_assets.settings.users import UserError, checked_email, checked_role, new_user, set_password

INVITATION, RESET = "invitation", "reset"
INVITED_FOR, RESET_WITHIN = dt.timedelta(days=7), dt.timedelta(hours=24)
GONE = "This link has expired or was used already. Ask an admin for another one."


class OneTimeLink(Base):
    """A link. `kind`: invitation (with `role` and `limits` of who accepts it) or reset (of the user `name`).

    `email`: for whom an invitation is; empty: for whoever holds the link.
    """

    __tablename__ = "one_time_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(16))
    limits: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    email: Mapped[str] = mapped_column(String(320), server_default="")


def invite(
    database: Database, made_by: str, *, role: str, limits: Sequence[str] = (), email: str = "", moment: dt.datetime | None = None
) -> str:
    """The token of a new invitation. UserError for a role, limits or an address that cannot be."""
    rights = {"role": checked_role(role), "limits": checked_limits(role, limits), "email": checked_email(email) or ""}
    return _make(database, INVITATION, made_by, moment or now(), INVITED_FOR, **rights)


def offer_reset(database: Database, made_by: str, name: str, moment: dt.datetime | None = None) -> str:
    """The token of a new link with which a user sets another password; earlier ones work no longer. UserError without such a user."""
    with database.session() as session:
        user = session.scalar(select(User).where(User.name == name))
        if user is None or not user.is_active:
            raise UserError(f"there is no active user {name!r}")
        session.execute(delete(OneTimeLink).where(OneTimeLink.kind == RESET, OneTimeLink.name == name))
    return _make(database, RESET, made_by, moment or now(), RESET_WITHIN, name=name)


def link_of(database: Database, token: str, moment: dt.datetime | None = None) -> OneTimeLink | None:
    """The link that a token opens now; None when there is none, or not any more."""
    with database.session() as session:
        return valid_link(session, token, moment)


def valid_link(session: Session, token: str, moment: dt.datetime | None = None) -> OneTimeLink | None:
    """The same in a transaction."""
    return session.scalar(select(OneTimeLink).where(OneTimeLink.key == hashed(token), *_open(moment or now())))


def accept_invitation(database: Database, token: str, name: str, password: str, moment: dt.datetime | None = None) -> User:
    """The new user. UserError when the link works no longer, and for a name or password that cannot be used: then it still works."""
    link = link_of(database, token, moment)
    if link is None or link.kind != INVITATION:
        raise UserError(GONE)
    user = new_user(name, password, link.role, limits=link.limits, email=link.email)
    with database.session() as session:
        if session.scalar(select(User).where(User.name == user.name)) is not None:
            raise UserError("This name is taken; choose another one.")
        if user.email and session.scalar(select(User.id).where(User.email == user.email)) is not None:
            raise UserError(f"There is an account of {user.email} already: log in with it.")
        use_link(session, link, moment or now())
        session.add(user)
    return user


def accept_reset(database: Database, token: str, password: str, moment: dt.datetime | None = None) -> str:
    """Set the password, which ends the user's sessions; returns his name. UserError as for an invitation."""
    link = link_of(database, token, moment)
    if link is None or link.kind != RESET:
        raise UserError(GONE)
    set_password(database, link.name, password, before=lambda session: use_link(session, link, moment or now()))
    return link.name


def open_invitations(database: Database, moment: dt.datetime | None = None) -> Sequence[OneTimeLink]:
    """Invitations that nobody has accepted yet, the newest first."""
    query = select(OneTimeLink).where(OneTimeLink.kind == INVITATION, *_open(moment or now())).order_by(OneTimeLink.id.desc())
    with database.session() as session:
        return session.scalars(query).all()


def take_back(database: Database, number: int) -> None:
    """The link of this number works no longer."""
    with database.session() as session:
        session.execute(delete(OneTimeLink).where(OneTimeLink.id == number))


def _open(moment: dt.datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > moment


def use_link(session: Session, link: OneTimeLink, moment: dt.datetime) -> None:
    """Mark it as used, in the transaction of what it is used for. UserError when somebody was faster."""
    query = update(OneTimeLink).where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None)).values(used_at=moment)
    if session.execute(query).rowcount != 1:  # type: ignore[attr-defined]
        raise UserError(GONE)


def _make(
    database: Database,
    kind: str,
    made_by: str,
    moment: dt.datetime,
    lasts: dt.timedelta,
    *,
    name: str = "",
    role: str = "",
    limits: str = "[]",
    email: str = "",
) -> str:
    token = new_token()
    dates = {"made_at": moment, "expires_at": moment + lasts, "used_at": None}
    with database.session() as session:
        session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at <= moment))
        session.add(OneTimeLink(key=hashed(token), kind=kind, name=name, role=role, limits=limits, email=email, made_by=made_by, **dates))
    return token
