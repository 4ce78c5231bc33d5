"""Settings given as files: `CA_NAME_FILE=/run/secrets/name` stands for `CA_NAME`, so that a secret is in no environment and no image.

Belongs here: reading such files. What is set by both is taken from the environment.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource


class SecretError(RuntimeError):
    """A secret cannot be read or is unsafe; the message says what to do and shows nothing of it."""


class SecretFiles(PydanticBaseSettingsSource):
    """A source for a settings class: for each of its fields the text of the file that `<PREFIX><FIELD>_FILE` names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The file's text (None without a file), the field's name, and that it is no JSON. Raises SecretError."""
        return secret_from_file(f"{self.config.get('env_prefix', '')}{field_name}".upper()), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Values of all fields that have a file. Raises SecretError."""
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


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
