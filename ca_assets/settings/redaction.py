"""Non-secret parts of a connection string, for display: kind, host, database, user. Never a password, a token or a url's options.

Belongs here: parsing these parts out of a secret, and showing nothing of one that is not surely understood.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
PLAIN = re.compile(r"[\w.:-]*")  # of names of hosts, databases and users; anything else may be a part of a mangled password


@dataclass(frozen=True)
class RedactedConnection:
    """What may be shown of a connection. `kind`: the url's scheme, `service account` or `text`; the others are empty when unknown."""

    kind: str
    host: str = ""
    database: str = ""
    user: str = ""


def redact(secret: str) -> RedactedConnection:
    """The non-secret parts of a connection string: a url, or the JSON key of a Google service account."""
    if secret.lstrip().startswith("{"):
        return _service_account(secret)
    scheme, separator, _ = secret.partition("://")
    if not separator or not SCHEME.fullmatch(scheme.lower()):
        return RedactedConnection("text")
    try:
        return _url(scheme.lower(), urlsplit(secret))
    except ValueError:
        return RedactedConnection(f"{scheme.lower()} (not a valid url)")


def _url(scheme: str, parts: SplitResult) -> RedactedConnection:
    """ValueError when a password with unescaped signs may have slipped into another part."""
    host = parts.hostname or ""
    if parts.port is not None:
        host = f"{host}:{parts.port}"
    database, user = unquote(parts.path.lstrip("/")), unquote(parts.username or "")
    is_mangled = parts.fragment or "@" in parts.path or "@" in parts.query
    if is_mangled or not all(PLAIN.fullmatch(text) for text in (host, database.replace("/", "."), user.replace("@", "."))):
        raise ValueError("not a plain url")
    return RedactedConnection(scheme, host, database, user)


def _service_account(secret: str) -> RedactedConnection:
    try:
        key = json.loads(secret)
    except json.JSONDecodeError:
        return RedactedConnection("text")
    if not isinstance(key, dict) or key.get("type") != "service_account":
        return RedactedConnection("text")
    project, user = (text if isinstance(text, str) else "" for text in (key.get("project_id"), key.get("client_email")))
    return RedactedConnection("service account", database=project, user=user)
