"""`${NAME}` in a source's url or credentials → what it stands for.

Belongs here: replacing. Where secrets are kept, `Reading.secret` knows.
"""

from __future__ import annotations

import re

from ca_assets.sources.errors import SourceError
from ca_assets.sources.reading import Reading

PLACE = re.compile(r"\$\{([^{}]*)\}")


def resolved(name: str, text: str, reading: Reading) -> str:
    """The text with every `${NAME}` replaced; SourceError when a name is not known. `name`: the source. The result is a secret."""

    def _value(place: re.Match[str]) -> str:
        value = reading.secret(place[1])
        if not value:
            raise SourceError(f"{name}: ${{{place[1]}}} is not known; set the variable {place[1]} or run `ca connections add {place[1]}`")
        return value.strip()

    return PLACE.sub(_value, text)
