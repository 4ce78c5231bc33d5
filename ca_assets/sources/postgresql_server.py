"""Which server a source's url means, what libpq is told, and what every session says first: read only, not for ever.

Belongs here: the url and the session's settings. No message shows the url: it may hold a password.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn

from ca_assets.shop import SourceConfig
from ca_assets.sources.database_limits import Limits
from ca_assets.sources.database_urls import resolved
from ca_assets.sources.errors import SourceError
from ca_assets.sources.reading import Reading

SCHEMES = ("postgresql", "postgres", "redshift")
PORTS = {"postgresql": "5432", "redshift": "5439"}
# A server that went away without a word is noticed after about a minute.
ALIVE = {"keepalives": "1", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3", "tcp_user_timeout": "60000"}


@dataclass(frozen=True)
class Server:
    """`dsn` is libpq's connection string, with the password. `kind`: postgresql or redshift."""

    kind: str
    host: str
    port: str
    database: str
    user: str
    dsn: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    limits: Limits

    @property
    def shown(self) -> str:
        """For people."""
        return f"{self.host}:{self.port}/{self.database}"

    @property
    def settings(self) -> list[str]:
        """Statements that a transaction begins with. As such and not as start options, which poolers refuse."""
        return [
            f"SET statement_timeout = {int(self.limits.timeout_seconds * 1000)}",
            "SET TimeZone = 'UTC'",
            "SET DateStyle = 'ISO, YMD'",
            "SET extra_float_digits = 2",
        ]

    def without_secrets(self, text: str) -> str:
        """The text with every form of the password left out."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text


def server(name: str, config: SourceConfig, reading: Reading) -> Server:
    """The server that `config.url` means. SourceError when it is no url of one, or a `${NAME}` of it is unknown."""
    given = _parsed(name, resolved(name, config.url or "", reading))
    limits = Limits()
    fixed = {"connect_timeout": str(limits.connect_seconds), "application_name": "customer_analytics", "client_encoding": "UTF8"}
    host = given.get("host") or given.get("hostaddr") or "localhost"
    port = given.setdefault("port", PORTS[config.kind])
    words = {**ALIVE, **{key: value for key, value in fixed.items() if key != "client_encoding"}, **given, "client_encoding": "UTF8"}
    database = given.get("dbname") or given.get("user", "")
    dsn = make_dsn(**words)
    return Server(config.kind, host, port, database, given.get("user", ""), dsn, _forms(given.get("password")), limits)


def _parsed(name: str, url: str) -> dict[str, str]:
    scheme, separator, rest = url.partition("://")
    place = rest.partition("?")[0]
    # With a bare @ or / in it, a part of a password would be taken for a host or database, and be shown.
    is_ambiguous = place.count("@") > 1 or "@" in place.partition("/")[2]
    if separator and (is_ambiguous or scheme.partition("+")[0] not in SCHEMES):
        raise _not_a_url(name)
    try:
        return dict(parse_dsn(f"postgresql://{rest}" if separator else url))
    except psycopg2.Error:
        # Without its words and without what it came from: both may hold the password.
        pass
    raise _not_a_url(name)


def _not_a_url(name: str) -> SourceError:
    return SourceError(
        f"{name}: the url cannot be read; write postgresql://USER:PASSWORD@HOST:5432/DATABASE?sslmode=require "
        "(percent-encode signs such as @ : / % in user and password)"
    )


def _forms(password: str | None) -> tuple[str, ...]:
    """The password as it may show up in a message."""
    forms: tuple[Callable[[str], str], ...] = (str, quote, lambda text: quote(text, safe=""), lambda text: text.replace("'", "\\'"))
    return tuple({form(password) for form in forms}) if password else ()
