"""What a server or libpq says → a SourceError of a line or two: source, what, remedy; without password and stack trace.

Belongs here: recognizing errors. By SQLSTATE where there is one; of a failed connection, and of a stream, there are only words.
"""

from __future__ import annotations

import re

from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.postgresql.server import Server

TLS = "add sslmode=require to the url if the server wants TLS, sslmode=disable if it has none, or sslrootcert=FILE for its authority"
GRANT = "GRANT SELECT on it (and USAGE on its schema) to this user"
LONGER = "set CA_SOURCE_TIMEOUT_SECONDS higher, or read less (a query, an index on the date column)"
ADDRESS = "correct host and port in the url"
AGAIN = "nothing of it was taken. Load again when the server runs"
REMEDIES: tuple[tuple[str, str, ErrorCode, str], ...] = (  # SQLSTATEs, words, what it is for us, remedy
    (
        "28P01 28000",
        "password|pg_hba|role .* does not exist|authentication",
        ErrorCode.ACCESS_DENIED,
        "correct user and password in the url",
    ),
    ("3D000", "database .* does not exist", ErrorCode.NOT_FOUND, "correct the database's name in the url"),
    ("", "translate host name|Name or service not known|name resolution", ErrorCode.UNREACHABLE, "correct the host in the url"),
    ("", "SSL|certificate|TLS", ErrorCode.UNREACHABLE, TLS),
    (
        "53300",
        "too many (clients|connections)|remaining connection slots",
        ErrorCode.LIMIT_EXCEEDED,
        "wait, or raise the server's max_connections",
    ),
    ("57P03", "starting up|shutting down|not yet accepting", ErrorCode.UNREACHABLE, "wait until the server is up"),
    ("", "refused|No route|unreachable|No such file", ErrorCode.UNREACHABLE, f"{ADDRESS}, and see that the server runs and may be reached"),
    ("", "timeout expired|timed out", ErrorCode.UNREACHABLE, f"{ADDRESS}, and see that a firewall lets this machine through"),
    ("57014", "statement timeout", ErrorCode.LIMIT_EXCEEDED, LONGER),
    ("42501", "permission denied", ErrorCode.ACCESS_DENIED, GRANT),
    (
        "3F000 42P01",
        r"(relation|schema|table) .* does not exist",
        ErrorCode.NOT_FOUND,
        "correct sources.{name}.table (or the query) in shop.yaml",
    ),
    ("42703", "column .* does not exist", ErrorCode.REFUSED, "correct the mapped column or the query in shop.yaml"),
    ("25006", "read-only transaction", ErrorCode.REFUSED, "sources are read only; write a SELECT that changes nothing"),
    ("42601", "syntax error", ErrorCode.REFUSED, "correct sources.{name}.query in shop.yaml"),
    (
        "57P01 57P02 08006 08003",
        "server closed|terminating connection|connection .* lost|no connection|Connection reset|EOF",
        ErrorCode.UNREACHABLE,
        AGAIN,
    ),
)
SEVERITY = re.compile(r"(?:ERROR|FATAL|PANIC):\s+(.*)")
HINT = re.compile(r"HINT:\s+Perhaps (you meant .{,100}?)\.?$", re.MULTILINE)
SHOWN_CHARACTERS = 300


def error_from_server(name: str, server: Server, error: BaseException) -> SourceError:
    """The error for people. `error`: of the driver; its SQLSTATE is looked for."""
    state, text = state_of(error), server.without_secrets(str(error))
    what = _first_line(text)
    matches = (
        (code, remedy) for states, words, code, remedy in REMEDIES if (state in states if state else re.search(words, what, re.IGNORECASE))
    )
    code, remedy = next(matches, (ErrorCode.REFUSED, None))
    guess = next((f" (perhaps {words})" for words in HINT.findall(text)), "")
    hint = remedy.format(name=name) if remedy else None
    return SourceError(name, code, f"{server.kind} at {server.shown} says: {what}{guess}", hint=hint)


def state_of(error: BaseException) -> str:
    """The SQLSTATE of a driver's error; empty when it has none."""
    return str(getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or "")


def idle_timeout(name: str, server: Server) -> SourceError:
    """The error of a connection that the watchdog ended."""
    seconds = f"{server.limits.idle_timeout_seconds:g} s"
    what = f"{server.kind} at {server.shown} no longer answers (silent for {seconds}: stopped, or the network is cut)"
    return SourceError(name, ErrorCode.UNREACHABLE, what, hint=AGAIN)


def _first_line(text: str) -> str:
    """What happened, without the driver's words around it."""
    severity = SEVERITY.search(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = severity[1] if severity else (lines[0] if lines else "no reason given")
    told = re.sub(r"^[A-Z_]+: |\[libpq\] |Failed to connect: ", "", told)
    told = re.sub(r"^connection to server (at|on) .*? failed: ", "", told)
    return told.strip().rstrip(".")[:SHOWN_CHARACTERS]
