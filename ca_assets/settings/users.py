"""People who may log in: names, roles and argon2 password hashes in the settings database.

Belongs here: creating, verifying, listing. Does not belong here: sessions and cookies (`ca_dash`). Nothing here logs or
returns a password but `ensure_admin`, whose one generated password the command line prints once.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ca_assets.settings.database import Database, User
from ca_assets.settings.roles import ROLES
from ca_assets.settings.sessions import LoginSession

ADMIN = "admin"
MINIMUM_PASSWORD_LENGTH = 10
NO_PASSWORD = "!"  # noqa: S105 - in place of a hash: who logs in at a provider alone
LONGEST_NAME = 100
MAXIMUM_PASSWORD_LENGTH = 1024  # hashing time grows with length; nobody types more


class UserError(ValueError):
    """The user cannot be made or changed; the message says why and what to do."""


def add_user(database: Database, name: str, password: str | None, role: str = "viewer", *, email: str | None = None) -> User:
    """Create a user. UserError when the name or address is taken or unusable, the role unknown or the password too short.

    `password` None: he logs in at a provider alone, by his verified address `email`.
    """
    user = new_user(name, password, role, email=email)
    try:
        with database.session() as session:
            session.add(user)
    except IntegrityError:
        if get_user(database, name) is None:
            raise UserError(f"somebody else has the address {email!r} already") from None
        raise UserError(f"there is a user {name!r} already; `ca users passwd {name}` changes the password") from None
    return user


def new_user(name: str, password: str | None, role: str, *, limits: str = "[]", email: str | None = None) -> User:
    """A user who is not stored yet; `limits` as they are stored. UserError for a name, password, role or address that cannot be used."""
    return User(
        name=_checked_name(name),
        password_hash=NO_PASSWORD if password is None else _hashed(password),
        role=checked_role(role),
        created_at=dt.datetime.now(dt.UTC),
        is_active=True,
        limits=limits,
        email=checked_email(email or ""),
    )


def verify(database: Database, name: str, password: str) -> User | None:
    """The active user when name and password fit, else None; an unknown name, or one without a password, takes as long as a wrong one."""
    user = get_user(database, name)
    stored = user.password_hash if user and has_password(user) else _decoy_hash()
    try:
        _hasher().verify(stored, password[: MAXIMUM_PASSWORD_LENGTH + 1])
    except (VerificationError, InvalidHashError):
        return None
    return user if user and user.is_active else None


def get_user(database: Database, name: str) -> User | None:
    """The user of that name (exact), or None."""
    with database.session() as session:
        return session.scalar(select(User).where(User.name == name))


def has_password(user: User) -> bool:
    """Whether the user can log in with a password."""
    return user.password_hash != NO_PASSWORD


def user_by_id(database: Database, number: int) -> User | None:
    """The active user of that number, or None."""
    with database.session() as session:
        return session.scalar(select(User).where(User.id == number, User.is_active))


def list_users(database: Database) -> list[User]:
    """All users by name."""
    with database.session() as session:
        return list(session.scalars(select(User).order_by(User.name)))


def set_password(database: Database, name: str, password: str, *, before: Callable[[Session], None] | None = None, but: str = "") -> None:
    """Give a user another password, which ends his sessions. UserError when there is no such user or the password is too short.

    `before` runs in the same transaction first; `but`: the key of a session that goes on.
    """
    hashed = _hashed(password)
    with database.session() as session:
        if before:
            before(session)
        user = session.scalar(select(User).where(User.name == name))
        if user is None:
            raise UserError(f"there is no user {name!r}; `ca users list` shows all")
        user.password_hash = hashed
        session.execute(delete(LoginSession).where(LoginSession.user_id == user.id, LoginSession.key != but))


def change_user(database: Database, name: str, *, role: str, limits: str, is_active: bool, email: str | None = "") -> None:
    """Change what a user may do; one who is deactivated is logged out. UserError when no admin would be left, or there is no such user.

    `limits` as they are stored (`settings.access.checked_limits`); `email` None: none, empty: as it is.
    """
    address = checked_email(email) if email else None
    with database.session() as session:
        user = session.scalar(select(User).where(User.name == name))
        if user is None:
            raise UserError(f"there is no user {name!r}; `ca users list` shows all")
        others = session.scalar(select(func.count()).where(User.role == ADMIN, User.is_active, User.name != name))
        if user.role == ADMIN and user.is_active and not (role == ADMIN and is_active) and not others:
            raise UserError("Somebody must stay an admin: make somebody else one first.")
        user.role, user.limits, user.is_active = checked_role(role), limits, is_active
        if address and session.scalar(select(User.id).where(User.email == address, User.id != user.id)) is not None:
            raise UserError(f"somebody else has the address {address} already")
        user.email = user.email if email == "" else address
        if not is_active:
            session.execute(delete(LoginSession).where(LoginSession.user_id == user.id))


def ensure_admin(database: Database, password: str | None = None) -> str | None:
    """Create the user `admin` when nobody is an admin yet, with the given or a generated password.

    Returns the generated password, to be shown once, or None when one was given or an admin existed.
    """
    if any(user.role == ADMIN and user.is_active for user in list_users(database)):
        return None
    generated = None if password else secrets.token_urlsafe(12)
    add_user(database, ADMIN, password or generated or "", "admin")
    return generated


def is_name(name: str) -> bool:
    """Whether somebody may have this name. In brackets are those who are nobody: the audit log's `(system)`, `(command line)`."""
    return bool(name) and len(name) <= LONGEST_NAME and name == name.strip() and name.isprintable() and not name.startswith("(")


def _checked_name(name: str) -> str:
    if not is_name(name):
        raise UserError(f"a user name has 1 to {LONGEST_NAME} printable characters, no blank at its ends, and begins with no bracket")
    return name


def checked_email(email: str) -> str | None:
    """An address as it is stored; None for an empty one. UserError for what is none.

    Only ASCII: there are letters (the Kelvin sign) that become others in lower case, and so other people's addresses.
    """
    email = email.strip()
    if not email:
        return None
    name, _, domain = email.rpartition("@")
    if not (email.isascii() and email.isprintable() and " " not in email and name and "." in f"{domain}." and domain and len(email) <= 320):
        raise UserError(f"{email!r} is no e-mail address")
    return email.lower()


def checked_role(role: str) -> str:
    """The role. UserError when there is none of this name."""
    if role not in ROLES:
        raise UserError(f"role {role!r} does not exist; use one of {', '.join(ROLES)}")
    return role


def _hashed(password: str) -> str:
    if not MINIMUM_PASSWORD_LENGTH <= len(password) <= MAXIMUM_PASSWORD_LENGTH:
        raise UserError(f"a password has at least {MINIMUM_PASSWORD_LENGTH} and at most {MAXIMUM_PASSWORD_LENGTH} characters")
    return _hasher().hash(password)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _decoy_hash() -> str:
    """A hash that no password fits, so that unknown names cost the same."""
    return _hasher().hash(secrets.token_urlsafe(32))
