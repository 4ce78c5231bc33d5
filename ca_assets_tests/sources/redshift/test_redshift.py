"""What is said to a Redshift is nothing that Redshift lacks: no COPY, no prepared statements, small fetches, one read-only transaction.

Belongs here: the statements themselves, from a PostgreSQL's log. The rows are those of COPY: see the other tests, which run both ways.
"""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ca_assets.sources.errors import SourceError
from ca_assets.sources.open import check_source
from ca_assets.sources.postgresql.server import parse_server
from ca_assets_tests.servers.postgresql import PostgreSQL
from ca_assets_tests.sources.postgresql.customers_table import Source

# In Redshift's documentation: BEGIN, SET, DECLARE, FETCH, information_schema, pg_type's oid and typname.
KNOWN = (
    r"BEGIN READ ONLY",
    r"SET (statement_timeout|TimeZone|DateStyle|extra_float_digits) = ('[\w, ]+'|\d+)",
    r'SELECT \* FROM ("t"|"nothing"|\(SELECT client, seen FROM t\s+\) AS ca_source) LIMIT 0',
    r'SELECT "client", "seen" FROM "t" LIMIT 0',
    r'DECLARE ca_source CURSOR FOR SELECT "client", "seen" FROM (\(SELECT client, seen FROM t\s+\) AS ca_source|"t")',
    r"FETCH FORWARD (\d+) FROM ca_source",
    r"ROLLBACK",
    r"SELECT oid, typname FROM pg_catalog\.pg_type WHERE oid IN \([\d, ]+\)",
    r"SELECT table_schema::text, table_name::text FROM information_schema\.tables LIMIT 10000",
)


def test_every_statement_is_one_that_redshift_has(postgresql: PostgreSQL, tmp_path: Path) -> None:
    source = Source(postgresql, tmp_path)
    source.execute("CREATE TABLE t AS SELECT 'c' || g AS client, now() AS seen, point(1, 2) AS place FROM generate_series(1, 2500) g")
    source.execute(f"ALTER DATABASE {source.database} SET log_statement = 'all'")
    log = postgresql.folder / "log"
    before = log.stat().st_size
    check_source("customers", source.config("redshift"), source.reading())
    assert source.raw("redshift").rows == source.raw("redshift", query="SELECT client, seen FROM t").rows == 2500
    with pytest.raises(SourceError):
        source.raw("redshift", table="nothing")
    said = log.read_bytes()[before:].decode()
    statements = re.findall(r"LOG:  statement: (.*?)(?=\n\d{4}-|\Z)", said, re.DOTALL)
    assert len(statements) > 20 and "LOG:  execute" not in said
    assert [text for text in statements if not any(re.fullmatch(known, text.strip()) for known in KNOWN)] == []
    assert {int(rows) for rows in re.findall(r"FETCH FORWARD (\d+)", said)} == {100, 1000}  # the most that one node gives


def test_rows_without_end_are_fetched_in_bounded_memory(postgresql: PostgreSQL, tmp_path: Path) -> None:
    """After wide rows fewer are asked for at once, and all of them come."""
    source = Source(postgresql, tmp_path)
    source.execute("CREATE TABLE t AS SELECT g || repeat('x', 100000) AS client, now() AS seen FROM generate_series(1, 1500) g")
    raw = source.raw("redshift")
    with pq.ParquetFile(raw.path) as file:
        groups = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    assert sum(groups) == raw.rows == 1500 and groups[0] == 100 and max(groups) < 250


@pytest.mark.parametrize(("kind", "port"), [("redshift", "5439"), ("postgresql", "5432")])
def test_ports_are_those_of_the_kind_unless_given(postgresql: PostgreSQL, tmp_path: Path, kind: str, port: str) -> None:
    source = Source(postgresql, tmp_path)
    source.url = "redshift://shop@cluster.example/dev"
    assert parse_server("customers", source.config(kind), source.reading()).shown == f"cluster.example:{port}/dev"
    source.url = "postgresql+psycopg2://shop@cluster.example:1/dev"
    assert parse_server("customers", source.config(kind), source.reading()).shown == "cluster.example:1/dev"
