"""Keys of this installation. Belongs here: where they come from. Never logged, never in the settings database.

The environment wins (`CA_SECRET_KEY`, or a file that `CA_SECRET_KEY_FILE` names; `CA_ENCRYPTION_KEY` the same way); else a file in
`CA_HOME` that only its owner reads, made at first use.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from ca_assets.settings.process import ProcessSettings, SecretError, process_settings, secret_from_file

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


def signing_key(settings: ProcessSettings | None = None) -> str:
    """The key that signs login sessions: the same for all processes of an installation and across restarts."""
    return _key("CA_SECRET_KEY", "secret.key", settings)


def encryption_key(settings: ProcessSettings | None = None) -> str:
    """The key that encrypts secrets in the settings database; without it they cannot be read again."""
    return _key("CA_ENCRYPTION_KEY", "encryption.key", settings)


def cipher(settings: ProcessSettings | None = None) -> Fernet:
    """What encrypts secrets in the settings database. Any long random text may be the key: its SHA-256 has the length that Fernet wants."""
    from cryptography.fernet import Fernet  # the signing key is needed without it

    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(encryption_key(settings).encode()).digest()))


def _key(variable: str, file: str, settings: ProcessSettings | None) -> str:
    given = os.environ.get(variable) or secret_from_file(variable)
    if given:
        return _long_enough(given, variable)
    path = (settings or process_settings()).home / file
    return _long_enough(secret_file(path, 48), str(path))


def secret_file(path: Path, size: int) -> str:
    """The secret text kept in a 0600 file, made from `size` random bytes by whichever process asks first."""
    if not path.exists():
        _create(path, size)
    return path.read_text(encoding="ascii").strip()


def _create(path: Path, size: int) -> None:
    """Write a new secret beside its place and link it there, so that processes that start together agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(size))
    try:
        os.link(temporary, path)
    except FileExistsError:
        return  # another process was first: its secret counts
    finally:
        temporary.unlink()


def _long_enough(key: str, where: str) -> str:
    if len(key) < 16:
        raise SecretError(f"{where} is shorter than 16 characters; set a long random text")
    return key
