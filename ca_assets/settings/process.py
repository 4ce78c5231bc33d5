"""Settings of the process from the environment (prefix `CA_`): folders, URLs, the index. The environment wins over everything else.

Each may be given as a file too (`CA_SETTINGS_URL_FILE=/run/secrets/settings_url`), for those that hold a password: so a secret is in no
environment and no image. What is set both ways is taken from the environment.
Belongs here: what may be set, its bounds, reading such files. Does not belong here: connecting to what a URL names.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


class SecretError(RuntimeError):
    """A secret cannot be read or is unsafe; the message says what to do and shows nothing of it."""


class SecretFiles(PydanticBaseSettingsSource):
    """A source for a settings class: for each of its fields the text of the file that `<PREFIX><FIELD>_FILE` names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The file's text (None without a file), the field's name, and that it is no JSON. Raises SecretError."""
        return secret_from_file(f"{self.config.get('env_prefix', '')}{field_name}".upper()), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Values of all fields that have a file. Raises SecretError."""
        texts = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: text for name, text in texts.items() if text is not None}


def secret_from_file(variable: str) -> str | None:
    """The text of the file that `<variable>_FILE` names, without white space at its ends; None when that is not set. Raises SecretError."""
    path = os.environ.get(f"{variable}_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SecretError(f"{variable}_FILE: {path} cannot be read ({reason}); check the path and its rights") from None


class IndexSettings(BaseSettings):
    """`CA_INDEX_URL` unset: embedded. The other settings are Elasticsearch's; secrets are never shown."""

    model_config = SettingsConfigDict(env_prefix="CA_", extra="ignore", frozen=True)

    index_url: str | None = Field(default=None, repr=False)  # may hold a password; several nodes of one cluster with commas
    index_user: str | None = None
    index_password: SecretStr | None = None
    index_api_key: SecretStr | None = None
    index_ca_file: Path | None = None  # PEM file of the authority that signed the server's certificate; default: the system's
    index_verify_certificates: bool = True
    index_timeout_seconds: float = Field(default=60.0, gt=0)
    index_prefix: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9_.-]*)?$", max_length=60)  # several shops in one cluster
    index_shards: int = Field(default=2, ge=1, le=100)  # per month of orders, and per version of another table
    index_replicas: int = Field(default=0, ge=0, le=10)
    index_total_fields_limit: int = Field(default=2_000, ge=100)
    index_max_result_window: int = Field(default=10_000_000, ge=10_000)


class SignOnSettings(BaseSettings):
    """The login at a provider (OpenID Connect). `CA_OIDC_ISSUER` unset: people log in with passwords alone."""

    oidc_issuer: str | None = None  # the provider's URL, exactly as its discovery document says it
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None  # none: a public client, which PKCE alone protects
    oidc_label: str = Field(default="single sign-on", min_length=1, max_length=40)  # the button says "Continue with …"
    oidc_scopes: str = "openid email profile"
    oidc_create_domains: str = ""  # e-mail domains, with commas: whoever has a verified address there gets an account as a viewer
    oidc_ca_file: Path | None = None  # PEM file of the authority that signed the provider's certificate; default: the known ones
    oidc_leeway_seconds: int = Field(default=60, ge=0, le=300)  # how far the provider's clock may be from ours
    password_login: bool = True  # False: at the provider alone


class ProcessSettings(IndexSettings, SignOnSettings):
    """`CA_HOME` is the one folder for everything that is kept; the URLs default to places inside it."""

    model_config = SettingsConfigDict(env_prefix="CA_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=lambda: Path.home() / ".customer_analytics")
    lake_url: str | None = None
    settings_url: str | None = Field(default=None, repr=False)  # may hold a password
    engine: str = "duckdb"
    locale: str = "en-GB"  # how the application writes numbers, money and dates, unless a reader chose otherwise
    nightly_cron: str = "0 3 * * *"  # when the default schedule loads, in the business time zone
    full_load_cron: str = "0 5 * * 0"  # when all sources are read whole, which takes up changes older than the late-data window
    weekly_cron: str = "0 6 * * 0"  # when families that are kept fresh weekly are computed, beside the loads
    daily_cron: str = "30 4 * * *"  # when families that are kept fresh daily beside the loads are computed: after the nightly load
    events_cron: str = "20 0 * * *"  # when the collector's past days become Parquet; in UTC, as its days are
    dagster_url: str | None = Field(default=None, repr=False)  # PostgreSQL for Dagster's runs, schedules, logs; default: SQLite in CA_HOME
    code_server: str | None = None  # host:port of a code server of its own; default: Dagster's processes load the code themselves
    dagster_web_url: str = "http://127.0.0.1:3000"  # where the application reaches Dagster's web server, which starts and shows runs
    dagster_public_url: str | None = None  # where admins' browsers reach it (a URL, or a path such as /dagster): pages of runs link to it
    range_processes: int = Field(default=2, ge=0, le=64)  # which compute ranges that are no fixed window; 0: none do
    range_memory_mb: int = Field(default=1_000, ge=100)  # what the engine of each may use; more is spilled to the staging folder
    range_timeout_seconds: float = Field(default=60.0, gt=0)
    mail_url: SecretStr | None = None  # the server that sends e-mails (apprise's form): mailtos://user:password@smtp.example.com?from=a@b.c
    public_url: str | None = None  # where readers open the application (https://analytics.example.com): links in messages lead there
    proxy_hops: int = Field(default=0, ge=0)  # reverse proxies before the application whose X-Forwarded headers are to be believed
    api_requests_per_minute: int = Field(default=120, ge=1)  # of a token in the long run; the export of a whole table counts as 10
    api_burst: int = Field(default=60, ge=1)  # of these so many may come at once
    api_plain_http: bool = False  # whether the API answers without TLS, also to other machines: tokens can be read on the way then

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
