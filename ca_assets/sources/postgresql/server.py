"""Which server a source's url means, what libpq is told, and what every session says first: read only, not for ever.

Belongs here: the url and the session's settings. No message shows the url: it may hold a password.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn

from ca_assets.shop import SourceConfig
from ca_assets.sources.databases import Limits, fill_placeholders
from ca_assets.sources.driver import Reading
from ca_assets.sources.errors import ErrorCode, SourceError

SCHEMES = ("postgresql", "postgres", "redshift")
PORTS = {"postgresql": "5432", "redshift": "5439"}
# A server that went away without a word is noticed after about a minute.
ALIVE = {"keepalives": "1", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}
USER_TIMEOUT_MS = 60_000
MOST_USER_TIMEOUT_MS = 2**31 - 1
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Server:
    """Where one session connects to. `dsn` is libpq's connection string, with the password. `kind`: postgresql or redshift.

    `user_timeout_ms`: the TCP_USER_TIMEOUT of the session's socket. Each session's is another, so that the watchdog can tell its socket.
    """

    kind: str
    host: str
    port: str
    database: str
    dsn: str = field(repr=False)
    user_timeout_ms: int
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


def parse_server(name: str, config: SourceConfig, reading: Reading) -> Server:
    """The server that `config.url` means. SourceError when it is no url of one, or a `${NAME}` of it is unknown."""
    given = _parsed(name, fill_placeholders(name, config.url or "", reading))
    limits = Limits()
    defaults = {**ALIVE, "connect_timeout": str(limits.connect_seconds), "application_name": "customer_analytics"}
    timeout = _user_timeout_ms(given.get("tcp_user_timeout"))
    port = given.get("port") or PORTS[config.kind]
    fixed = {"port": port, "client_encoding": "UTF8", "tcp_user_timeout": str(timeout)}
    return Server(
        kind=config.kind,
        host=given.get("host") or given.get("hostaddr") or "localhost",
        port=port,
        database=given.get("dbname") or given.get("user", ""),
        dsn=make_dsn(**{**defaults, **given, **fixed}),
        user_timeout_ms=timeout,
        secrets=_forms(given.get("password")),
        limits=limits,
    )


def _user_timeout_ms(given: str | None) -> int:
    """A value that no other session of this process has: that of the url or ours, and some milliseconds; 0 is libpq's word for no limit."""
    number = next(_NUMBERS) % 10_000
    wished = int(given) if given and given.isdecimal() else USER_TIMEOUT_MS
    return min(wished, MOST_USER_TIMEOUT_MS - 10_000) + number if wished else MOST_USER_TIMEOUT_MS - number


def _parsed(name: str, url: str) -> dict[str, str]:
    scheme, separator, rest = url.partition("://")
    place = rest.partition("?")[0]
    # With a bare @ or / in it, a part of a password would be taken for a host or database, and be shown.
    is_ambiguous = place.count("@") > 1 or "@" in place.partition("/")[2]
    if not separator or not (is_ambiguous or scheme.partition("+")[0] not in SCHEMES):
        try:
            return dict(parse_dsn(f"postgresql://{rest}" if separator else url))
        except psycopg2.Error:
            # Without its words and without what it came from: both may hold the password.
            pass
    form = "postgresql://USER:PASSWORD@HOST:5432/DATABASE?sslmode=require"
    hint = f"write {form} (percent-encode signs such as @ : / % in user and password)"
    raise SourceError(name, ErrorCode.BAD_CONFIG, "the url cannot be read", hint=hint)


def _forms(password: str | None) -> tuple[str, ...]:
    """The password as it may show up in a message."""
    forms: tuple[Callable[[str], str], ...] = (str, quote, lambda text: quote(text, safe=""), lambda text: text.replace("'", "\\'"))
    return tuple({form(password) for form in forms}) if password else ()
