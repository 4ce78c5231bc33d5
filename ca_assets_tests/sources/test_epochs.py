"""Times that are numbers since 1970 in columns of numbers: `epoch_s` and `epoch_ms` of Parquet files, queries and databases."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from ca_assets.sources.errors import SourceError
from ca_assets_tests.cleaning.building import build, rows
from ca_assets_tests.servers.bigquery import BigQueryServer
from ca_assets_tests.servers.mariadb import MariaDB
from ca_assets_tests.servers.postgresql import PostgreSQL
from ca_assets_tests.shops.builder import SampleShop
from ca_assets_tests.sources.bigquery import sessions_table
from ca_assets_tests.sources.mysql import customers_table as mysql_customers
from ca_assets_tests.sources.postgresql import customers_table as postgresql_customers

MOMENT = dt.datetime(2024, 3, 1, 10, 0, 0, 250_000, tzinfo=dt.UTC)
SECONDS, MILLISECONDS = 1_709_287_200, 1_709_287_200_250
COLUMNS = {"id": ["a", "b"], "client": ["x", "y"], "amount": [1.0, 2.0], "bought": [True, True]}
FORMAT = {"session_start_date": "epoch_ms"}


@pytest.mark.parametrize(
    "moments",
    [
        pa.array([MILLISECONDS, 5], pa.int64()),
        pa.array([MILLISECONDS, 5], pa.float64()),
        pa.array([Decimal(MILLISECONDS), Decimal(5)], pa.decimal128(20, 3)),
        pa.array([str(MILLISECONDS), "5"]),
    ],
)
def test_numbers_of_a_parquet_file(tmp_path: Path, moments: pa.Array) -> None:
    """The second one is in 1970, which is too early for a session."""
    shop = SampleShop(sessions=pa.table({**COLUMNS, "start": moments})).with_source("sessions", date_format=FORMAT)
    clean = build(tmp_path, shop)
    assert rows(clean.orders, "id", "session_start_date") == [("a", MOMENT)]
    assert clean.reasons["sessions"] == {"bad_session_start_date": 1}


def test_a_typed_time_needs_no_format(tmp_path: Path) -> None:
    """One format for all columns, and a column that is a time already."""
    moments = pa.array([MOMENT, None], pa.timestamp("us", tz="UTC"))
    shop = SampleShop(sessions=pa.table({**COLUMNS, "start": moments})).with_source("sessions", date_format="epoch_ms")
    assert rows(build(tmp_path, shop).orders, "id", "session_start_date") == [("a", MOMENT)]


def test_numbers_without_the_format_are_refused(tmp_path: Path) -> None:
    shop = SampleShop(sessions=pa.table({**COLUMNS, "start": pa.array([1, 2])}))
    with pytest.raises(SourceError, match=r"the column 'start' of sessions\.parquet holds int64"):
        build(tmp_path, shop)


def test_numbers_of_a_query(tmp_path: Path) -> None:
    query = "SELECT id, client, CAST(seconds AS BIGINT) * 1000 + 250 AS start, amount, bought FROM source"
    sessions = f"id,client,seconds,amount,bought\na,x,{SECONDS},1,t\n"
    columns = {"sessions": {"session_start_date": "start"}}
    shop = SampleShop(sessions=sessions, columns=columns).with_source("sessions", query=query, date_format=FORMAT)
    assert rows(build(tmp_path, shop).orders, "session_start_date") == [(MOMENT,)]


MADE = f"CREATE TABLE t (client varchar(9), seen bigint); INSERT INTO t VALUES ('a', {SECONDS}), ('b', NULL)"
STAGED = [("a", str(SECONDS)), ("b", None)]  # as texts, which cleaning reads as it does those of CSV


@pytest.mark.parametrize("kind", postgresql_customers.KINDS)
def test_numbers_of_postgresql(tmp_path: Path, postgresql: PostgreSQL, kind: str) -> None:
    source = postgresql_customers.Source(postgresql, tmp_path)
    source.execute(MADE)
    assert [(row["client"], row["download_date"]) for row in source.rows(kind, date_format="epoch_s")] == STAGED


def test_numbers_of_mysql(tmp_path: Path, mariadb: MariaDB) -> None:
    source = mysql_customers.Source(mariadb, tmp_path)
    source.execute(MADE)
    assert [(row["client"], row["download_date"]) for row in source.rows(date_format="epoch_s")] == STAGED


def test_numbers_of_bigquery(tmp_path: Path, bigquery_server: BigQueryServer) -> None:
    types = {"id": "STRING", "client": "STRING", "start": "INT64", "amount": "NUMERIC", "bought": "BOOL"}
    bigquery_server.warehouse.create(sessions_table.TABLE, types, [("a", "x", SECONDS, "1", True)])
    columns = {"id": "id", "client": "client", "session_start_date": "start", "payment_amount": "amount", "has_purchased": "bought"}
    config = sessions_table.source(bigquery_server, columns=columns, date_format="epoch_s")
    assert [row["session_start_date"] for row in sessions_table.rows_of(sessions_table.opened(config, tmp_path))] == [str(SECONDS)]
