"""Hostile names, queries and values can do nothing but be read; wide rows and giant values pass in bounded memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ca_assets.sources.errors import SourceError
from ca_assets.sources.postgresql.sql import quote_identifier
from ca_assets_tests.servers.postgresql import PostgreSQL
from ca_assets_tests.sources.postgresql.customers_table import KINDS, Source

HOSTILE = (
    *('a"b', "x; DROP TABLE canary; --", "ünï 名前 🛒", "it's", "a.b", " lead", "tab\tnew\nline", "%s %(a)s {0} $1 :a", "select"),
    "n" * 63,
)
INJECTIONS = (
    "t; DROP TABLE canary",
    't"; DROP TABLE canary; --',
    'public"."t"; DROP TABLE canary; --"',
    "t WHERE 1=1; DROP TABLE canary",
    "(DELETE FROM canary RETURNING *)",
)
QUERIES = (
    "SELECT * FROM t; DROP TABLE canary",
    "SELECT * FROM t) x; DROP TABLE canary; --",
    "SELECT * FROM t /* ) x; DROP TABLE canary; -- ",
    "SELECT '\\'; DROP TABLE canary; --' AS client, now() AS seen",
    "SELECT * FROM t) AS x; COMMIT; DROP TABLE canary; SELECT * FROM (SELECT 1",
    "DROP TABLE canary",
    "WITH gone AS (DELETE FROM canary RETURNING *) SELECT * FROM t",
    "COMMIT",
    "SET TRANSACTION READ WRITE",
)
PEAK = """
import json, sys
from pathlib import Path
from bench.clock import forget_peak, peak_gb
from ca_assets.shop import SourceConfig
from ca_assets.sources.open import open_source
from ca_assets.sources.driver import Reading
config = SourceConfig(kind=sys.argv[1], url="${URL}", table="t", columns={"client": "client", "download_date": "seen"})
reading = Reading(Path(sys.argv[2]), Path(sys.argv[2]) / "staging")
before = peak_gb()
rows = open_source("customers", config, reading).rows
print(json.dumps({"rows": rows, "gb": peak_gb() - before}))
"""


@pytest.fixture(name="source")
def _source(postgresql: PostgreSQL, tmp_path: Path) -> Source:
    source = Source(postgresql, tmp_path)
    source.execute("CREATE TABLE canary AS SELECT 1 AS a; CREATE TABLE t AS SELECT 'c1'::text AS client, now() AS seen")
    return source


def assert_unharmed(source: Source) -> None:
    assert source.execute("SELECT a FROM canary") == [(1,)]


@pytest.mark.parametrize("kind", KINDS)
def test_injections_are_refused(source: Source, kind: str) -> None:
    tries = [{"table": text} for text in INJECTIONS] + [{"query": text} for text in QUERIES]
    tries += [{"columns": {"client": text, "download_date": "seen"}} for text in INJECTIONS]
    for more in tries:
        with pytest.raises(SourceError) as caught:
            source.raw(kind, **more)
        assert str(caught.value).startswith("customers: ") and len(str(caught.value)) < 700
        assert_unharmed(source)


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_names_and_values_are_read_as_they_are(source: Source, kind: str) -> None:
    table = 'T "x"; DROP TABLE canary; --'
    values = [name.replace("'", "''") for name in HOSTILE]
    columns = ", ".join(f"'{value}'::text AS {quote_identifier(name)}" for name, value in zip(HOSTILE, values, strict=True))
    name = f'"S.1".{quote_identifier(table)}'
    source.execute(f"CREATE SCHEMA \"S.1\"; CREATE TABLE {name} AS SELECT 'c1'::text AS client, now() AS seen, {columns}")
    ours = {f"d{position}": name for position, name in enumerate(HOSTILE)}
    mapped = {"id": "client", "client": "client", "session_start_date": "seen", "payment_amount": "client", "has_purchased": "client"}
    rows = source.rows(kind, name="sessions", table=name, columns=mapped, dimensions=ours)
    assert [rows[0][f"dimensions.d{position}"] for position in range(len(HOSTILE))] == list(HOSTILE)
    assert_unharmed(source)


@pytest.mark.parametrize("kind", KINDS)
def test_of_300_columns_only_the_mapped_ones_are_read(source: Source, kind: str) -> None:
    wide = ", ".join(f"'v{number}'::text AS column_{number}" for number in range(300))
    source.execute(f"CREATE TABLE wide AS SELECT 'c1'::text AS client, now() AS seen, {wide}")
    dimensions = {f"d{number}": f"column_{number}" for number in range(0, 300, 7)}
    columns = {"id": "client", "client": "client", "session_start_date": "seen", "payment_amount": "client", "has_purchased": "client"}
    raw = source.raw(kind, name="sessions", table="wide", columns=columns, dimensions=dimensions)
    row = pq.read_table(raw.path).to_pylist()[0]
    assert len(row) == 5 + len(dimensions) + 3
    assert {name: row[f"dimensions.{name}"] for name in dimensions} == {name: f"v{theirs[7:]}" for name, theirs in dimensions.items()}


def test_bytes_that_are_not_utf8_are_rejected_rows(postgresql: PostgreSQL, tmp_path: Path) -> None:
    name = f"ascii_{os.getpid()}"
    postgresql.execute(f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' TEMPLATE template0")
    source = Source(postgresql, tmp_path, name)
    source.execute("CREATE TABLE t AS SELECT v AS client, now() AS seen FROM (VALUES ('good'), (E'b\\xffd'), ('fine')) r (v)")
    raw = source.raw("postgresql")
    assert pq.read_table(raw.path)["client"].to_pylist() == ["good", "fine"]
    assert [row["reason"] for row in pq.read_table(raw.broken).to_pylist()] == ["not_utf8"]


def test_a_text_of_100_mb_is_accepted_in_bounded_memory(source: Source, tmp_path: Path) -> None:
    source.execute("INSERT INTO t SELECT repeat('0123456789', 10000000), now()")
    source.execute("INSERT INTO t SELECT 'c' || g, now() FROM generate_series(1, 100) g")
    words = [sys.executable, "-c", PEAK, "postgresql", str(tmp_path)]
    done = subprocess.run(words, env={**os.environ, "URL": source.url}, capture_output=True, text=True, check=True)
    measured = json.loads(done.stdout)
    assert measured["rows"] == 102 and measured["gb"] < 1.0
    clients = pq.read_table(tmp_path / "staging" / "customers.raw.parquet")["client"]
    assert max(len(client) for client in clients.to_pylist()) == 100_000_000
