"""Every type of a column means what its values mean in a CSV; what cannot be a time or a number is a rejected row, never a crash."""

from __future__ import annotations

import datetime as dt
import math
import random
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ca_assets.cleaning.build import build_tables
from ca_assets.shop import Shop, SourceConfig, SourcesConfig
from ca_assets.sources.errors import SourceError
from ca_assets_tests.servers.postgresql import PostgreSQL
from ca_assets_tests.sources.postgresql.customers_table import KINDS, Source

TEXTS = {"e": "e", "u": "u", "j": "j", "jb": "jb", "ch": "ch", "i2": "i2", "n": "n", "f4": "f4", "f8": "f8", "ts": "ts", "d": "d", "b": "b"}
TEXTS |= {"m": "m", "i": "i", "a": "a", "dom": "dom", "name": "name"}
ODD = """
CREATE TYPE mood AS ENUM ('yes', 'no');
CREATE DOMAIN money2 AS numeric(10, 2) CHECK (VALUE > 0);
CREATE TABLE t AS SELECT 'o1'::text AS id, 'c1'::varchar(20) AS client, timestamptz '2024-01-01 10:00:00.123456+02' AS tz,
  timestamp '2024-03-31 02:30' AS ts, date '2024-02-29' AS d, 1.10::numeric(12, 4) AS n, 0.1::float4 AS f4, 1e15::float8 AS f8, true AS b,
  'yes'::mood AS e, '814ac052-6207-4369-b59f-74f63950ab13'::uuid AS u, '{"a": 1}'::json AS j, '{"a":1}'::jsonb AS jb, 'x'::char(5) AS ch,
  3::int2 AS i2, 12.5::numeric::money AS m, interval '90 min' AS i, ARRAY[1, 2] AS a, 7.50::money2 AS dom, 'n'::name AS name;
INSERT INTO t (id, client, tz) VALUES ('o2', 'c1', '2024-01-02 00:00+00');
"""
ENDS = """
CREATE TABLE t AS SELECT * FROM (VALUES
  (timestamptz 'infinity', timestamp 'infinity', date 'infinity', numeric 'NaN', float8 'NaN', float4 'NaN'),
  ('-infinity', '-infinity', '-infinity', 'Infinity', 'Infinity', 'Infinity'),
  ('0044-03-15 10:00:00.5 BC', '0044-03-15 BC', '0044-03-15 BC', '-Infinity', '-Infinity', '-Infinity'),
  ('12024-03-15 10:00', '294270-03-15', '5874897-01-01', 1e300::numeric * 1e300, 1e308, 1e38),
  ('1989-12-31 23:59:59+00', '1989-12-31', '1989-12-31', 12345678901234567890.123456789, 0.1, 0.1),
  ('2024-01-01', '2024-01-01', '2024-01-01', 1e-400::numeric, '-0', 1)) v (tz, ts, d, n, f8, f4)
"""


def session_columns(**more: str) -> dict[str, str]:
    return {"id": "id", "client": "client", "session_start_date": "tz", "payment_amount": "n", "has_purchased": "b", **more}


@pytest.mark.parametrize("kind", KINDS)
def test_values_are_what_they_mean(postgresql: PostgreSQL, tmp_path: Path, kind: str) -> None:
    source = Source(postgresql, tmp_path)
    source.execute(ODD)
    columns = session_columns(date="ts", refund_date="d", discount_amount="f4", refund_amount="m")
    raw = source.raw(kind, name="sessions", columns=columns, dimensions=TEXTS)
    types = {field.name: field.type for field in raw.schema}
    assert (types["session_start_date"], types["date"]) == (pa.timestamp("us", "UTC"), pa.timestamp("us"))
    assert (types["refund_date"], types["payment_amount"], types["has_purchased"]) == (pa.timestamp("us"), pa.float64(), pa.bool_())
    first, second = pq.read_table(raw.path).to_pylist()
    assert first["session_start_date"] == dt.datetime(2024, 1, 1, 8, 0, 0, 123456, tzinfo=dt.UTC)
    assert (first["date"], first["refund_date"]) == (dt.datetime(2024, 3, 31, 2, 30), dt.datetime(2024, 2, 29))
    assert (first["payment_amount"], first["discount_amount"], first["refund_amount"], first["has_purchased"]) == (1.1, 0.1, 12.5, True)
    texts = {"e": "yes", "u": "814ac052-6207-4369-b59f-74f63950ab13", "j": '{"a": 1}', "jb": '{"a": 1}', "ch": "x    ", "i2": "3"}
    texts |= {"n": "1.1000", "f4": "0.1", "f8": "1000000000000000", "ts": "2024-03-31 02:30:00", "d": "2024-02-29", "b": "true"}
    texts |= {"m": "12.50", "i": "01:30:00", "a": "{1,2}", "dom": "7.50", "name": "n"}
    assert {name: first[f"dimensions.{name}"] for name in TEXTS} == texts
    assert {name for name, value in second.items() if value is not None} == {"id", "client", "session_start_date", "_row"}


@pytest.mark.parametrize("kind", KINDS)
def test_other_types_may_stand_for_a_flag_or_a_number(postgresql: PostgreSQL, tmp_path: Path, kind: str) -> None:
    source = Source(postgresql, tmp_path)
    source.execute(ODD)
    # An integer and a text for a flag; a domain, an integer and a text for a number; a text for a time.
    query = "SELECT id, client, tz::text AS tz, dom AS n, i2 % 2 AS b, i2, n::text AS t, 'no'::text AS f FROM t WHERE n IS NOT NULL"
    columns = session_columns(discount_amount="i2", refund_amount="t")
    row = source.rows(kind, name="sessions", query=query, columns=columns, actions={"flag": "f"})[0]
    assert (row["session_start_date"], row["payment_amount"], row["has_purchased"]) == ("2024-01-01 08:00:00.123456+00", 7.5, "1")
    assert (row["discount_amount"], row["refund_amount"], row["actions.flag"]) == (3.0, "1.1000", "no")


def test_an_enum_may_stand_for_a_flag(postgresql: PostgreSQL, tmp_path: Path) -> None:
    source = Source(postgresql, tmp_path)
    source.execute(ODD)
    assert [row["has_purchased"] for row in source.rows("postgresql", name="sessions", columns=session_columns(has_purchased="e"))] == [
        "yes",
        None,
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("ours", "theirs", "holds"), [("payment_amount", "ts", "timestamp"), ("has_purchased", "d", "date")])
def test_a_type_that_cannot_mean_ours_is_told(
    postgresql: PostgreSQL, tmp_path: Path, kind: str, ours: str, theirs: str, holds: str
) -> None:
    source = Source(postgresql, tmp_path)
    source.execute(ODD)
    with pytest.raises(SourceError) as caught:
        source.raw(kind, name="sessions", columns=session_columns(**{ours: theirs}))
    needs = {"payment_amount": "a number", "has_purchased": "true or false"}[ours]
    assert str(caught.value) == f"sessions: the column {theirs!r} of t holds {holds}; our {ours!r} needs {needs}"


@pytest.mark.parametrize("kind", KINDS)
def test_decimals_are_nearest_doubles_times_keep_microseconds(postgresql: PostgreSQL, tmp_path: Path, kind: str) -> None:
    source, draw = Source(postgresql, tmp_path), random.Random(7)
    texts = [f"{draw.choice(('', '-'))}{draw.randrange(10 ** draw.randrange(1, 22))}.{draw.randrange(10**18):018d}" for _ in range(1500)]
    first = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
    moments = [first + dt.timedelta(microseconds=draw.randrange(315_537_897_599_999_999)) for _ in texts]
    values = ", ".join(f"({text}, timestamptz '{moment.isoformat()}')" for text, moment in zip(texts, moments, strict=True))
    source.execute(f"CREATE TABLE t AS SELECT 'x'::text AS id, 'c'::text AS client, true AS b, n, tz FROM (VALUES {values}) v (n, tz)")
    rows = source.rows(kind, name="sessions", columns=session_columns())
    assert [row["payment_amount"] for row in rows] == [float(text) for text in texts]
    assert [row["session_start_date"] for row in rows] == moments


@pytest.mark.parametrize("kind", KINDS)
def test_ends_of_times_and_numbers_are_staged(postgresql: PostgreSQL, tmp_path: Path, kind: str) -> None:
    source = Source(postgresql, tmp_path)
    source.execute(ENDS)
    endless = 2**63 - 1
    columns = {"id": "n", "client": "n", "session_start_date": "tz", "date": "ts", "refund_date": "d"}
    columns |= {"payment_amount": "n", "has_purchased": "n", "discount_amount": "f8", "refund_amount": "f4"}
    table = pq.read_table(source.raw(kind, name="sessions", columns=columns).path)
    moments = {name: table[name].cast(pa.int64()).to_pylist() for name in ("session_start_date", "date", "refund_date")}
    old = -63_517_824_000_000_000  # 44 BC
    assert moments["session_start_date"][:4] == [endless, -endless, old + 36_000_500_000, 317_280_016_800_000_000]
    assert moments["date"][:4] == moments["refund_date"][:4] == [endless, -endless, old, endless]
    inf = math.inf
    assert str(table["payment_amount"].to_pylist()) == str([math.nan, inf, -inf, inf, 1.2345678901234567e19, 0.0])
    assert str(table["discount_amount"].to_pylist()) == str([math.nan, inf, -inf, 1e308, 0.1, -0.0])
    assert str(table["refund_amount"].to_pylist()) == str([math.nan, inf, -inf, 1e38, 0.1, 1.0])


@pytest.mark.parametrize("kind", KINDS)
def test_ends_of_times_and_numbers_are_rejected_as_from_a_csv(postgresql: PostgreSQL, tmp_path: Path, kind: str) -> None:
    source = Source(postgresql, tmp_path)
    source.execute(ENDS)
    for column, name in (("tz", "session_start_date"), ("ts", "session_start_date"), ("d", "session_start_date"), ("n", "payment_amount")):
        mapped = session_columns(**{name: column})
        query = f"SELECT row_number() OVER () AS id, 'c' AS client, true AS b, 1 AS n, now() AS tz, {column} AS x FROM t"
        reasons = _reasons(source, kind, query, {**mapped, name: "x"}, tmp_path / f"{column}")
        assert reasons == {f"bad_{name}": 5}, column


def test_the_same_reasons_come_from_a_csv(postgresql: PostgreSQL, tmp_path: Path) -> None:
    rows = ["infinity", "-infinity", "0044-03-15 BC", "12024-03-15", "1989-12-31", "2024-01-01"]
    lines = "".join(f"{i},c,{value},1,true\n" for i, value in enumerate(rows))
    (tmp_path / "s.csv").write_text("id,client,tz,n,b\n" + lines)
    config = SourceConfig(kind="csv", path="s.csv", columns=session_columns())
    assert _built(config, tmp_path) == {"bad_session_start_date": 5}


def _reasons(source: Source, kind: str, query: str, columns: dict[str, str], staging: Path) -> dict[str, int]:
    return _built(source.config(kind, query=query, columns=columns), staging, {"URL": source.url})


def _built(config: SourceConfig, folder: Path, secrets: dict[str, Any] | None = None) -> dict[str, int]:
    con = ibis.duckdb.connect()
    con.raw_sql("SET TimeZone = 'UTC'")
    shop = Shop(sources=SourcesConfig(sessions=config), calendar={"timezone": "Europe/Berlin"}, folder=folder)
    return build_tables(shop, con, folder / "staging", secret=(secrets or {}).get).reasons["sessions"]
