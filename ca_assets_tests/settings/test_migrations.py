"""From the first release's settings database to the newest: every row kept, and the tables that the models say, on both databases."""

from __future__ import annotations

import datetime as dt
import importlib
import pkgutil
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text

import ca_assets.settings as package
from ca_assets.settings import users
from ca_assets.settings.database import MIGRATIONS, NEWEST_REVISION, Base, open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.shops import applied_shop
from ca_assets_tests.servers.postgresql import PostgreSQL
from ca_assets_tests.shops.tea_shop import TEA

FIRST = "0001"
MOMENT = dt.datetime(2025, 3, 30, 1, 30, tzinfo=dt.UTC)
PASSWORD = "correct horse battery"


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> ProcessSettings:
    if request.param == "sqlite":
        return ProcessSettings(home=tmp_path / "home")
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return ProcessSettings(home=tmp_path / "home", settings_url=server.url(server.database(), "postgresql"))


def at_first_release(settings: ProcessSettings, shop: Path) -> Engine:
    """The database as the first release left it, with users and an applied shop."""
    settings.home.mkdir()
    engine = create_engine(settings.database_url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, FIRST)
        for number in range(50):
            values = {"name": f"user {number} é", "hash": users._hashed(PASSWORD) if number < 2 else "x", "at": MOMENT}
            statement = "INSERT INTO users (name, password_hash, role, created_at) VALUES (:name, :hash, 'editor', :at)"
            connection.execute(text(statement), values)
        edition = {"text": shop.read_text(), "folder": str(shop.parent), "at": MOMENT}
        connection.execute(
            text("INSERT INTO shop_editions (text, folder, first_month, applied_at) VALUES (:text, :folder, '2019-07', :at)"), edition
        )
    return engine


def test_the_first_releases_rows_are_kept(settings: ProcessSettings, tmp_path: Path) -> None:
    engine = at_first_release(settings, TEA.write(tmp_path / "shop"))
    columns = {"users": "name, password_hash, role, created_at", "shop_editions": "text, folder, first_month, applied_at"}
    queries = {table: text(f"SELECT {names} FROM {table} ORDER BY id") for table, names in columns.items()}
    with engine.connect() as connection:
        before = {table: connection.execute(query).all() for table, query in queries.items()}
    database = open_database(settings)
    with database.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == NEWEST_REVISION
        assert {table: connection.execute(query).all() for table, query in queries.items()} == before
    assert len(before["users"]) == 50 and users.verify(database, "user 1 é", PASSWORD).role == "editor"
    assert (applied_shop(database).shop.name, applied_shop(database).first_month) == ("Tea", "2019-07")


def test_the_tables_are_those_of_the_models(settings: ProcessSettings) -> None:
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)
    with open_database(settings).engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
