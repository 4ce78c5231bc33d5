"""What a server or the driver says → a SourceError of a line or two: source, what, remedy; without password and stack trace.

Belongs here: recognizing errors, by the server's numbers; of a failed connection there are only words.
"""

from __future__ import annotations

import re

from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.mysql.packets import RowTooLong
from ca_assets.sources.mysql.server import Server

TLS = "add ssl-mode=REQUIRED to the url if the server wants TLS, ssl-mode=DISABLED if it has none, or ssl-ca=FILE for its authority"
GRANT = "GRANT SELECT on it to this user"
LONGER = "set CA_SOURCE_TIMEOUT_SECONDS higher, or read less (a query, an index on the date column)"
ADDRESS = "correct host and port in the url"
AGAIN = "nothing of it was taken. Load again when the server runs"
TABLE = "correct sources.{name}.table (or the query) in shop.yaml"
LOST = {2006, 2013, 1053, 1927, 1317, 1158, 1159, 1160, 1161}
# Words come first: the driver has one number for whatever keeps it from connecting.
WORDS: tuple[tuple[str, ErrorCode, str], ...] = (
    ("Name or service not known|name resolution|getaddrinfo|nodename", ErrorCode.UNREACHABLE, "correct the host in the url"),
    ("SSL|certificate|TLS|insecure transport", ErrorCode.UNREACHABLE, TLS),
    (
        "refused|No route|unreachable|No such file",
        ErrorCode.UNREACHABLE,
        f"{ADDRESS}, and see that the server runs and may be reached",
    ),
    ("timed out", ErrorCode.UNREACHABLE, f"{ADDRESS}, and see that a firewall lets this machine through"),
)
NUMBERS: tuple[tuple[set[int], ErrorCode, str], ...] = (
    ({1045, 1698, 1251, 2059, 1862, 1820, 4151}, ErrorCode.ACCESS_DENIED, "correct user and password in the url"),
    ({1129, 1130}, ErrorCode.ACCESS_DENIED, "let this machine's address in for this user"),
    ({1044, 1142, 1143, 1227, 1370}, ErrorCode.ACCESS_DENIED, GRANT),
    ({1049, 1046}, ErrorCode.NOT_FOUND, "correct the database's name in the url"),
    ({1040, 1203, 1226}, ErrorCode.LIMIT_EXCEEDED, "wait, or raise the server's max_connections"),
    ({3024, 1969, 1028}, ErrorCode.LIMIT_EXCEEDED, LONGER),
    ({1146}, ErrorCode.NOT_FOUND, TABLE),
    ({1054}, ErrorCode.REFUSED, "correct the mapped column or the query in shop.yaml"),
    ({1060}, ErrorCode.REFUSED, "name each column of the query once (SELECT with names instead of *)"),
    ({1792, 1290, 1836}, ErrorCode.REFUSED, "sources are read only; write a SELECT that changes nothing"),
    ({1064, 1149}, ErrorCode.REFUSED, "correct sources.{name}.query in shop.yaml"),
    (LOST, ErrorCode.UNREACHABLE, AGAIN),
    ({3159, 2026}, ErrorCode.UNREACHABLE, TLS),
)
SHOWN_CHARACTERS = 300


def error_from_server(name: str, server: Server, error: BaseException) -> SourceError:
    """The error for people. `error`: of the driver."""
    if isinstance(error, RowTooLong):
        hint = "leave the long column out: write a query with the columns that are mapped"
        return SourceError(name, ErrorCode.LIMIT_EXCEEDED, f"mysql at {server.shown} sent a row of 16 MB or more", hint=hint)
    number, what = number_of(error), _words(server.without_secrets(str(error.args[-1] if error.args else error)))
    by_words = ((code, remedy) for words, code, remedy in WORDS if number < 1000 or number >= 2000 if re.search(words, what, re.IGNORECASE))
    by_number = ((code, remedy) for numbers, code, remedy in NUMBERS if number in numbers)
    code, remedy = [*by_words, *by_number, (ErrorCode.REFUSED, "")][0]
    what_to_do = remedy.format(name=name) if remedy else None
    return SourceError(name, code, f"mysql at {server.shown} says: {what}", hint=what_to_do)


def number_of(error: BaseException) -> int:
    """The server's or the driver's number of an error; 0 when it has none."""
    return int(error.args[0]) if error.args and isinstance(error.args[0], int) else 0


def idle_timeout(name: str, server: Server) -> SourceError:
    """The error of a connection that the watchdog ended."""
    seconds = f"{server.limits.idle_timeout_seconds:g} s"
    what = f"mysql at {server.shown} no longer answers (silent for {seconds}: stopped, or the network is cut)"
    return SourceError(name, ErrorCode.UNREACHABLE, what, hint=AGAIN)


def _words(text: str) -> str:
    """What happened, on one line."""
    told = " ".join(text.split()) or "no reason given"
    near = re.sub(r"check the manual that corresponds to your \w+ server version for the right syntax to use ", "", told)
    return near.rstrip(".")[:SHOWN_CHARACTERS]
