"""Who a person at a provider is here: the identity (issuer and subject) that was linked, and who may be linked to whom.

An e-mail address counts only when the provider says that it is verified, and only until somebody was linked: from then on the subject
alone does, because addresses are given to others when people leave. Rights come from the user or the invitation, never from the provider.
Belongs here: matching, linking, accounts of who comes in. Does not belong here: proving who somebody is (`ca_dash.auth.provider`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import DateTime, ForeignKey, String, UniqueConstraint, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from ca_assets.settings.database import Base, Database, User
from ca_assets.settings.people.links import INVITATION, OneTimeLink, use_link, valid_link
from ca_assets.settings.random_tokens import now
from ca_assets.settings.users import LONGEST_NAME, UserError, checked_email, is_name, new_user

LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, section 2
NEWCOMER = "viewer"  # the role of who comes from a domain that is let in


class EntryRefused(ValueError):
    """Somebody who is known to the provider may not come in here; the message says why and what to do."""


class Identity(Base):
    """An account at a provider that belongs to a user. `email`: as the provider said it then, to be shown."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject", name="one_user_of_an_identity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(320))
    linked_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True)
class Person:
    """Who the provider says that somebody is. `email`: verified, or empty; `unverified`: an address that it does not vouch for."""

    issuer: str
    subject: str
    email: str = ""
    unverified: str = ""
    name: str = ""


@dataclass(frozen=True)
class Entry:
    """Who came in, and how: `known`, `linked` (to a user that was there), `invited` or `created`."""

    user: User
    how: str


def enter(database: Database, person: Person, *, invitation: str = "", domains: Collection[str] = ()) -> Entry:
    """The user that a person is. `invitation`: the token of a link that was opened before; `domains`: whose people need none.

    Raises EntryRefused.
    """
    if not 0 < len(person.subject) <= LONGEST_SUBJECT or len(person.issuer) > 255:
        raise EntryRefused("The provider sent a name that is too long.")
    try:
        with database.session() as session:
            entry = _known(session, person) or _invited(session, person, invitation) or _addressed(session, person, domains)
            if entry is None:
                raise EntryRefused(_why_not(person))
            if entry.how != "known":
                session.flush()  # a new user's number
                _link(session, person, entry.user)
    except IntegrityError:
        raise EntryRefused("Somebody logged in with this account at the same moment. Try again.") from None
    if not entry.user.is_active:
        raise EntryRefused("Your account here is deactivated. Ask an admin.")
    return entry


def has_identity(database: Database, user: User) -> bool:
    """Whether a user has logged in at a provider."""
    with database.session() as session:
        return session.scalar(select(Identity.id).where(Identity.user_id == user.id).limit(1)) is not None


def _known(session: Session, person: Person) -> Entry | None:
    at = (Identity.issuer == person.issuer, Identity.subject == person.subject)
    user = session.scalar(select(User).join(Identity, Identity.user_id == User.id).where(*at))
    if user is None:
        return None
    session.execute(update(Identity).where(*at).values(seen_at=now()))
    return Entry(user, "known")


def _invited(session: Session, person: Person, token: str) -> Entry | None:
    """By the link that he opened: whoever holds it is meant, unless it is for an address."""
    link = valid_link(session, token) if token else None
    if link is None or link.kind != INVITATION:
        return None
    if link.email and link.email != person.email:
        raise EntryRefused(f"This invitation is for {link.email}; at the provider you are {person.email or 'without a verified address'}.")
    return _accept(session, link, person)


def _addressed(session: Session, person: Person, domains: Collection[str]) -> Entry | None:
    """By the verified address: of a user, of an invitation, or of a domain whose people are let in."""
    if not person.email:
        return None
    user = session.scalar(select(User).where(User.email == person.email))
    if user is not None:
        if session.scalar(select(Identity.id).where(Identity.user_id == user.id, Identity.issuer == person.issuer)) is not None:
            raise EntryRefused("Another account of the provider is linked with this address here. Ask an admin.")
        return Entry(user, "linked")
    open_links = (OneTimeLink.kind == INVITATION, OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now())
    query = select(OneTimeLink).where(OneTimeLink.email == person.email, *open_links).order_by(OneTimeLink.id.desc())
    link = session.scalars(query).first()
    if link is not None:
        return _accept(session, link, person)
    if person.email.rpartition("@")[2] not in domains:
        return None
    return Entry(_add(session, person, NEWCOMER, "[]"), "created")


def _accept(session: Session, link: OneTimeLink, person: Person) -> Entry:
    try:
        use_link(session, link, now())
    except UserError as error:
        raise EntryRefused(str(error)) from None
    return Entry(_add(session, person, link.role, link.limits), "invited")


def _add(session: Session, person: Person, role: str, limits: str) -> User:
    """A user without a password, under the first name that is free."""
    wanted = [name for name in (person.name.strip(), person.email) if is_name(name)] or ["user"]
    names = [*wanted, *(f"{wanted[-1][: LONGEST_NAME - 5]} {number}" for number in range(2, 1_000))]
    taken = set(session.scalars(select(User.name).where(User.name.in_(names))))
    name = next((name for name in names if name not in taken), None)
    if name is None:
        raise EntryRefused("No user name is free for you. Ask an admin.")
    is_free = not session.scalar(select(User.id).where(User.email == person.email))
    user = new_user(name, None, role, limits=limits, email=person.email if person.email and is_free else None)
    session.add(user)
    return user


def _link(session: Session, person: Person, user: User) -> None:
    moment = now()
    session.add(
        Identity(issuer=person.issuer, subject=person.subject, user_id=user.id, email=person.email[:320], linked_at=moment, seen_at=moment)
    )


def _why_not(person: Person) -> str:
    if person.email:
        return f"Nobody has invited {person.email} here. Ask an admin for an invitation."
    if person.unverified:
        return f"The provider has not verified your address {person.unverified}. Verify it there, then log in again."
    return "The provider did not tell your e-mail address, and nobody was invited as you. Ask an admin for an invitation link."


def verified_email(email: object, is_verified: object) -> str:
    """An address that a provider vouches for, as it is stored; empty for any other. Some providers write the claim as a text."""
    if is_verified is not True and is_verified != "true":
        return ""
    try:
        return checked_email(email if isinstance(email, str) else "") or ""
    except UserError:
        return ""
