"""Settings of the index from the environment: which store, who may write to it, and how Elasticsearch's indexes are made.

Belongs here: what may be set and its bounds. Does not belong here: connecting (`ca_assets.storage.elastic_client`).
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


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
