"""Names, queries and spans become SQL that means what was meant, whatever is in them."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from ca_assets.sources.driver import Span
from ca_assets.sources.errors import SourceError
from ca_assets.sources.mysql.sql import single_statement, table_parts
from ca_assets_tests.servers.mariadb import MariaDB
from ca_assets_tests.sources.mysql.customers_table import Source, told

ROWS = 400


@pytest.mark.parametrize(
    ("table", "parts"),
    [("orders", ["orders"]), ("shop.orders", ["shop", "orders"]), ("shop.`odd.na``me`", ["shop", "odd.na`me"]), ('"a.b"', ["a.b"])],
)
def test_a_table_has_one_name_or_two(table: str, parts: list[str]) -> None:
    assert table_parts("sessions", table) == parts


@pytest.mark.parametrize("table", ["", "a.b.c", "a.", ".a", "`a", "a`b`", "a\0"])
def test_what_is_no_name_of_a_table(table: str) -> None:
    with pytest.raises(SourceError, match=r"is not a table's name; write `table` or `database.table`"):
        table_parts("sessions", table)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("SELECT 1;", "SELECT 1"),
        ("SELECT 'it\\'s; (' ; -- done", "SELECT 'it\\'s; ('"),
        ('SELECT "a;"";b" # x;', 'SELECT "a;"";b"'),
        ("SELECT `a;b`, 5--2 /* ; ( */", "SELECT `a;b`, 5--2"),
        ("WITH a AS (SELECT 1) SELECT * FROM a", "WITH a AS (SELECT 1) SELECT * FROM a"),
    ],
)
def test_the_end_of_the_one_statement(query: str, kept: str) -> None:
    assert single_statement("sessions", query) == kept


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("", "the query is empty"),
        ("SELECT 1; DROP TABLE t", "more than one statement"),
        ("SELECT '\\\\'; DROP TABLE t; -- '", "does not end|more than one statement"),
        ("SELECT 1) AS x; --", "more than one|parentheses do not match"),
        ("SELECT 1) AS x --\n", "parentheses do not match"),
        ("SELECT 'a", "has a ' that does not end"),
        ("SELECT 1 /*! INTO OUTFILE '/tmp/x' */", "comment, which the server would run"),
        ("SELECT 1 /*M! INTO OUTFILE '/tmp/x' */", "comment, which the server would run"),
    ],
)
def test_what_is_not_one_statement(query: str, what: str) -> None:
    with pytest.raises(SourceError, match=what):
        single_statement("sessions", query)


def test_odd_names_are_only_names(mariadb: MariaDB, tmp_path: Path) -> None:
    source = Source(mariadb, tmp_path)
    source.execute("CREATE TABLE `o``dd.t; --` (`c``l; \"i\"` int, `%s` date); INSERT INTO `o``dd.t; --` VALUES (7, '2024-01-02')")
    rows = source.rows(table="`o``dd.t; --`", columns={"client": 'c`l; "i"', "download_date": "%s"})
    assert [(row["client"], row["download_date"]) for row in rows] == [("7", dt.datetime(2024, 1, 2))]


@pytest.mark.parametrize("mode", ["ANSI", "NO_BACKSLASH_ESCAPES,ANSI_QUOTES", ""])
def test_a_query_means_the_same_in_every_mode(mariadb: MariaDB, tmp_path: Path, mode: str) -> None:
    source = Source(mariadb, tmp_path)
    before = source.execute("SELECT @@global.sql_mode")[0][0]
    source.execute(f"SET GLOBAL sql_mode = '{mode}'")
    try:
        rows = source.rows(query="SELECT 'a\\'b' AS client, \"2024-01-01\" AS seen")
    finally:
        source.execute(f"SET GLOBAL sql_mode = '{before}'")
    assert [(row["client"], row["download_date"]) for row in rows] == [("a'b", "2024-01-01")]


@pytest.fixture(name="source")
def _source(mariadb: MariaDB, tmp_path: Path) -> Source:
    source = Source(mariadb, tmp_path)
    kinds = "client varchar(20), seen date, ts timestamp NULL, dt datetime, d date, x varchar(30)"
    source.execute(
        f"SET time_zone = '+00:00'; SET sql_mode = ''; CREATE TABLE t ({kinds});"
        "INSERT INTO t SELECT CONCAT('c', seq), '2024-01-01', m, m, m, m "
        f"FROM (SELECT seq, TIMESTAMP'2023-01-01 00:00:00' + INTERVAL seq * 2231 MINUTE AS m FROM seq_1_to_{ROWS}) r;"
        "INSERT INTO t VALUES ('null', NULL, NULL, NULL, NULL, NULL), ('old', NULL, '1989-12-31', '1989-12-31', '1989-12-31', ''),"
        "('zero', NULL, 0, 0, 0, ''), ('late', NULL, '2037-12-31', '9999-12-31', '9999-12-31', '')"
    )
    return source


@pytest.mark.parametrize("column", ["ts", "dt", "d"])
def test_no_wanted_row_is_missing_and_most_others_stay_away(source: Source, column: str) -> None:
    rows = source.execute("SELECT client, CAST(dt AS char) FROM t WHERE dt BETWEEN '2000-01-01' AND '2030-01-01'")
    draw = random.Random(7)
    for zone in ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"):
        own = ZoneInfo("UTC" if column == "ts" else zone)
        days = sorted(draw.sample(range(600), 3))
        begin, end, since = (dt.datetime(2023, 1, 1, tzinfo=ZoneInfo(zone)) + dt.timedelta(days=day) for day in days)
        raw = source.raw(span=Span(column, since, ((begin, end),)), columns={"client": "client", "download_date": column})
        read, meant = set(pq.read_table(raw.path)["client"].to_pylist()), set()
        for client, text in rows:
            moment = dt.datetime.fromisoformat(text[:10] if column == "d" else text).replace(tzinfo=own)
            if moment >= since or begin <= moment < end:
                meant.add(client)
        assert meant <= read and not raw.is_whole and {"null", "old", "zero", "late"} <= read
        assert len(read) <= len(meant) + 4 + (1 if column == "ts" else 12)


def test_a_span_of_texts_reads_all(source: Source) -> None:
    raw = source.raw(span=Span("x", dt.datetime(2024, 1, 1, tzinfo=dt.UTC)), columns={"client": "client", "download_date": "x"})
    assert (raw.rows, raw.is_whole) == (ROWS + 4, True)


def test_a_sample_is_whole_only_when_it_has_all(source: Source) -> None:
    found = [(raw.rows, raw.is_whole) for raw in (source.raw(limit=limit) for limit in (10, ROWS + 4, ROWS + 5))]
    assert found == [(10, False), (ROWS + 4, False), (ROWS + 4, True)]


def test_a_source_without_rows_is_no_error(source: Source) -> None:
    raw = source.raw(query="SELECT * FROM t WHERE false")
    assert (raw.rows, raw.broken_rows, raw.is_whole, pq.read_table(raw.path).num_rows) == (0, 0, True, 0)


def test_the_name_of_a_file_of_the_server_is_no_table(source: Source) -> None:
    assert "there is no table" in told(lambda: source.raw(table="/etc/passwd"))
