"""What the code of some packages is, as a short text: results kept from an earlier version of it are not taken for today's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@cache
def code_digest(*packages: str) -> str:
    """Changes whenever a module of these packages of `ca_assets` does."""
    return files_digest(path for package in packages for path in (HERE / package).rglob("*.py"))


def files_digest(paths: Iterable[Path]) -> str:
    """Stands for the names and bytes of files, whatever their order."""
    found = hashlib.blake2b(digest_size=8)
    for path in sorted(paths):
        content = path.read_bytes()
        found.update(f"{path.name} {len(content)}\n".encode() + content)
    return found.hexdigest()
