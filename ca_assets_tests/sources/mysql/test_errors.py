"""Whatever goes wrong is said in a line or two: source, what, remedy; never a password, never a stack trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from ca_assets.sources.driver import Reading
from ca_assets.sources.open import check_source
from ca_assets_tests.servers.mariadb import MariaDB
from ca_assets_tests.servers.processes import free_port
from ca_assets_tests.sources.mysql.customers_table import Source, told

SECRET = "s3cr:et@/%25 'x\\"
TABLE = "CREATE TABLE t AS SELECT CONCAT('c', seq) AS client, NOW() AS seen, seq AS number FROM seq_1_to_1000"


@pytest.fixture(name="source")
def _source(mariadb: MariaDB, tmp_path: Path) -> Source:
    source = Source(mariadb, tmp_path)
    source.execute(TABLE)
    return source


def url_of(source: Source, **more: str) -> str:
    """The url with parts replaced."""
    server = source.server
    parts = {"user": "ca", "password": server.password, "host": "127.0.0.1", "port": str(server.port), "database": source.database} | more
    return f"mysql://{quote(parts['user'])}:{quote(parts['password'], safe='')}@{parts['host']}:{parts['port']}/{parts['database']}"


@pytest.mark.parametrize(
    ("change", "what", "remedy"),
    [
        ({"host": "nowhere.invalid"}, "nowhere.invalid", "correct the host in the url"),
        ({"port": "free"}, "refused", "correct host and port in the url, and see that the server runs"),
        ({"password": SECRET}, "Access denied for user 'ca'@", "correct user and password in the url"),
        ({"user": "nobody"}, "Access denied for user 'nobody'@", "correct user and password in the url"),
        ({"database": "nothing"}, "Unknown database 'nothing'", "correct the database's name in the url"),
        ({"database": "mysql?ssl-mode=REQUIRED"}, "SSL", "ssl-mode=DISABLED"),
        ({"database": "mysql?ssl-ca=/nowhere.pem"}, "No such file", "see that the server runs"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_server_that_cannot_be_reached(source: Source, change: dict[str, str], what: str, remedy: str) -> None:
    source.url = url_of(source, **{key: str(free_port()) if value == "free" else value for key, value in change.items()})
    text = told(source.raw, source.server.password, SECRET)
    assert what in text and remedy in text and "mysql at " in text


UNREADABLE = (
    *(f"mysql://u:{SECRET}@h/d", "mysql://u:hunter/2@h/d", "mysql://u:p@hunter2@h/d", "mysql://u:hunter2@h:port/d"),
    *("postgresql://u:hunter2@h/d", "mysql://u:hunter2@h/d?hunter2=1", "mysql://u:hunter2@h/d?ssl-mode=hunter", "hunter2"),
)


@pytest.mark.parametrize("url", UNREADABLE)
def test_a_url_that_cannot_be_read(source: Source, url: str) -> None:
    source.url = url
    text = told(source.raw, SECRET, "hunter", "s3cr", "%25")
    assert "the url cannot be read; write mysql://USER:PASSWORD@HOST" in text


def test_a_name_in_the_url_that_nobody_knows(source: Source) -> None:
    reading = Reading(source.folder, source.folder, None, {}.get)
    text = told(lambda: check_source("customers", source.config(), reading))
    assert text == "customers: ${URL} is not known; set the variable URL or run `ca connections add URL`"


@pytest.mark.parametrize(
    ("more", "told_words"),
    [
        ({"table": "tt"}, "there is no table 'tt' (names may be case-sensitive); did you mean 't'?"),
        ({"table": "zzzzzz"}, "there is no table 'zzzzzz' (names may be case-sensitive); correct it, or grant the user SELECT on it"),
        (
            {"columns": {"client": "clint", "download_date": "seen"}},
            "t has no column 'clint', which shop.yaml maps to our 'client'; did you mean 'client'?",
        ),
        (
            {"columns": {"client": "client", "download_date": "number"}},
            "the column 'number' of t holds bigint; our 'download_date' needs a time or a date",
        ),
        ({"query": "SELECT client, seen FRM t"}, "correct sources.customers.query in shop.yaml"),
        ({"query": "SELECT client, seen FROM nothing"}, "nothing' doesn't exist; correct sources.customers.table (or the query)"),
        ({"query": "SELECT client, sean AS seen FROM t"}, "Unknown column 'sean'"),
        ({"query": "SELECT client, seen, seen FROM t"}, "Duplicate column name 'seen'; name each column of the query once"),
        ({"query": "SELECT client FROM t"}, "the query has no column 'seen', which shop.yaml maps to our 'download_date'"),
        ({"query": "INSERT INTO t VALUES ('x', NOW(), 1)"}, "You have an error in your SQL syntax"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_the_server_does_not_have(source: Source, more: dict[str, Any], told_words: str) -> None:
    check = told(lambda: check_source("customers", source.config(**more), source.reading()), source.server.password)
    assert told_words in check
    assert told(lambda: source.raw(**more), source.server.password) == check
    assert source.execute("SELECT count(*) FROM t") == [(1000,)]


def test_a_user_who_may_not_read(source: Source) -> None:
    source.execute(f"CREATE OR REPLACE USER guest@'%' IDENTIFIED BY '{SECRET.replace(chr(92), chr(92) * 2).replace(chr(39), chr(39) * 2)}'")
    source.execute(f"GRANT CREATE TEMPORARY TABLES ON {source.database}.* TO guest@'%'")
    source.url = url_of(source, user="guest", password=SECRET)
    for call in (source.raw, lambda: check_source("customers", source.config(), source.reading())):
        text = told(call, SECRET)
        assert "SELECT command denied to user 'guest'@" in text and "GRANT SELECT on it" in text


def test_nothing_can_be_written(source: Source) -> None:
    source.execute("CREATE FUNCTION add_one() RETURNS int BEGIN INSERT INTO t VALUES ('new', NOW(), 0); RETURN 1; END")
    text = told(lambda: source.raw(query="SELECT add_one() AS client, NOW() AS seen"))
    assert "Cannot execute statement in a READ ONLY transaction; sources are read only" in text
    target = source.folder / "out"
    for query in (f"SELECT client, seen FROM t INTO OUTFILE '{target}'", f"SELECT client, seen INTO OUTFILE '{target}' FROM t"):
        told(lambda query=query: source.raw(query=query))  # type: ignore[misc]
    assert source.execute("SELECT count(*) FROM t")[0] == (1000,) and not target.exists()


def test_a_statement_that_takes_too_long(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CA_SOURCE_TIMEOUT_SECONDS", "0.2")
    text = told(lambda: source.raw(query="SELECT SLEEP(0.01) AS client, seen FROM t"))
    assert "max_statement_time exceeded" in text and "set CA_SOURCE_TIMEOUT_SECONDS higher" in text


def test_an_error_in_the_middle_of_the_rows(source: Source) -> None:
    query = "SELECT (SELECT number FROM t b WHERE b.number = t.number OR (t.number = 900 AND b.number < 3)) AS client, seen FROM t"
    text = told(lambda: source.raw(query=query), source.server.password)
    assert text.endswith("says: Subquery returns more than 1 row")


def test_a_session_that_is_ended_by_the_server(source: Source) -> None:
    source.execute("CREATE FUNCTION die(n int) RETURNS int BEGIN IF n = 500 THEN KILL CONNECTION_ID(); END IF; RETURN n; END")
    text = told(lambda: source.raw(query="SELECT die(number) AS client, seen FROM t"), source.server.password)
    assert text.endswith("; nothing of it was taken. Load again when the server runs")
