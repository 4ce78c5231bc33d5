"""Connections: kept encrypted, looked up in order, shown without their secrets."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from ca_assets.settings.connections import list_connections, remove_connection, secret_lookup, store_connection
from ca_assets.settings.database import MIGRATIONS, Database, open_database
from ca_assets.settings.process import ProcessSettings, SecretError
from ca_assets.settings.redaction import RedactedConnection, redact

URL = "postgresql://ann:hunter2@db.example:5432/shop?sslmode=require"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProcessSettings:
    for name in ("CA_ENCRYPTION_KEY", "CA_ENCRYPTION_KEY_FILE", "SHOP_URL", "SHOP_URL_FILE"):
        monkeypatch.delenv(name, raising=False)
    return ProcessSettings(home=tmp_path / "home")


@pytest.fixture
def database(settings: ProcessSettings) -> Database:
    return open_database(settings)


def test_a_stored_secret_comes_back_and_is_encrypted_on_disk(database: Database, settings: ProcessSettings) -> None:
    assert store_connection(database, "SHOP_URL", "old", settings) is False
    assert store_connection(database, "SHOP_URL", URL, settings) is True
    assert secret_lookup(open_database(settings), settings)("SHOP_URL") == URL
    key = settings.home / "encryption.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    for file in settings.home.rglob("*"):
        assert not file.is_file() or b"hunter2" not in file.read_bytes(), file


def test_the_environment_then_its_file_then_the_connection(
    database: Database, settings: ProcessSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = secret_lookup(database, settings)
    assert look_up("SHOP_URL") is None
    store_connection(database, "SHOP_URL", "stored", settings)
    assert look_up("SHOP_URL") == "stored"
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv("SHOP_URL_FILE", str(tmp_path / "secret"))
    assert look_up("SHOP_URL") == "from a file"
    monkeypatch.setenv("SHOP_URL", "from the environment")
    assert look_up("SHOP_URL") == "from the environment"
    monkeypatch.delenv("SHOP_URL")
    (tmp_path / "secret").unlink()
    with pytest.raises(SecretError, match="SHOP_URL_FILE"):
        look_up("SHOP_URL")


def test_settings_of_the_installation_are_no_connections(
    database: Database, settings: ProcessSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CA_SECRET_KEY", "signs the cookies of everybody")
    with pytest.raises(SecretError, match="otherwise") as caught:
        secret_lookup(database, settings)("CA_SECRET_KEY")
    assert "cookies" not in str(caught.value)
    with pytest.raises(SecretError):
        store_connection(database, "CA_SHOP", "x", settings)


def test_another_key_is_a_clear_error_and_the_list_still_shows(
    database: Database, settings: ProcessSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_connection(database, "SHOP_URL", URL, settings)
    monkeypatch.setenv("CA_ENCRYPTION_KEY", "another key that is long enough")
    with pytest.raises(SecretError, match="ca connections add SHOP_URL") as caught:
        secret_lookup(database, settings)("SHOP_URL")
    assert "hunter2" not in str(caught.value) and "another key that" not in str(caught.value)
    assert list_connections(database, settings)[0].shown.kind.startswith("unreadable")
    store_connection(database, "SHOP_URL", URL, settings)
    assert secret_lookup(database, settings)("SHOP_URL") == URL


def test_a_short_key_is_refused(database: Database, settings: ProcessSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CA_ENCRYPTION_KEY", "short")
    with pytest.raises(SecretError, match="CA_ENCRYPTION_KEY"):
        store_connection(database, "SHOP_URL", URL, settings)


@pytest.mark.parametrize(("name", "secret"), [("a-b", "x"), ("1A", "x"), ("", "x"), ("A", ""), ("A", "a\0b"), ("A", "x" * 100_001)])
def test_unusable_names_and_secrets_are_refused(database: Database, settings: ProcessSettings, name: str, secret: str) -> None:
    with pytest.raises(SecretError):
        store_connection(database, name, secret, settings)
    assert list_connections(database, settings) == []


def test_a_removed_connection_is_gone(database: Database, settings: ProcessSettings) -> None:
    store_connection(database, "SHOP_URL", URL, settings)
    remove_connection(database, "SHOP_URL")
    assert secret_lookup(database, settings)("SHOP_URL") is None
    with pytest.raises(SecretError, match="connections list"):
        remove_connection(database, "SHOP_URL")


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        (URL, RedactedConnection("postgresql", "db.example:5432", "shop", "ann")),
        ("redshift://u:p%40ss@host/db", RedactedConnection("redshift", "host", "db", "u")),
        ("postgresql://u:p@ss@host/db", RedactedConnection("postgresql", "host", "db", "u")),
        ("postgresql://host", RedactedConnection("postgresql", "host")),
        ("bigquery://project/dataset", RedactedConnection("bigquery", "project", "dataset")),
        (
            '{"type": "service_account", "project_id": "p", "client_email": "a@p.iam", "private_key": "hunter2"}',
            RedactedConnection("service account", "", "p", "a@p.iam"),
        ),
        ("hunter2", RedactedConnection("text")),
        ('{"hunter2"', RedactedConnection("text")),
        ("host=db password=hunter2", RedactedConnection("text")),
        ("hunter2://x", RedactedConnection("hunter2", "x")),
    ],
)
def test_redact_parts(secret: str, shown: RedactedConnection) -> None:
    assert redact(secret) == shown


@pytest.mark.parametrize("mangled", ["hun/ter2", "hun#ter2", "hun?ter2", "1/ter2", "1#ter2", "1?ter2", "[hunter2", "hun ter2", "1/t:er2@x"])
def test_a_password_with_unescaped_signs_is_never_shown(mangled: str) -> None:
    shown = redact(f"postgresql://ann:{mangled}@db.example/shop")
    assert "ter2" not in f"{shown.host} {shown.database} {shown.user} {shown.kind}"


def test_an_older_settings_database_gets_the_table(settings: ProcessSettings) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    settings.home.mkdir()
    engine = create_engine(settings.database_url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    engine.dispose()
    database = open_database(settings)
    store_connection(database, "SHOP_URL", URL, settings)
    assert [row.name for row in list_connections(database, settings)] == ["SHOP_URL"]
