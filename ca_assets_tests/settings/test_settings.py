"""Users, keys, the applied shop: what the settings database and CA_HOME keep."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from ca_assets.settings import users
from ca_assets.settings.database import MIGRATIONS, NEWEST_REVISION, Database, SettingsUnavailable, open_database
from ca_assets.settings.process import ProcessSettings, SecretError
from ca_assets.settings.secrets import signing_key
from ca_assets.settings.shops import applied_shop, apply_shop, note_first_month
from ca_assets.shop import ShopError
from ca_assets_tests.shops.tea_shop import TEA


@pytest.fixture
def settings(tmp_path: Path) -> ProcessSettings:
    return ProcessSettings(home=tmp_path / "home")


@pytest.fixture
def database(settings: ProcessSettings) -> Database:
    return open_database(settings)


def test_a_user_is_verified_by_name_and_password_only(database: Database) -> None:
    users.add_user(database, "ann", "correct horse", "editor")
    assert users.verify(database, "ann", "correct horse").role == "editor"
    assert users.verify(database, "ann", "correct hors") is None
    assert users.verify(database, "Ann", "correct horse") is None
    assert users.verify(database, "nobody", "correct horse") is None


def test_an_unknown_name_is_checked_against_a_hash_too(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    hasher = users._hasher()

    class Recording:
        def verify(self, stored: str, password: str) -> bool:
            called.append(stored)
            return hasher.verify(stored, password)

    users._decoy_hash()
    monkeypatch.setattr(users, "_hasher", Recording)
    assert users.verify(database, "nobody", "whatever") is None
    assert len(called) == 1 and called[0].startswith("$argon2id$")


def test_the_newest_revision_is_that_of_the_migrations(settings: ProcessSettings) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST_REVISION
    with open_database(settings).engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == NEWEST_REVISION


def test_opening_a_present_schema_does_not_import_alembic(settings: ProcessSettings) -> None:
    open_database(settings).engine.dispose()
    probe = "import sys; from ca_assets.settings.database import open_database; open_database(); print('alembic' in sys.modules)"
    environment = {**os.environ, "CA_HOME": str(settings.home)}
    assert subprocess.run([sys.executable, "-c", probe], env=environment, capture_output=True, text=True, check=True).stdout == "False\n"


@pytest.mark.parametrize(
    ("name", "password", "role"),
    [("", "long enough", "viewer"), ("a\x1b[2J", "long enough", "viewer"), ("a", "short", "viewer"), ("a", "long enough", "root")],
)
def test_unusable_users_are_refused(database: Database, name: str, password: str, role: str) -> None:
    with pytest.raises(users.UserError):
        users.add_user(database, name, password, role)
    assert users.list_users(database) == []


def test_a_name_is_taken_once_and_passwords_change(database: Database) -> None:
    users.add_user(database, "ann", "first password")
    with pytest.raises(users.UserError, match="already"):
        users.add_user(database, "ann", "other password")
    users.set_password(database, "ann", "second password")
    assert users.verify(database, "ann", "first password") is None
    assert users.verify(database, "ann", "second password")
    with pytest.raises(users.UserError, match="no user"):
        users.set_password(database, "eve", "second password")


def test_the_first_admin_is_made_once_with_a_generated_password(database: Database) -> None:
    password = users.ensure_admin(database)
    assert password is not None and users.verify(database, "admin", password).role == "admin"
    assert users.ensure_admin(database) is None
    assert users.ensure_admin(database, "another password") is None
    assert users.verify(database, "admin", "another password") is None


def test_no_password_is_stored(settings: ProcessSettings, database: Database) -> None:
    users.add_user(database, "ann", "correct horse")
    assert all(b"correct horse" not in file.read_bytes() for file in settings.home.rglob("*") if file.is_file())


def test_processes_starting_together_migrate_once_with_one_key(settings: ProcessSettings) -> None:
    with ThreadPoolExecutor(8) as pool:
        databases = list(pool.map(lambda _: open_database(settings), range(8)))
        keys = set(pool.map(lambda _: signing_key(settings), range(8)))
    assert len(databases) == 8 and len(keys) == 1
    with sqlite3.connect(settings.home / "settings.sqlite") as db:
        assert db.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)


def test_the_key_file_is_private_and_the_environment_wins(settings: ProcessSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CA_SECRET_KEY", raising=False)
    key = signing_key(settings)
    assert stat.S_IMODE((settings.home / "secret.key").stat().st_mode) == 0o600
    assert signing_key(settings) == key and list(settings.home.glob("secret.key.*")) == []
    monkeypatch.setenv("CA_SECRET_KEY", "from the environment, long")
    assert signing_key(settings) == "from the environment, long"
    monkeypatch.setenv("CA_SECRET_KEY", "short")
    with pytest.raises(SecretError) as error:
        signing_key(settings)
    assert "short;" not in str(error.value)


def test_an_unreachable_database_says_so_without_its_password(tmp_path: Path) -> None:
    url = "postgresql+psycopg2://ann:hunter2@127.0.0.1:1/none"
    with pytest.raises(SettingsUnavailable) as error:
        open_database(ProcessSettings(home=tmp_path, settings_url=url))
    assert "hunter2" not in str(error.value) and "CA_SETTINGS_URL" in str(error.value)


def test_the_newest_edition_of_the_shop_counts(database: Database, tmp_path: Path) -> None:
    with pytest.raises(ShopError, match="ca sources apply"):
        applied_shop(database)
    file = TEA.write(tmp_path / "shop")
    first = apply_shop(database, file)
    assert first.shop.name == "Tea" and first.shop.folder == file.parent
    assert apply_shop(database, file).edition == first.edition  # nothing changed
    note_first_month(database, "1999-07")
    note_first_month(database, "2001-01")
    file.write_text(file.read_text().replace("name: Tea", "name: Coffee"))
    second = apply_shop(database, file)
    assert (second.shop.name, second.edition, second.first_month) == ("Coffee", first.edition + 1, "1999-07")


def test_a_wrong_shop_is_not_applied(database: Database, tmp_path: Path) -> None:
    file = TEA.write(tmp_path / "shop")
    apply_shop(database, file)
    file.write_text("sources: {}")
    with pytest.raises(ShopError):
        apply_shop(database, file)
    assert applied_shop(database).shop.name == "Tea"
