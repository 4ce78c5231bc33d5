"""DuckDB converts by our table of offsets what its own zone data would convert otherwise, and as itself where they agree."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ibis
import pyarrow as pa
import pytest

from ca_assets.cleaning.engine_functions import instant_of, wall_clock
from ca_assets.engine import duckdb_sql
from ca_assets.zones import changes_of, zone_of
from ca_assets_tests.shops.clean_tables import engine

ZONES = ("Europe/London", "America/Vancouver", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Asia/Gaza")


def around_changes(zone: str) -> list[dt.datetime]:
    """Half-hours near the changes of the clock, and times far from them."""
    changes = [dt.datetime.fromtimestamp(change.at // 1_000_000, dt.UTC) for change in changes_of(zone)]
    near = [at + dt.timedelta(minutes=m) for at in changes for m in range(-1500, 1530, 30)]
    return [*near, *(dt.datetime(year, 7, 1, tzinfo=dt.UTC) for year in (1970, 1995, 2030, 2098, 2500, 9998))]


def converted(zone: str, moments: list[dt.datetime]) -> list[tuple[Any, Any]]:
    """Each instant as wall clock; each as a naive time made an instant."""
    con = engine()
    columns = {"at": pa.array(moments, pa.timestamp("us", "UTC")), "naive": pa.array([m.replace(tzinfo=None) for m in moments])}
    given = ibis.memtable(pa.table(columns))
    result = con.to_pyarrow(given.select("at", wall=wall_clock(zone, given.at), instant=instant_of(zone, given.naive)).order_by("at"))
    return list(zip(result["wall"].to_pylist(), result["instant"].to_pylist(), strict=True))


@pytest.mark.parametrize("zone", ZONES)
def test_the_table_gives_what_duckdb_gives(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = sorted(set(around_changes(zone)))
    assert duckdb_sql.agrees(zone)
    theirs = converted(zone, moments)
    monkeypatch.setattr(duckdb_sql, "agrees", lambda _: False)
    assert converted(zone, moments) == theirs
    assert [wall for wall, _ in theirs if wall.year < 2100] == [
        m.astimezone(zone_of(zone)).replace(tzinfo=None) for m in moments if m.year < 2100
    ]


def test_a_zone_that_duckdb_has_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """As DuckDB 2.0.0 has Havana and not Vancouver: its data are older or newer than ours by a decree."""
    monkeypatch.setattr(duckdb_sql, "knows_zone", lambda _: False)
    duckdb_sql.agrees.cache_clear()
    moment = dt.datetime(2026, 11, 11, 7, 30, tzinfo=dt.UTC)
    assert converted("America/Vancouver", [moment])[0][0] == dt.datetime(2026, 11, 11, 0, 30)
    duckdb_sql.agrees.cache_clear()


def test_nulls_stay_null(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duckdb_sql, "agrees", lambda _: False)
    none = ibis.null("timestamp('UTC')")
    assert engine().to_pyarrow(wall_clock("Europe/London", none)).as_py() is None


def test_microseconds_between_instants() -> None:
    """Over changes of clocks, backwards, before 1970, null."""
    moments = [dt.datetime(1969, 12, 31, 23, 59, 59, 999_999, dt.UTC), *around_changes("Europe/London")[:50], None]
    later = [dt.datetime(2024, 3, 31, 1, 0, 0, 1, dt.UTC)] * len(moments)
    times = {name: pa.array(column, pa.timestamp("us", "UTC")) for name, column in (("a", moments), ("b", later))}
    given = ibis.memtable(pa.table({"i": range(len(moments)), **times}))
    result = engine().to_pyarrow(given.select("i", n=given.b.delta(given.a, unit="microsecond")).order_by("i"))["n"].to_pylist()
    expected = [(b - a) // dt.timedelta(microseconds=1) if a else None for a, b in zip(moments, later, strict=True)]
    assert result == expected
