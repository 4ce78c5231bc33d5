"""Types of MySQL and MariaDB: each value arrives as what it means, whatever the column's type and character set."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ca_assets_tests.servers.mariadb import MariaDB
from ca_assets_tests.sources.mysql.customers_table import Source, told

TABLE = """CREATE TABLE t (client varchar(20) CHARACTER SET latin1, seen datetime, n int, tiny bool,
    big bigint unsigned, money decimal(20,6),
    f float, d double, b bit(1), bits bit(10), e enum('new','old'), many set('a','b'), j json,
    y year, clock time, day date, fine datetime(6),
    ts timestamp(3) NULL, old3 varchar(20) CHARACTER SET utf8mb3, new4 text CHARACTER SET utf8mb4, raw blob, place geometry)"""
QUERY = "SELECT t.*, TIMESTAMP'2024-01-01 00:00:00' AS fixed FROM t"
VALUES = (
    "('Málaga', '2024-03-01 10:00:00', -5, 1, 18446744073709551615, -12.345600, 0.1, 0.1, b'1', 515, 'old', 'a,b', '{\"a\": 1}', 2024, "
    "'-100:00:01', '2024-03-31', '2024-03-01 10:00:00.123456', '2024-03-31 01:30:00.250', 'ž', '😀', x'6869', POINT(1, 2))"
)


def staged(source: Source, theirs: str, ours: str) -> list[Any]:
    """A column of theirs read as a column of ours: str, float, bool or time."""
    names = {"str": "id", "float": "payment_amount", "bool": "has_purchased", "time": "refund_date"}
    columns = {"id": "client", "client": "client", "session_start_date": "fixed", "payment_amount": "n", "has_purchased": "n"}
    columns |= {"refund_date": "fixed"}
    columns[names[ours]] = theirs
    raw = source.raw(name="sessions", query=QUERY, columns=columns)
    return list(pq.read_table(raw.path)[names[ours]].to_pylist())


@pytest.fixture(name="source")
def _source(mariadb: MariaDB, tmp_path: Path) -> Source:
    source = Source(mariadb, tmp_path)
    nulls = ", ".join(["NULL"] * 22)
    source.execute(f"SET NAMES utf8mb4; SET time_zone = '+00:00'; {TABLE}; INSERT INTO t VALUES {VALUES}, ({nulls})")
    return source


@pytest.mark.parametrize(
    ("theirs", "ours", "value"),
    [
        ("client", "str", "Málaga"),
        ("old3", "str", "ž"),
        ("new4", "str", "😀"),
        ("raw", "str", "hi"),
        ("big", "str", "18446744073709551615"),
        ("n", "str", "-5"),
        ("d", "str", "0.1"),
        ("money", "str", "-12.345600"),
        ("e", "str", "old"),
        ("many", "str", "a,b"),
        ("j", "str", '{"a": 1}'),
        ("y", "str", "2024"),
        ("clock", "str", "-100:00:01"),
        ("bits", "str", "515"),
        ("day", "str", "2024-03-31"),
        ("money", "float", -12.3456),
        ("f", "float", 0.1),
        ("d", "float", 0.1),
        ("big", "float", 1.8446744073709552e19),
        ("b", "float", 1.0),
        ("tiny", "bool", "1"),
        ("b", "bool", "1"),
        ("e", "bool", "old"),
        ("seen", "time", dt.datetime(2024, 3, 1, 10)),
        ("fine", "time", dt.datetime(2024, 3, 1, 10, 0, 0, 123456)),
        ("day", "time", dt.datetime(2024, 3, 31)),
        ("ts", "time", dt.datetime(2024, 3, 31, 1, 30, 0, 250000, dt.UTC)),
    ],
)
def test_a_value_arrives_as_what_it_means(source: Source, theirs: str, ours: str, value: object) -> None:
    assert staged(source, theirs, ours) == [value, None]


@pytest.mark.parametrize(("theirs", "kind"), [("y", "year"), ("clock", "time"), ("n", "int"), ("b", "bit"), ("money", "decimal")])
def test_a_time_needs_a_date(source: Source, theirs: str, kind: str) -> None:
    text = told(lambda: source.raw(columns={"client": "client", "download_date": theirs}))
    assert f"the column {theirs!r} of t holds {kind}; our 'download_date' needs a time or a date" in text


def test_a_place_is_no_text(source: Source) -> None:
    text = told(lambda: source.raw(columns={"client": "place", "download_date": "seen"}))
    assert "holds geometry; our 'client' needs a text or a number" in text


def test_zero_dates_are_no_dates(mariadb: MariaDB, tmp_path: Path) -> None:
    source = Source(mariadb, tmp_path)
    source.execute(
        "SET sql_mode = ''; CREATE TABLE t (client int, seen datetime, day date, ts timestamp NOT NULL DEFAULT 0, fine datetime(3));"
        "INSERT INTO t VALUES (1, '0000-00-00 00:00:00', '0000-00-00', 0, 0), (2, '2024-02-29 12:00:00', '2024-02-29', '2024-02-29', NULL),"
        "(3, '2024-00-15 00:00:00', '2024-02-00', '2024-03-01', '2024-03-01 00:00:00.5')"
    )
    for column, third in (("seen", None), ("day", None), ("fine", dt.datetime(2024, 3, 1, 0, 0, 0, 500000))):
        table = pq.read_table(source.raw(columns={"client": "client", "download_date": column}).path)["download_date"]
        numbers = table.cast("int64").to_pylist()
        assert table[0].as_py() == dt.datetime(1, 1, 1)  # what cleaning takes for no date
        assert table[2].as_py() == third if third else numbers[2] == -(2**63) + 1  # the engine's -infinity, a rejected row
    assert source.rows(columns={"client": "client", "download_date": "ts"})[0]["download_date"].year == 1


def test_bytes_that_are_no_text_are_a_broken_row(mariadb: MariaDB, tmp_path: Path) -> None:
    source = Source(mariadb, tmp_path)
    source.execute("CREATE TABLE t (client varbinary(10), seen date); INSERT INTO t VALUES (x'ff', '2024-01-01'), ('ok', '2024-01-01')")
    raw = source.raw()
    assert (raw.rows, raw.broken_rows) == (1, 1)


def test_long_values_and_many_rows(mariadb: MariaDB, tmp_path: Path) -> None:
    source = Source(mariadb, tmp_path)
    sizes = (0, 1, 250, 251, 252, 65_535, 65_536, 70_000, 9_000_000)
    source.execute("CREATE TABLE t (client longtext, seen date)")
    for size in sizes:
        source.execute(f"INSERT INTO t SELECT REPEAT('é', {size}), '2024-01-01' FROM seq_1_to_2")
    lengths = sorted(len(row["client"]) for row in source.rows(query="SELECT LEFT(client, 7000000) AS client, seen FROM t"))
    assert lengths == sorted([min(size, 7_000_000) for size in sizes] * 2)
    assert "sent a row of 16 MB or more; leave the long column out" in told(source.raw)
    big = source.raw(query="SELECT seq AS client, TIMESTAMP'2024-01-01 00:00:00' + INTERVAL seq SECOND AS seen FROM seq_1_to_700000")
    table = pq.read_table(big.path)
    assert table["client"].to_pylist() == [str(number) for number in range(1, 700_001)]
    assert table["download_date"][-1].as_py() == dt.datetime(2024, 1, 1) + dt.timedelta(seconds=700_000)
