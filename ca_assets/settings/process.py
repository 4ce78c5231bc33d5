"""Settings of the process from the environment (prefix `CA_`): folders and URLs. The environment wins over everything else."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ProcessSettings(BaseSettings):
    """`CA_HOME` is the one folder for everything that is kept; the URLs default to places inside it."""

    model_config = SettingsConfigDict(env_prefix="CA_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=lambda: Path.home() / ".customer_analytics")
    index_url: str | None = None
    lake_url: str | None = None
    settings_url: str | None = None
    engine: str = "duckdb"
    nightly_cron: str = "0 3 * * *"  # when the default schedule loads, in the business time zone

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
        return self.settings_url or f"sqlite:///{self.home / 'settings.sqlite'}"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own folder (run storage, schedules, logs)."""
        return self.home / "dagster"

    @property
    def staging(self) -> Path:
        """Scratch folder of loads; may be emptied whenever no load runs."""
        return self.home / "staging"


@cache
def process_settings() -> ProcessSettings:
    """The process's settings, read once."""
    return ProcessSettings()
