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
MAXIMUM_PASSWORD_LENGTH = 1024  # hashing time grows with length; nobody types more


class UserError(ValueError):
    """The user cannot be made or changed; the message says why and what to do."""


def add_user(database: Database, name: str, password: str, role: str = "viewer") -> User:
    """Create a user. UserError when the name is taken or unusable, the role unknown or the password too short."""
    user = new_user(name, password, role)
    try:
        with database.session() as session:
            session.add(user)
    except IntegrityError:
        raise UserError(f"there is a user {name!r} already; `ca users passwd {name}` changes the password") from None
    return user


def new_user(name: str, password: str, role: str, *, limits: str = "[]") -> User:
    """A user who is not stored yet; `limits` as they are stored. UserError for a name, password or role that cannot be used."""
    return User(
        name=_checked_name(name),
        password_hash=_hashed(password),
        role=checked_role(role),
        created_at=dt.datetime.now(dt.UTC),
        is_active=True,
        limits=limits,
    )


def verify(database: Database, name: str, password: str) -> User | None:
    """The active user when name and password fit, else None; an unknown name takes as long as a wrong password."""
    user = get_user(database, name)
    stored = user.password_hash if user else _decoy_hash()
    try:
        _hasher().verify(stored, password[: MAXIMUM_PASSWORD_LENGTH + 1])
    except (VerificationError, InvalidHashError):
        return None
    return user if user and user.is_active else None


def get_user(database: Database, name: str) -> User | None:
    """The user of that name (exact), or None."""
    with database.session() as session:
        return session.scalar(select(User).where(User.name == name))


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


def change_user(database: Database, name: str, *, role: str, limits: str, is_active: bool) -> None:
    """Change what a user may do; one who is deactivated is logged out. UserError when no admin would be left, or there is no such user.

    `limits` as they are stored (`settings.access.checked_limits`).
    """
    with database.session() as session:
        user = session.scalar(select(User).where(User.name == name))
        if user is None:
            raise UserError(f"there is no user {name!r}; `ca users list` shows all")
        others = session.scalar(select(func.count()).where(User.role == ADMIN, User.is_active, User.name != name))
        if user.role == ADMIN and user.is_active and not (role == ADMIN and is_active) and not others:
            raise UserError("Somebody must stay an admin: make somebody else one first.")
        user.role, user.limits, user.is_active = checked_role(role), limits, is_active
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


def _checked_name(name: str) -> str:
    if not name or len(name) > 100 or name != name.strip() or not name.isprintable():
        raise UserError("a user name has 1 to 100 printable characters and no blank at its ends")
    return name


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
