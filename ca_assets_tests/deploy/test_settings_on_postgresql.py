"""The settings database on a real PostgreSQL: migrated once by processes that start together, its password in no file and no message."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from dagster import DagsterInstance

from ca_assets.settings import users
from ca_assets.settings.dagster_home import MARK, DagsterSettingsError, dagster_environment, prepare_dagster_home
from ca_assets.settings.database import SettingsUnavailable, open_database
from ca_assets.settings.process import ProcessSettings, SecretError, process_settings
from ca_assets.settings.secrets import signing_key
from ca_assets.settings.shops import applied_shop, apply_shop, note_first_month
from ca_assets_tests.servers.postgresql import PostgreSQL
from ca_assets_tests.shops.tea_shop import TEA
from ca_dash.auth.attempts import Attempts


@pytest.fixture
def settings(tmp_path: Path, postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> ProcessSettings:
    """URLs in files, without a driver, as a deployment gives them."""
    monkeypatch.setenv("CA_DAGSTER_URL", "is restored afterwards")  # the code sets it for Dagster
    monkeypatch.delenv("CA_DAGSTER_URL")
    for name in ("settings_url", "dagster_url"):
        file = tmp_path / name
        file.write_text(postgresql.url(postgresql.database(), "postgresql") + "\n")
        monkeypatch.setenv(f"CA_{name.upper()}_FILE", str(file))
    monkeypatch.setenv("CA_HOME", str(tmp_path / "home"))
    return ProcessSettings()


def test_processes_that_start_together_migrate_once(settings: ProcessSettings, postgresql: PostgreSQL) -> None:
    with ThreadPoolExecutor(6) as pool:
        databases = list(pool.map(lambda _: open_database(settings), range(6)))
    name = settings.database_url.rpartition("/")[2]
    assert postgresql.execute("SELECT count(*) FROM alembic_version", name) == [(1,)]
    users.add_user(databases[0], "ann", "correct horse", "editor")
    assert users.verify(databases[5], "ann", "correct horse").role == "editor"


def test_shops_and_log_in_limits(settings: ProcessSettings, tmp_path: Path) -> None:
    database = open_database(settings)
    apply_shop(database, TEA.write(tmp_path / "shop"))
    note_first_month(database, "1999-07")
    applied = applied_shop(open_database(settings))
    assert (applied.shop.name, applied.first_month, applied.applied_at.utcoffset().total_seconds()) == ("Tea", "1999-07", 0)
    one, other = Attempts(database), Attempts(open_database(settings))
    for _ in range(5):
        one.failed("1.2.3.4", "ann")
    assert other.seconds_to_wait("1.2.3.4", "ann") > 800
    other.succeeded("1.2.3.4", "ann")
    assert one.seconds_to_wait("1.2.3.4", "ann") == 0


def test_dagster_storage_is_postgresql_and_its_password_hidden(settings: ProcessSettings, postgresql: PostgreSQL) -> None:
    environment = dagster_environment(settings)
    assert environment["CA_DAGSTER_URL"].startswith("postgresql+psycopg2://")
    folder = prepare_dagster_home(settings)
    with DagsterInstance.from_config(str(folder)) as instance:
        assert type(instance.run_storage).__name__ == "PostgresRunStorage"
        assert instance.get_runs() == []
    name = settings.dagster_url.rpartition("/")[2]
    tables = {row[0] for row in postgresql.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", name)}
    assert {"runs", "event_logs", "jobs"} <= tables
    files = [path for path in settings.home.rglob("*") if path.is_file()]
    assert files and all(postgresql.password.encode() not in path.read_bytes() for path in files)
    assert postgresql.password not in repr(yaml.safe_load((folder / "dagster.yaml").read_text()))


def test_files_follow_the_settings_until_people_change_them(tmp_path: Path) -> None:
    plain = ProcessSettings(home=tmp_path)
    folder = prepare_dagster_home(plain)
    assert "postgres_url" not in (folder / "dagster.yaml").read_text()
    assert "python_module" in (folder / "workspace.yaml").read_text()
    prepare_dagster_home(ProcessSettings(home=tmp_path, code_server="code:4000"))
    served = yaml.safe_load((folder / "workspace.yaml").read_text())["load_from"][0]["grpc_server"]
    assert served == {"host": "code", "port": 4000, "location_name": "customer_analytics"}
    changed = (folder / "dagster.yaml").read_text().replace(MARK, "").replace("180", "60")
    (folder / "dagster.yaml").write_text(changed)
    prepare_dagster_home(plain)
    assert (folder / "dagster.yaml").read_text() == changed
    assert "python_module" in (folder / "workspace.yaml").read_text()


@pytest.mark.parametrize(
    ("name", "value"), [("dagster_url", "mysql://ann:hunter2@db/x"), ("code_server", "nowhere"), ("code_server", "a b:1")]
)
def test_unusable_settings_are_named_without_their_value(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(DagsterSettingsError, match=f"CA_{name.upper()}") as error:
        prepare_dagster_home(ProcessSettings(home=tmp_path, **{name: value}))
    assert value not in str(error.value)


def test_a_wrong_password_is_said_without_showing_it(settings: ProcessSettings, postgresql: PostgreSQL) -> None:
    wrong = settings.model_copy(update={"settings_url": settings.settings_url.replace(postgresql.password, "hunter2")})
    with pytest.raises(SettingsUnavailable, match="authentication failed") as error:
        open_database(wrong)
    assert "hunter2" not in str(error.value)


def test_a_secret_may_be_a_file_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CA_SECRET_KEY", raising=False)
    (tmp_path / "key").write_text("from a file, long enough\n")
    monkeypatch.setenv("CA_SECRET_KEY_FILE", str(tmp_path / "key"))
    assert signing_key(ProcessSettings(home=tmp_path)) == "from a file, long enough"
    monkeypatch.setenv("CA_SECRET_KEY", "from the environment, long")
    assert signing_key(ProcessSettings(home=tmp_path)) == "from the environment, long"
    monkeypatch.setenv("CA_LAKE_URL_FILE", str(tmp_path / "missing"))
    with pytest.raises(SecretError, match="CA_LAKE_URL_FILE"):
        ProcessSettings(home=tmp_path)
    monkeypatch.setenv("CA_INDEX_PASSWORD_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("CA_LAKE_URL", "s3://lake")
    monkeypatch.delenv("CA_LAKE_URL_FILE")
    settings = ProcessSettings(home=tmp_path, settings_url="postgresql://ca:hunter2@db/s", dagster_url="postgresql://ca:hunter2@db/d")
    assert (settings.lake_url, settings.index_password.get_secret_value()) == ("s3://lake", "from a file, long enough")
    assert "hunter2" not in repr(settings) and "long enough" not in repr(settings)
    process_settings.cache_clear()
