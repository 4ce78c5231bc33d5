"""Settings of the process from the environment (prefix `CA_`): folders and URLs. The environment wins over everything else.

Each may be given as a file too (`CA_SETTINGS_URL_FILE=/run/secrets/settings_url`), for those that hold a password.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ca_assets.settings.index_settings import IndexSettings
from ca_assets.settings.secret_files import SecretFiles


class ProcessSettings(IndexSettings):
    """`CA_HOME` is the one folder for everything that is kept; the URLs default to places inside it."""

    model_config = SettingsConfigDict(env_prefix="CA_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=lambda: Path.home() / ".customer_analytics")
    lake_url: str | None = None
    settings_url: str | None = Field(default=None, repr=False)  # may hold a password
    engine: str = "duckdb"
    locale: str = "en-GB"  # how the application writes numbers, money and dates, unless a reader chose otherwise
    nightly_cron: str = "0 3 * * *"  # when the default schedule loads, in the business time zone
    full_load_cron: str = "0 5 * * 0"  # when all sources are read whole, which takes up changes older than the late-data window
    dagster_url: str | None = Field(default=None, repr=False)  # PostgreSQL for Dagster's runs, schedules, logs; default: SQLite in CA_HOME
    code_server: str | None = None  # host:port of a code server of its own; default: Dagster's processes load the code themselves
    proxy_hops: int = Field(default=0, ge=0)  # reverse proxies before the application whose X-Forwarded headers are to be believed

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the files that it names."""
        return init_settings, env_settings, SecretFiles(settings_cls)

    @property
    def lake_root(self) -> str:
        """Folder or URL of the lake."""
        return self.lake_url or str(self.home / "lake")

    @property
    def index_file(self) -> Path:
        """The embedded index's SQLite file."""
        return self.home / "index" / "index.sqlite"

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of the settings database."""
        return with_driver(self.settings_url) if self.settings_url else f"sqlite:///{self.home / 'settings.sqlite'}"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own folder (run storage, schedules, logs)."""
        return self.home / "dagster"

    @property
    def staging(self) -> Path:
        """Scratch folder of loads; may be emptied whenever no load runs."""
        return self.home / "staging"


def with_driver(url: str) -> str:
    """A PostgreSQL URL with the driver that is installed here: without one SQLAlchemy 2.1 would take another."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg2://{rest}" if separator and scheme in ("postgres", "postgresql") else url


@cache
def process_settings() -> ProcessSettings:
    """The process's settings, read once."""
    return ProcessSettings()
