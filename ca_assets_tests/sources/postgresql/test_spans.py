"""A span becomes a condition of the statement where its column is a time or a date: no wanted row is missing, and most others stay away."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from ca_assets.sources.driver import Span
from ca_assets_tests.servers.postgresql import PostgreSQL
from ca_assets_tests.sources.postgresql.customers_table import KINDS, Source

ZONES = ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin")
ROWS = 400
EXTRA = "('infinity'), ('-infinity'), (NULL), ('0044-03-15 BC'), ('1989-12-31 23:59:59'), ('1990-01-01 12:00'), ('9999-12-31 23:59:59')"


@pytest.fixture(name="source")
def _source(postgresql: PostgreSQL, tmp_path: Path) -> Source:
    source = Source(postgresql, tmp_path)
    moments = f"""SELECT g, timestamptz '2023-01-01' + g * interval '37 hours 11 minutes' AS at_ FROM generate_series(1, {ROWS}) g
        UNION ALL SELECT {ROWS} + row_number() OVER (), v::timestamptz FROM (VALUES {EXTRA}) e (v)"""
    kinds = "at_ AS tz, at_::timestamp AS ts, at_::date AS d, at_::text AS x"
    source.execute(f"SET TimeZone = 'UTC'; CREATE TABLE t AS SELECT 'c' || g AS client, now() AS seen, {kinds} FROM ({moments}) r")
    return source


def wanted(moments: list[dt.datetime | None], span: Span, zone: str) -> set[int]:
    """Positions of the rows that a span means, by what it says."""
    first, positions = dt.datetime(1990, 1, 1, tzinfo=dt.UTC), set()
    for position, moment in enumerate(moments):
        aware = None if moment is None else moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
        if aware is None or aware < first or aware >= span.since or any(begin <= aware < end for begin, end in span.parts):
            positions.add(position)
    return positions


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("column", ["tz", "ts", "d"])
def test_no_wanted_row_is_missing_and_most_others_stay_away(source: Source, kind: str, column: str) -> None:
    simple = f"isfinite({column}) AND {column} > '1000-01-01' OR {column} IS NULL"
    rows: list[tuple[Any, ...]] = source.execute(f"SELECT client, {column} FROM t WHERE {simple}")
    clients = [str(client) for client, _ in rows]
    moments = [dt.datetime.combine(value, dt.time()) if column == "d" and value else value for _, value in rows]
    draw = random.Random(7)
    for zone in ZONES:
        days = sorted(draw.sample(range(600), 3))
        begin, end, since = (dt.datetime(2023, 1, 1, tzinfo=ZoneInfo(zone)) + dt.timedelta(days=day) for day in days)
        span = Span(column, since, ((begin, end),))
        raw = source.raw(kind, span=span, columns={"client": "client", "download_date": column})
        read = set(pq.read_table(raw.path)["client"].to_pylist())
        meant = {clients[position] for position in wanted(moments, span, zone)}
        assert meant <= read and not raw.is_whole
        assert {f"c{ROWS + extra}" for extra in (1, 2, 3, 4, 5, 7)} <= read  # endless, missing, before 1990, after all
        margin = 1 if column == "tz" else 12  # rows of twice four days
        assert len(read) <= len(meant) + 6 + margin


@pytest.mark.parametrize("kind", KINDS)
def test_a_span_of_texts_reads_all(source: Source, kind: str) -> None:
    span = Span("x", dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
    raw = source.raw(kind, span=span, columns={"client": "client", "download_date": "x"})
    assert (raw.rows, raw.is_whole) == (ROWS + 7, True)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_is_whole_only_when_it_has_all(source: Source, kind: str) -> None:
    assert [(raw.rows, raw.is_whole) for raw in (source.raw(kind, limit=limit) for limit in (10, ROWS + 7, ROWS + 8))] == [
        (10, False),
        (ROWS + 7, False),
        (ROWS + 7, True),
    ]
    span = Span("tz", dt.datetime(9000, 1, 1, tzinfo=dt.UTC))
    raw = source.raw(kind, span=span, limit=3)
    assert (raw.rows, raw.is_whole) == (3, False)


@pytest.mark.parametrize("kind", KINDS)
def test_a_source_without_rows_is_no_error(source: Source, kind: str) -> None:
    raw = source.raw(kind, query="SELECT * FROM t WHERE false")
    assert (raw.rows, raw.broken_rows, raw.is_whole, pq.read_table(raw.path).num_rows) == (0, 0, True, 0)
