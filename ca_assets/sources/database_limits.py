"""How long a database may take, from the environment (`CA_SOURCE_…`). Belongs here: these limits, for every kind of database."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Limits(BaseSettings):
    """Seconds: of one statement, of making a connection, and without a byte until the server is asked whether it still answers."""

    model_config = SettingsConfigDict(env_prefix="CA_SOURCE_", extra="ignore", frozen=True)

    timeout_seconds: float = Field(default=7200.0, ge=0.001, le=86400.0 * 7)
    connect_seconds: int = Field(default=15, ge=2, le=600)  # libpq takes less than 2 for 2
    silence_seconds: float = Field(default=60.0, gt=0)
