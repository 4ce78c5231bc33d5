"""Which server a source's url means, how it is connected to, and what every session says first: read only, UTC, not for ever.

Belongs here: the url and the session's settings. No message shows the url: it may hold a password.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from ca_assets.shop import SourceConfig
from ca_assets.sources.databases import Limits, fill_placeholders
from ca_assets.sources.driver import Reading
from ca_assets.sources.errors import ErrorCode, SourceError

SCHEMES = ("mysql", "mariadb")
PORT = 3306
FORM = "mysql://USER:PASSWORD@HOST:3306/DATABASE?ssl-mode=REQUIRED"
MODES = ("DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")
OPTIONS = {"ssl-mode", "ssl-ca", "ssl-cert", "ssl-key", "socket"}
SLOW_READER_SECONDS = 3600  # the server's own 60 s are short where staging waits for a disk


@dataclass(frozen=True)
class Tls:
    """How a session is encrypted; `mode` is one of the words of the server's own client."""

    mode: str = "PREFERRED"
    authority: str | None = None
    certificate: str | None = None
    key: str | None = None

    def arguments(self) -> dict[str, Any]:
        """For the driver. Without a context it encrypts where the server can. OSError for a file that cannot be read."""
        if self.mode == "DISABLED":
            return {"ssl_disabled": True}
        if self.mode == "PREFERRED" and not self.certificate:
            return {}
        context = ssl.create_default_context(cafile=self.authority)
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # servers make themselves certificates of an older form
        context.check_hostname = self.mode == "VERIFY_IDENTITY"
        context.verify_mode = ssl.CERT_REQUIRED if self.mode.startswith("VERIFY") else ssl.CERT_NONE
        if self.certificate:
            context.load_cert_chain(self.certificate, self.key)
        return {"ssl": context}


@dataclass(frozen=True)
class Server:
    """Where one session connects to, and as whom. `socket`: the path of a server on this machine, instead of host and port."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    socket: str | None
    tls: Tls
    limits: Limits

    @property
    def shown(self) -> str:
        """For people."""
        return f"{self.socket or f'{self.host}:{self.port}'}/{self.database}"

    def arguments(self) -> dict[str, Any]:
        """For the driver; with the password."""
        seconds = self.limits.connect_seconds
        place = {"unix_socket": self.socket} if self.socket else {"host": self.host, "port": self.port}
        names = {"user": self.user, "password": self.password, "database": self.database or None}
        times = {"connect_timeout": seconds, "read_timeout": seconds, "write_timeout": seconds}
        return {**place, **names, **times, **self.tls.arguments(), "charset": "utf8mb4", "program_name": "customer_analytics"}

    def settings(self, version: str) -> list[str]:
        """Statements that a session begins with. `version`: the server's, which tells MariaDB from MySQL."""
        seconds = self.limits.timeout_seconds
        is_mariadb = "mariadb" in version.lower()
        limit = f"max_statement_time = {seconds:.3f}" if is_mariadb else f"max_execution_time = {int(seconds * 1000)}"
        return [
            f"SET SESSION {limit}",
            "SET SESSION time_zone = '+00:00'",
            f"SET SESSION net_write_timeout = {SLOW_READER_SECONDS}",
            # So that a query means what it was checked as: a backslash escapes, double quotes are texts.
            "SET SESSION sql_mode = REPLACE(REPLACE(REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', ''), 'ANSI_QUOTES', ''), 'ANSI', '')",
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        ]

    def without_secrets(self, text: str) -> str:
        """The text with every form of the password left out."""
        forms: tuple[Callable[[str], str], ...] = (str, quote, lambda word: quote(word, safe=""), repr)
        for form in sorted({make(self.password) for make in forms} if self.password else (), key=len, reverse=True):
            text = text.replace(form, "***")
        return text


def parse_server(name: str, config: SourceConfig, reading: Reading) -> Server:
    """The server that `config.url` means. SourceError when it is no url of one, or a `${NAME}` of it is unknown."""
    given = _parsed(fill_placeholders(name, config.url or "", reading))
    if given is None:
        hint = f"write {FORM} (percent-encode signs such as @ : / % in user and password)"
        raise SourceError(name, ErrorCode.BAD_CONFIG, "the url cannot be read", hint=hint)
    return given


def _parsed(url: str) -> Server | None:
    """None for what is no plain url; nothing of it may be shown then, any part may be one of a password."""
    scheme, _, rest = url.partition("://")
    place = rest.partition("?")[0]
    if scheme.partition("+")[0] not in SCHEMES or place.count("@") > 1 or "@" in place.partition("/")[2]:
        return None
    try:
        parts = urlsplit(f"mysql://{rest}")
        port = parts.port or PORT
        given = parse_qsl(parts.query, strict_parsing=True) if parts.query else []
    except ValueError:
        return None
    options = {key.lower().replace("_", "-"): value for key, value in given}
    tls = _tls(options)
    database = parts.path.removeprefix("/")
    if tls is None or not OPTIONS.issuperset(options) or parts.fragment or "/" in database:
        return None
    return Server(
        host=parts.hostname or "localhost",
        port=port,
        database=unquote(database),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        socket=options.get("socket"),
        tls=tls,
        limits=Limits(),
    )


def _tls(options: dict[str, str]) -> Tls | None:
    """What the options say; an authority alone means that it is asked for."""
    default = "VERIFY_CA" if "ssl-ca" in options else "PREFERRED"
    mode = options.get("ssl-mode", default).upper().replace("-", "_")
    return Tls(mode, options.get("ssl-ca"), options.get("ssl-cert"), options.get("ssl-key")) if mode in MODES else None
