"""What a server or libpq says → a SourceError of a line or two: source, what, remedy; without password and stack trace.

Belongs here: recognizing errors. By SQLSTATE where there is one; of a failed connection, and of a stream, there are only words.
"""

from __future__ import annotations

import re

from ca_assets.sources.errors import SourceError
from ca_assets.sources.postgresql_server import Server

TLS = "add sslmode=require to the url if the server wants TLS, sslmode=disable if it has none, or sslrootcert=FILE for its authority"
GRANT = "GRANT SELECT on it (and USAGE on its schema) to this user"
LONGER = "set CA_SOURCE_TIMEOUT_SECONDS higher, or read less (a query, an index on the date column)"
AGAIN = "nothing of it was taken. Load again when the server runs"
REMEDIES: tuple[tuple[str, str, str], ...] = (  # SQLSTATEs, words, remedy
    (
        "28P01 28000",
        "password|pg_hba|role .* does not exist|authentication",
        "correct user and password in the url",
    ),
    ("3D000", "database .* does not exist", "correct the database's name in the url"),
    ("", "translate host name|Name or service not known|name resolution", "correct the host in the url"),
    ("", "SSL|certificate|TLS", TLS),
    ("53300", "too many (clients|connections)|remaining connection slots", "wait, or raise the server's max_connections"),
    ("57P03", "starting up|shutting down|not yet accepting", "wait until the server is up"),
    ("", "refused|No route|unreachable|No such file", "correct host and port in the url, and see that the server runs and may be reached"),
    ("", "timeout expired|timed out", "correct host and port in the url, and see that a firewall lets this machine through"),
    ("57014", "statement timeout", LONGER),
    ("42501", "permission denied", GRANT),
    ("3F000 42P01", r"(relation|schema|table) .* does not exist", "correct sources.{name}.table (or the query) in shop.yaml"),
    ("42703", "column .* does not exist", "correct the mapped column or the query in shop.yaml"),
    ("25006", "read-only transaction", "sources are read only; write a SELECT that changes nothing"),
    ("42601", "syntax error", "correct sources.{name}.query in shop.yaml"),
    ("57P01 57P02 08006 08003", "server closed|terminating connection|connection .* lost|no connection|Connection reset|EOF", AGAIN),
)
SIGN = re.compile(r"(?:ERROR|FATAL|PANIC):\s+(.*)")
GUESS = re.compile(r"HINT:\s+Perhaps (you meant .{,100}?)\.?$", re.MULTILINE)
SHOWN_CHARACTERS = 300


def explained(name: str, server: Server, error: BaseException) -> SourceError:
    """The error for people. `error`: of the driver; its SQLSTATE is looked for."""
    state, text = state_of(error), server.without_secrets(str(error))
    what = _first_line(text)
    remedy = next((remedy for states, words, remedy in REMEDIES if _is_meant(state, states, what, words)), "")
    guess = next((f" (perhaps {words})" for words in GUESS.findall(text)), "")
    hint = f"; {remedy.format(name=name)}" if remedy else ""
    return SourceError(f"{name}: {server.kind} at {server.shown} says: {what}{guess}{hint}")


def state_of(error: BaseException) -> str:
    """The SQLSTATE of a driver's error; empty when it has none."""
    return str(getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or "")


def fallen_silent(name: str, server: Server) -> SourceError:
    """The error for a server that was stopped or cut off, or that took longer than it may."""
    return SourceError(
        f"{name}: {server.kind} at {server.shown} no longer answers (silent for {server.limits.silence_seconds:g} s: "
        f"stopped, or the network is cut); {AGAIN}"
    )


def _is_meant(state: str, states: str, what: str, words: str) -> bool:
    return state in states if state else bool(re.search(words, what, re.IGNORECASE))


def _first_line(text: str) -> str:
    """What happened, without the driver's words around it."""
    found = SIGN.search(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = found[1] if found else (lines[0] if lines else "no reason given")
    told = re.sub(r"^[A-Z_]+: |\[libpq\] |Failed to connect: ", "", told)
    told = re.sub(r"^connection to server (at|on) .*? failed: ", "", told)
    return told.strip().rstrip(".")[:SHOWN_CHARACTERS]
