"""The settings database: what people configure (users, the applied shop, connections), as SQLAlchemy models and one way to open it.

Belongs here: tables, opening, migrating. Does not belong here: shop data, reports, Dagster's own storage, secrets in clear.
SQLite in `CA_HOME` by default, any SQLAlchemy URL by `CA_SETTINGS_URL`. The schema is made by the Alembic migrations in `migrations`,
which run at every opening that finds an older schema. Alembic is imported only then: most openings find the newest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import DateTime, Engine, Float, String, Text, UniqueConstraint, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from ca_assets.settings.process import ProcessSettings, process_settings

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST_REVISION = "0014"  # of the migrations


class SettingsUnavailable(RuntimeError):
    """The settings database cannot be opened; the message says what to check and shows no password."""


class Base(DeclarativeBase):
    """Base of all tables of the settings database."""


class User(Base):
    """A person. `role` is one of viewer, editor, admin; the hash is argon2's own text form.

    `is_active`: whether he may log in. `limits`: JSON, the scopes that he is limited to (`ca_assets.settings.access`); `[]`: everything.
    `email`: by which a provider's people are matched, in lower case; only admins set it.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    is_active: Mapped[bool] = mapped_column(default=True)
    limits: Mapped[str] = mapped_column(Text, default="[]")
    email: Mapped[str | None] = mapped_column(String(320), unique=True, index=True)


class ShopEdition(Base):
    """One applied shop.yaml: its text and the folder that relative paths are relative to. The newest edition counts.

    `first_month` (`2010-11`) is the first monthly partition that Dagster offers for it. `changed_by`: a user's name, None: the command
    line; `what`: what he did, in a few words.
    """

    __tablename__ = "shop_editions"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    folder: Mapped[str] = mapped_column(Text)
    first_month: Mapped[str] = mapped_column(String(7))
    applied_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    changed_by: Mapped[str | None] = mapped_column(String(100))
    what: Mapped[str | None] = mapped_column(String(200))


class LoginFailure(Base):
    """A failed attempt to log in: a hash of who tried (never what was typed) and the second since the epoch, kept for minutes."""

    __tablename__ = "login_failures"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[float] = mapped_column(Float, index=True)


class Connection(Base):
    """A secret that shop.yaml names as `${NAME}`, encrypted (`ca_assets.settings.connections` keeps the key)."""

    __tablename__ = "connections"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    secret: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


class SavedView(Base):
    """A page (`path`) with its filters (`query`) under a name, of the user `owner`; `is_shared`: everybody sees it."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("owner", "name", name="one_view_of_a_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(100))
    path: Mapped[str] = mapped_column(String(200))
    query: Mapped[str] = mapped_column(Text)
    is_shared: Mapped[bool]
    saved_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True)
class Database:
    """An open settings database."""

    engine: Engine
    factory: sessionmaker[Session]

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction: committed at the end of the block, rolled back when it raises."""
        with self.factory.begin() as session:
            yield session


def open_database(settings: ProcessSettings | None = None) -> Database:
    """Open and, where needed, migrate the settings database. Raises SettingsUnavailable."""
    settings = settings or process_settings()
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        engine = create_engine(settings.database_url)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _sqlite_pragmas)
        _migrate(engine, settings.home / "settings.lock")
    except (SQLAlchemyError, ArgumentError, OSError) as error:
        raise SettingsUnavailable(_reason(settings, error)) from error
    return Database(engine, sessionmaker(engine, expire_on_commit=False))


def _reason(settings: ProcessSettings, error: Exception) -> str:
    """What to check, without the URL's password and without the statement that failed."""
    try:
        shown = make_url(settings.database_url).render_as_string(hide_password=True)
    except ArgumentError:
        shown = "CA_SETTINGS_URL (not a valid URL)"
    cause = str(getattr(error, "orig", None) or error).splitlines()[0]
    return f"the settings database {shown} cannot be opened: {cause}; check CA_HOME and CA_SETTINGS_URL"


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    """Readers and one writer side by side; a writer waits for another instead of failing."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA busy_timeout=10000")
    connection.execute("PRAGMA foreign_keys=ON")


def _migrate(engine: Engine, lock: Path) -> None:
    """Upgrade to the newest schema; processes that start together take turns."""
    if _revision(engine) == NEWEST_REVISION:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with FileLock(lock):
        if _revision(engine) != NEWEST_REVISION:
            with engine.begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")


def _revision(engine: Engine) -> str | None:
    """The schema that the database has, as Alembic notes it; None for an empty database."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return revision
