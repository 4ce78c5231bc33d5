"""`${NAME}` in a source's url or credentials → what it stands for; and which database that is.

Belongs here: replacing. Where secrets are kept, `Reading.secret` knows.
"""

from __future__ import annotations

import re

from ca_assets.shop import SourceConfig
from ca_assets.sources.errors import SourceError
from ca_assets.sources.reading import Reading

SECRET_OPTION = re.compile(r"(?i)(user|password|passfile|sslpassword|sslkey|connect_timeout|application_name)=")
PLACE = re.compile(r"\$\{([^{}]*)\}")


def resolved(name: str, text: str, reading: Reading) -> str:
    """The text with every `${NAME}` replaced; SourceError when a name is not known. `name`: the source. The result is a secret."""

    def _value(place: re.Match[str]) -> str:
        value = reading.secret(place[1])
        if not value:
            raise SourceError(f"{name}: ${{{place[1]}}} is not known; set the variable {place[1]} or run `ca connections add {place[1]}`")
        return value.strip()

    return PLACE.sub(_value, text)


def database_place(name: str, config: SourceConfig, reading: Reading) -> str:
    """Which database a source's url names: without user, password and options that hold a secret. Empty for files. Raises SourceError."""
    if not config.url:
        return ""
    address, _, options = resolved(name, config.url, reading).partition("?")
    scheme, _, rest = address.partition("://")
    kept = sorted(option for option in options.split("&") if option and not SECRET_OPTION.match(option))
    return "\n".join([scheme, rest.rpartition("@")[2], *kept])
