"""Whatever goes wrong is said in a line or two: source, what, remedy; never a password, never a stack trace."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from ca_assets.sources.driver import Reading
from ca_assets.sources.errors import SourceError
from ca_assets.sources.open import check_source
from ca_assets_tests.servers.postgresql import PostgreSQL
from ca_assets_tests.servers.processes import free_port
from ca_assets_tests.sources.postgresql.customers_table import KINDS, Source

SECRET = "s3cr:et@/%25 'x\\"
TABLE = "CREATE TABLE t AS SELECT 'c' || g AS client, now() AS seen, g AS number FROM generate_series(1, 1000) g"
pytestmark = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(name="source")
def _source(postgresql: PostgreSQL, tmp_path: Path) -> Source:
    source = Source(postgresql, tmp_path)
    source.execute(TABLE)
    return source


def told(call: Callable[[], object], *secrets: str) -> str:
    """The message, checked for form: short, names the source, no secret in it or in what a trace would print."""
    with pytest.raises(SourceError) as caught:
        call()
    text, trace = str(caught.value), "".join(traceback.format_exception(caught.value))
    assert text.startswith("customers: ") and len(text.splitlines()) <= 2 and len(text) < 700
    for secret in secrets:
        assert not {
            form for form in (secret, quote(secret), quote(secret, safe="")) if form in text or form in trace.partition("Error: ")[2]
        }
    return text


def url_of(source: Source, **more: str) -> str:
    """The url with parts replaced."""
    server = source.server
    parts = {"user": "ca", "password": server.password, "host": "127.0.0.1", "port": str(server.port), "database": source.database} | more
    return f"postgresql://{quote(parts['user'])}:{quote(parts['password'], safe='')}@{parts['host']}:{parts['port']}/{parts['database']}"


@pytest.mark.parametrize(
    ("change", "what", "remedy"),
    [
        ({"host": "nowhere.invalid"}, "nowhere.invalid", "correct the host in the url"),
        ({"port": "free"}, "refused", "correct host and port in the url, and see that the server runs"),
        ({"password": SECRET}, 'password authentication failed for user "ca"', "correct user and password in the url"),
        ({"user": "nobody"}, 'password authentication failed for user "nobody"', "correct user and password in the url"),
        ({"database": "nothing"}, 'database "nothing" does not exist', "correct the database's name in the url"),
        ({"database": "postgres?sslmode=require"}, "server does not support SSL", "sslmode=disable"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_server_that_cannot_be_reached(source: Source, kind: str, change: dict[str, str], what: str, remedy: str) -> None:
    source.url = url_of(source, **{key: str(free_port()) if value == "free" else value for key, value in change.items()})
    text = told(lambda: source.raw(kind), source.server.password, SECRET)
    assert what in text and remedy in text and f"{kind} at " in text


UNREADABLE = (
    *(f"postgresql://u:{SECRET}@h/d", "postgresql://u:hunter/2@h/d", "postgresql://u:p@hunter2@h/d"),
    *("mysql://u:hunter2@h/d", "postgresql://u:hunter2@h/d?hunter2=1", "hunter2"),
)


@pytest.mark.parametrize("url", UNREADABLE)
def test_a_url_that_cannot_be_read(source: Source, kind: str, url: str) -> None:
    source.url = url
    text = told(lambda: source.raw(kind), SECRET, "hunter", "s3cr", "%25")
    assert "the url cannot be read; write postgresql://USER:PASSWORD@HOST" in text


def test_a_name_in_the_url_that_nobody_knows(source: Source, kind: str) -> None:
    reading = Reading(source.folder, source.folder, None, {}.get)
    text = told(lambda: check_source("customers", source.config(kind), reading))
    assert text == "customers: ${URL} is not known; set the variable URL or run `ca connections add URL`"


@pytest.mark.parametrize(
    ("more", "told_words"),
    [
        ({"table": "T"}, "there is no table 'T' (names are case-sensitive); did you mean 'public.t'?"),
        ({"table": "elsewhere.orders"}, "there is no table 'elsewhere.orders' (names are case-sensitive)"),
        (
            {"columns": {"client": "clint", "download_date": "seen"}},
            "t has no column 'clint', which shop.yaml maps to our 'client'; did you mean 'client'?",
        ),
        (
            {"columns": {"client": "client", "download_date": "number"}},
            "the column 'number' of t holds int4; our 'download_date' needs a time or a date",
        ),
        ({"query": "SELECT client, seen FRM t"}, 'syntax error at or near "t"; correct sources.customers.query in shop.yaml'),
        (
            {"query": "SELECT client, seen FROM nothing"},
            'relation "nothing" does not exist; correct sources.customers.table (or the query)',
        ),
        (
            {"query": "SELECT client, sean AS seen FROM t"},
            '"sean" does not exist (perhaps you meant to reference the column "t.seen"); correct the mapped column',
        ),
        ({"query": "SELECT client, seen, seen FROM t"}, "the header of the query has the column 'seen' twice; rename one of them"),
        ({"query": "SELECT client FROM t"}, "the query has no column 'seen', which shop.yaml maps to our 'download_date'"),
        ({"query": "INSERT INTO t VALUES ('x') RETURNING *"}, "syntax error"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_the_server_does_not_have(source: Source, kind: str, more: dict[str, Any], told_words: str) -> None:
    check = told(lambda: check_source("customers", source.config(kind, **more), source.reading()), source.server.password)
    assert told_words in check
    assert told(lambda: source.raw(kind, **more), source.server.password) == check
    assert source.execute("SELECT count(*) FROM t") == [(1000,)]


def test_a_column_twice_that_nobody_asked_for_is_no_matter(source: Source, kind: str) -> None:
    assert source.raw(kind, query="SELECT client, seen, number, number FROM t").rows == 1000


def test_a_user_who_may_not_read(source: Source, kind: str) -> None:
    source.execute(f"DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN PASSWORD '{SECRET.replace(chr(39), chr(39) * 2)}'")
    source.url = url_of(source, user="guest", password=SECRET)
    for call in (lambda: source.raw(kind), lambda: check_source("customers", source.config(kind), source.reading())):
        assert "permission denied for table t; GRANT SELECT on it" in told(call, SECRET)


def test_nothing_can_be_written(source: Source, kind: str) -> None:
    source.execute(
        "CREATE SEQUENCE s; CREATE FUNCTION add() RETURNS text LANGUAGE sql AS 'INSERT INTO t VALUES (''new'') RETURNING client'"
    )
    text = told(lambda: source.raw(kind, query="SELECT add() AS client, now() AS seen"))
    assert "read-only transaction; sources are read only" in text
    assert "read-only transaction" in told(lambda: source.raw(kind, query="SELECT nextval('s')::text AS client, now() AS seen"))
    assert source.execute("SELECT count(*) FROM t") == [(1000,)]


def test_a_statement_that_takes_too_long(source: Source, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CA_SOURCE_TIMEOUT_SECONDS", "0.2")
    text = told(lambda: source.raw(kind, query="SELECT client, seen, pg_sleep(0.01)::text AS wait FROM t", actions={"w": "wait"}))
    assert "canceling statement due to statement timeout; set CA_SOURCE_TIMEOUT_SECONDS higher" in text


def test_an_error_in_the_middle_of_the_rows(source: Source, kind: str) -> None:
    query = "SELECT client, seen, (1 / (900 - number))::text AS x FROM t ORDER BY number"
    text = told(lambda: source.raw(kind, query=query, actions={"x": "x"}), source.server.password)
    assert text.endswith("says: division by zero")


def test_a_session_that_is_ended_by_the_server(source: Source, kind: str) -> None:
    query = "SELECT client, seen, pg_terminate_backend(pg_backend_pid())::text AS x FROM t WHERE number = 500"
    text = told(lambda: source.raw(kind, query=query, actions={"x": "x"}), source.server.password)
    assert "terminating connection" in text or "server closed the connection" in text
    assert text.endswith("; nothing of it was taken. Load again when the server runs")
