"""What may be shown of a connection: kind, host, database, user. Never a password, a token or a url's options.

Belongs here: taking these parts out of a secret text, and giving up (showing nothing) whenever the text is not surely understood.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
PLAIN = re.compile(r"[\w.:-]*")  # of names of hosts, databases and users; anything else may be a part of a mangled password


@dataclass(frozen=True)
class Shown:
    """`kind`: the url's scheme, `service account` or `text`; the others are empty when there is none."""

    kind: str
    host: str = ""
    database: str = ""
    user: str = ""


def shown_parts(secret: str) -> Shown:
    """The parts of a secret that are none."""
    if secret.lstrip().startswith("{"):
        return _service_account(secret)
    scheme, sign, _ = secret.partition("://")
    if not sign or not SCHEME.fullmatch(scheme.lower()):
        return Shown("text")
    try:
        return _url(scheme.lower(), urlsplit(secret))
    except ValueError:
        return Shown(f"{scheme.lower()} (not a valid url)")


def _url(scheme: str, parts: SplitResult) -> Shown:
    """ValueError when a password with unescaped signs may have slipped into another part."""
    host = parts.hostname or ""
    if parts.port is not None:
        host = f"{host}:{parts.port}"
    database, user = unquote(parts.path.lstrip("/")), unquote(parts.username or "")
    is_mangled = parts.fragment or "@" in parts.path or "@" in parts.query
    if is_mangled or not all(PLAIN.fullmatch(text) for text in (host, database.replace("/", "."), user.replace("@", "."))):
        raise ValueError("not a plain url")
    return Shown(scheme, host, database, user)


def _service_account(secret: str) -> Shown:
    try:
        found = json.loads(secret)
    except json.JSONDecodeError:
        return Shown("text")
    names = (found.get("project_id"), found.get("client_email")) if isinstance(found, dict) else (None, None)
    project, user = (name if isinstance(name, str) else "" for name in names)
    return Shown(str(found["type"]).replace("_", " "), "", project, user) if found.get("type") == "service_account" else Shown("text")
