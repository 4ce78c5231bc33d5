"""The url of a database from the fields of a form, its parts percent-encoded. The result is a secret."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

PORTS = {"postgresql": 5432, "redshift": 5439, "mysql": 3306}
TLS = {  # what the form offers → the option of the url
    "postgresql": {"try": "sslmode=prefer", "require": "sslmode=require", "verify": "sslmode=verify-full", "off": "sslmode=disable"},
    "mysql": {
        "try": "ssl-mode=PREFERRED",
        "require": "ssl-mode=REQUIRED",
        "verify": "ssl-mode=VERIFY_IDENTITY",
        "off": "ssl-mode=DISABLED",
    },
}
HOST = re.compile(r"[A-Za-z0-9._-]+|\[?[0-9A-Fa-f:]+\]?")
PROJECT = re.compile(r"[A-Za-z0-9.:_-]+")


class UrlError(ValueError):
    """A field cannot be a part of a url. `field`: host, port, database, user, password or location."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class DatabaseFields:
    """What a form asks for. BigQuery: `host` is the project, `database` the dataset (with `location`); it has no port, user or password."""

    host: str
    database: str
    port: int | None = None
    user: str = ""
    password: str = ""
    tls: str = "try"
    location: str = ""

    def __repr__(self) -> str:
        return f"DatabaseFields({self.host!r}, {self.database!r})"  # no password in a log


def connection_url(kind: str, fields: DatabaseFields) -> str:
    """The url of a database of a kind. Raises UrlError."""
    if kind == "bigquery":
        return _bigquery_url(fields)
    host = fields.host.strip()
    if not HOST.fullmatch(host):
        raise UrlError("host", "A host is a name or an address, such as db.example.org, without https:// and without a port.")
    if not fields.database.strip():
        raise UrlError("database", "Which database is it? Its name is missing.")
    if not fields.user.strip():
        raise UrlError("user", "The user’s name is missing.")
    port = PORTS[kind] if fields.port is None else fields.port
    if not 1 <= port <= 65_535:
        raise UrlError("port", "A port is a number from 1 to 65535.")
    host = f"[{host.strip('[]')}]" if ":" in host else host
    login = quote(fields.user.strip(), safe="") + (f":{quote(fields.password, safe='')}" if fields.password else "")
    option = TLS["mysql" if kind == "mysql" else "postgresql"][fields.tls]
    return f"{kind}://{login}@{host}:{port}/{quote(fields.database.strip(), safe='')}?{option}"


def _bigquery_url(fields: DatabaseFields) -> str:
    for field, text, what in (("host", fields.host, "project"), ("database", fields.database, "dataset")):
        if not PROJECT.fullmatch(text.strip()):
            raise UrlError(field, f"The {what} is its name in Google Cloud, such as my-shop.")
    if fields.location and not PROJECT.fullmatch(fields.location):
        raise UrlError("location", "A location is a name such as EU or europe-west3.")
    return f"bigquery://{fields.host.strip()}/{fields.database.strip()}" + (f"?location={fields.location}" if fields.location else "")
