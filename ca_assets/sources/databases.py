"""What all databases have in common: `${NAME}` in a url or credentials, which database a url names, and how long one may take.

Where the values of such names are kept, `Reading.secret` knows.
"""

from __future__ import annotations

import re

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from ca_assets.shop import SourceConfig
from ca_assets.sources.driver import Reading
from ca_assets.sources.errors import ErrorCode, SourceError

# Options of a url that are secret or do not say which database it is.
SECRET_OPTION = re.compile(r"(?i)(user|password|passfile|sslpassword|ssl-?(?:key|cert)|connect_timeout|application_name)=")
PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")


class Limits(BaseSettings):
    """Seconds, from the environment (`CA_SOURCE_…`): of one statement, of making a connection, and without a byte until the watchdog asks
    the server whether it still answers (`CA_SOURCE_SILENCE_SECONDS`)."""

    model_config = SettingsConfigDict(env_prefix="CA_SOURCE_", extra="ignore", frozen=True)

    timeout_seconds: float = Field(default=7200.0, ge=0.001, le=86400.0 * 7)
    connect_seconds: int = Field(default=15, ge=2, le=600)  # libpq takes less than 2 for 2
    idle_timeout_seconds: float = Field(default=60.0, gt=0, validation_alias="CA_SOURCE_SILENCE_SECONDS")


def fill_placeholders(name: str, text: str, reading: Reading) -> str:
    """The text with every `${NAME}` replaced; SourceError when a name is not known. `name`: the source. The result is a secret."""

    def _value(placeholder: re.Match[str]) -> str:
        value = reading.secret(placeholder[1])
        if not value:
            hint = f"set the variable {placeholder[1]} or run `ca connections add {placeholder[1]}`"
            raise SourceError(name, ErrorCode.UNKNOWN_CONNECTION, f"{placeholder[0]} is not known", hint=hint)
        return value.strip()

    return PLACEHOLDER.sub(_value, text)


def database_identity(name: str, config: SourceConfig, reading: Reading) -> str:
    """Which database a source's url names: without user, password and options that hold a secret. Empty for files. Raises SourceError."""
    if not config.url:
        return ""
    address, _, options = fill_placeholders(name, config.url, reading).partition("?")
    scheme, _, rest = address.partition("://")
    public = sorted(option for option in options.split("&") if option and not SECRET_OPTION.match(option))
    return "\n".join([scheme, rest.rpartition("@")[2], *public])
