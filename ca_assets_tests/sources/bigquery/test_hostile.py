"""Texts that try to be SQL, as table, column, query, url and value. The endpoint executes whatever reaches it, so a hole would show."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from ca_assets.sources.driver import Span
from ca_assets.sources.errors import SourceError
from ca_assets_tests.servers.bigquery import BigQueryServer
from ca_assets_tests.shops.hostile import TEXTS
from ca_assets_tests.sources.bigquery.sessions_table import COLUMNS, TABLE, TYPES, ids_of, opened, row, rows_of, source

TRIES = [
    "DROP TABLE `shop`.`sessions`",
    "SELECT 1 AS id; DROP TABLE shop.sessions",
    "SELECT 1) AS t; DROP TABLE shop.sessions; SELECT * FROM (SELECT 1",
    "SELECT * FROM shop.sessions) AS t; DELETE FROM shop.sessions WHERE true; --",
    "SELECT * FROM shop.sessions -- ) AS t\n; DROP TABLE shop.sessions",
    "SELECT * FROM shop.sessions /*",
    "SELECT '''",
    "SELECT `",
    "INSERT INTO shop.sessions SELECT * FROM shop.sessions",
    "CREATE TABLE shop.other AS SELECT 1 AS id",
    "EXPORT DATA OPTIONS (uri='gs://x/*.csv') AS SELECT * FROM shop.sessions",
    "DECLARE x INT64; SELECT * FROM shop.sessions",
    "#legacySQL\nSELECT * FROM [shop.sessions]",
    "",
    ";",
]
NAMES = [
    "id`; DROP TABLE `shop`; --",
    "back\\slash\\",
    "tick`",
    "\\`",
    'quote"',
    "it's",
    "new\nline\ttab",
    "-- comment",
    "/* comment",
    "*/",
    "@ca_0",
    "?",
    "select",
    "c0",
    "t",
    "Größe 🛒",
    "a" * 300,
    "${HOME}",
    "{0}",
    "%s",
    "\u202eslamron",
]


@pytest.fixture
def shop(bigquery_server: BigQueryServer) -> BigQueryServer:
    bigquery_server.warehouse.create(TABLE, TYPES, [row(1), row(2)])
    return bigquery_server


def is_whole(server: BigQueryServer) -> bool:
    """Nothing was lost and nothing was made."""
    (count,) = server.warehouse.con.execute('SELECT count(*) FROM "shop-project.shop".sessions').fetchall()
    return server.warehouse.tables() == [TABLE] and count == (2,)


def test_the_endpoint_executes_what_reaches_it(shop: BigQueryServer) -> None:
    client = bigquery.Client("shop-project", AnonymousCredentials(), client_options={"api_endpoint": shop.url})
    client.query("SELECT 1; DELETE FROM shop.sessions WHERE id = 'o1'").result()
    assert not is_whole(shop) and shop.jobs[-1].statement_type == "SCRIPT"
    client.query("DROP TABLE shop.sessions").result()
    assert shop.warehouse.tables() == []


@pytest.mark.parametrize("query", TRIES)
def test_queries_that_are_more_than_a_select(query: str, shop: BigQueryServer, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"sessions: .*the query"):
        opened(source(shop, query=query), tmp_path)
    assert shop.queries() == [] and is_whole(shop)


def test_a_script_is_called_one(shop: BigQueryServer, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"the query is no single SELECT \(BigQuery calls it SCRIPT\)"):
        opened(source(shop, query=TRIES[2]), tmp_path)


@pytest.mark.parametrize("table", ["shop.{}", "{}.sessions", "shop-project.shop.{}", "{}.shop.sessions"])
@pytest.mark.parametrize("name", ["sessions` AS t; DROP TABLE `shop`.`sessions", "sessions`; --", "\\", "`", "sessions\\` AS t --", "x y"])
def test_tables_that_are_more_than_a_name(table: str, name: str, shop: BigQueryServer, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^sessions: "):
        opened(source(shop, table=table.format(name)), tmp_path)
    assert shop.queries() == [] and is_whole(shop)


@pytest.mark.parametrize("name", NAMES)
def test_columns_with_hostile_names_are_read(name: str, bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    """More than the service allows in a name; also as the column of a span, with bound values."""
    bigquery_server.warehouse.create(TABLE, {**TYPES, name: "TIMESTAMP"}, [(*row(1), "2024-05-01"), (*row(2), "2001-01-01")])
    config = source(bigquery_server, columns=COLUMNS | {"date": name})
    assert [session["date"].year for session in rows_of(opened(config, tmp_path))] == [2024, 2001]
    since = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    assert ids_of(opened(config, tmp_path, Span(name, since))) == ["o1"]
    assert bigquery_server.warehouse.tables() == [TABLE]


@pytest.mark.parametrize("name", NAMES)
def test_columns_that_are_not_there_never_reach_the_service(name: str, shop: BigQueryServer, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has no column"):
        opened(source(shop, columns=COLUMNS | {"date": name}), tmp_path)
    assert shop.queries() == [] and is_whole(shop)


def test_values_are_values(bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    texts = [text for text in TEXTS if "\x00" not in text]
    bigquery_server.warehouse.create(TABLE, TYPES, [(f"o{number}", text, "2024-05-01", 1, True) for number, text in enumerate(texts)])
    assert [session["client"] for session in rows_of(opened(source(bigquery_server), tmp_path))] == texts


@pytest.mark.parametrize("project", ["p%2F..%2Fother", "p%3Fx", "p q", "p`", "p%00"])
def test_projects_that_are_a_path(project: str, shop: BigQueryServer, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not one of BigQuery's"):
        opened(source(shop, url=shop.source_url().replace("shop-project", project)), tmp_path)
    assert shop.requests == []


def test_three_hundred_columns_of_which_few_are_read(bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    wide = {f"column {number}": "STRING" for number in range(295)}
    bigquery_server.warehouse.create(TABLE, {**TYPES, **wide}, [(*row(1), *(str(number) for number in range(295)))])
    config = source(bigquery_server, dimensions={"last": "column 294"})
    assert [session["dimensions.last"] for session in rows_of(opened(config, tmp_path))] == ["294"]
    assert len(bigquery_server.queries()[0].schema) == 6


def test_a_large_text(bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    """Ten million signs in a value that is mapped: larger than a page of the service may be, read here all the same."""
    bigquery_server.warehouse.create(TABLE, TYPES, [("o1", "é" * 10_000_000, "2024-05-01", 1, True), row(2)])
    assert [len(session["client"]) for session in rows_of(opened(source(bigquery_server), tmp_path))] == [10_000_000, 2]
