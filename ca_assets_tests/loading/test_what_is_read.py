"""What a load reads again: the watermark and its month, clocks that jump, files that changed, a cache that does not fit."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from ca_assets.cleaning import incremental
from ca_assets.cleaning.incremental import Increments, months_to_read, source_key, span_of
from ca_assets.cleaning.source_cache import CachedLoad, CachedPart, CachedSource, MonthRange, SourceCache
from ca_assets.shop import Shop, parse_shop
from ca_assets.sources.driver import Span
from ca_assets_tests.cleaning.building import HEAD
from ca_assets_tests.pipeline import load_tables

DATABASE = """
calendar: {timezone: Europe/London}
settings: {late_data_days: 7}
sources:
  sessions:
    kind: postgresql
    url: ${SHOP}
    table: sessions
    columns: {id: id, client: c, session_start_date: at, payment_amount: a, has_purchased: p}
  deliveries: {kind: postgresql, url: "${SHOP}", table: d, columns: {id: id, delivery_date: at}}
"""
FILES = """
sources:
  sessions:
    kind: csv
    path: sessions
    columns: {id: id, client: client, session_start_date: session_start_date, payment_amount: payment_amount, has_purchased: has_purchased}
"""


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def months(read_at: str, newest: str | None, now: str, **more: object) -> MonthRange | None:
    """What is read of the sessions."""
    shop = parse_shop(DATABASE, Path())
    cached = CachedSource("k", moment(read_at), moment(newest) if newest else None, ())
    increments = Increments(SourceCache(Path("nowhere")), moment(now), **more)  # type: ignore[arg-type]
    return months_to_read("sessions", shop.sources.sessions, shop, cached, increments)


def test_reading_begins_late_data_days_before_the_last_load() -> None:
    assert months("2024-05-20", "2024-05-19", "2024-05-21") == MonthRange("2024-05")
    assert months("2024-05-07T01:00", "2024-05-06T23:30", "2024-05-08") == MonthRange("2024-04")
    # 30 April 23:30 UTC is 1 May in London.
    assert months("2024-05-07T23:30", "2024-05-07T23:30", "2024-05-09") == MonthRange("2024-05")


def test_a_clock_that_jumps_never_makes_a_load_read_less() -> None:
    assert months("2031-01-01", "2024-05-19", "2024-05-21") == MonthRange("2024-05"), "the last load's clock was years ahead"
    assert months("2024-05-20", "2024-05-19", "2020-03-15") == MonthRange("2020-03"), "this one's is years behind"
    assert months("2024-05-20", "2023-01-19", "2024-05-21") == MonthRange("2023-01"), "nothing new was seen since then"
    assert months("2024-05-20", None, "2024-05-21") is None, "no row was known"


def test_full_loads_and_backfills() -> None:
    assert months("2024-05-20", "2024-05-19", "2024-05-21", is_full=True) is None
    assert months("2024-05-20", "2024-05-19", "2024-05-21", months=("2023-02", "2024-05")) == MonthRange("2024-05", ("2023-02",))
    shop = parse_shop(DATABASE, Path())
    cached = CachedSource("k", moment("2024-05-20"), moment("2024-05-19"), ())
    increments = Increments(SourceCache(Path("nowhere")), moment("2024-05-21"), months=("2023-02",))
    assert shop.sources.deliveries is not None
    assert months_to_read("deliveries", shop.sources.deliveries, shop, cached, increments) is None, (
        "their dates are not those of the orders"
    )


def test_a_month_is_read_from_its_first_instant_on() -> None:
    calendar = parse_shop(DATABASE, Path()).calendar
    span = span_of("at", MonthRange("2024-05", ("2023-03", "2023-10")), calendar)
    summer, winter = "2024-04-30T23:00", "2023-03-01T00:00"
    parts = ((moment(winter), moment("2023-03-31T23:00")), (moment("2023-09-30T23:00"), moment("2023-11-01T00:00")))
    assert span == Span("at", moment(summer), parts)


def test_another_mapping_is_another_cached_source() -> None:
    shop = parse_shop(DATABASE, Path())
    config = shop.sources.sessions
    other_zone = parse_shop(DATABASE.replace("Europe/London", "Europe/Paris"), Path())
    renamed = config.model_copy(update={"columns": {**config.columns, "client": "other"}})
    keys = [
        source_key("sessions", mapping, owner, engine)
        for mapping, owner, engine in (
            (config, shop, "duckdb"),
            (config, other_zone, "duckdb"),
            (renamed, shop, "duckdb"),
            (config, shop, "x"),
        )
    ]
    assert len(set(keys)) == 4 and source_key("sessions", config, parse_shop(DATABASE, Path()), "duckdb") == keys[0]


def test_a_cached_source_whose_file_is_gone_is_not_used(tmp_path: Path) -> None:
    cache, staged = SourceCache(tmp_path / "copies"), tmp_path / "staged.parquet"
    for name in ("staged.parquet", "broken.parquet"):
        (tmp_path / name).write_bytes(b"rows")
    source = CachedSource("k", moment("2024-05-20"), None, (CachedPart(staged, tmp_path / "broken.parquet", 3, 0),))
    load = CachedLoad(("sessions",), {"orders": 4}, {"sessions": {"read": 3}}, {"sessions": {}})
    cache.commit({"sessions": source}, load)
    cached = cache.get("sessions", "k")
    assert cached is not None and cached.parts[0].row_count == 3 and cache.get("sessions", "another") is None
    assert cache.last_load() == dataclasses.replace(load) and not staged.exists()
    left = tmp_path / "copies" / "left by a killed load.parquet"
    left.write_bytes(b"")
    cache.commit({"sessions": cached}, load)
    assert not left.exists() and cache.get("sessions", "k") == dataclasses.replace(cached)
    cached.parts[0].rows.unlink()
    assert cache.get("sessions", "k") is None
    (tmp_path / "copies" / "sessions.json").write_text("{half")
    assert cache.get("sessions", "k") is None


def test_tables_are_unchanged_only_as_the_cached_load_made_them(tmp_path: Path) -> None:
    cache = SourceCache(tmp_path)
    assert cache.last_load() is None
    cache.commit({}, CachedLoad(("sessions", "customers"), {"orders": 4, "downloads": 1}, {}, {}))
    load = cache.last_load()
    assert load is not None and load.made(["customers", "sessions"], {"downloads": 1, "orders": 4})
    assert not load.made(["sessions"], {"orders": 4, "downloads": 1}), "a source was added or left out"
    assert not load.made(["sessions", "customers"], {"orders": 5, "downloads": 1}), "somebody wrote the lake since"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shop whose sessions are a folder of two files; a file counts as settled at once."""
    monkeypatch.setattr(incremental, "SETTLED_SECONDS", -3600.0)
    (tmp_path / "sessions").mkdir()
    (tmp_path / "shop.yaml").write_text(FILES, encoding="utf-8")
    for day in ("1", "2"):
        _file(tmp_path, day, f"s{day},ann,2024-01-0{day},5,yes\n")
    return tmp_path


def _file(folder: Path, name: str, rows: str) -> None:
    (folder / "sessions" / f"{name}.csv").write_text(HEAD + rows, encoding="utf-8")


def _load(folder: Path, home: str = "home", **more: bool) -> tuple[str, int, list[str], list[tuple[str, ...]]]:
    """How the sessions were read, how many rows; their ids; and what was rejected, as a whole load finds them."""
    clean = load_tables(folder / "shop.yaml", folder / home, dt.datetime.now(dt.UTC), **more)
    whole = load_tables(folder / "shop.yaml", folder / "whole", dt.datetime.now(dt.UTC), is_full=True)
    assert (clean.counts, clean.reasons) == (whole.counts, whole.reasons)
    ids, rejects = _rows(folder / home)
    assert (ids, rejects) == _rows(folder / "whole")
    return clean.rows.reads["sessions"].how, clean.rows.reads["sessions"].rows, ids, rejects


def _rows(home: Path) -> tuple[list[str], list[tuple[str, ...]]]:
    from ca_assets_tests.loading.test_increments import tables_of

    tables = tables_of(home)
    return tables["orders"], [(row,) for row in tables["rejects"]]


def test_only_files_that_are_new_or_changed_are_read(files: Path) -> None:
    assert _load(files)[:2] == ("whole", 2)
    assert _load(files)[:2] == ("unchanged", 0)
    _file(files, "3", "s3,bob,2024-02-03,5,yes\ns1,bob,2024-02-03,9,yes\nbad,bob,never,1,yes\n4,broken\n")
    how, rows, ids, rejects = _load(files)
    assert (how, rows, len(ids), len(rejects)) == ("files", 4, 3, 3)
    _file(files, "1", "s1,ann,2024-03-01,50,yes\n")
    assert _load(files)[0] == "files"
    (files / "sessions" / "2.csv").unlink()
    assert "s2" not in "".join(_load(files)[2])
    assert _load(files, is_full=True)[0] == "whole"


def test_one_file_of_a_folder_that_gets_another_stays_as_it_is(files: Path) -> None:
    (files / "sessions" / "2.csv").unlink()
    _file(files, "1", "s1,ann,2024-01-01,x,yes\ns2,ann,2024-01-01,5,yes\n")
    assert _load(files)[0] == "whole"
    _file(files, "2", "s2,ann,2024-01-02,5,yes\n")
    how, rows, _, rejects = _load(files)
    assert (how, rows) == ("files", 1) and "1.csv: " in rejects[0][0], "a row of a folder says its file even when it is the only one"


def test_a_file_that_was_written_a_moment_ago_is_not_trusted(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incremental, "SETTLED_SECONDS", 3600.0)
    assert _load(files)[0] == "whole"
    assert _load(files)[0] == "whole"


def test_the_shop_says_how_late_rows_may_come() -> None:
    shop: Shop = parse_shop(DATABASE.replace("late_data_days: 7", "late_data_days: 60"), Path())
    cached = CachedSource("k", moment("2024-05-20"), moment("2024-05-19"), ())
    increments = Increments(SourceCache(Path("nowhere")), moment("2024-05-21"))
    assert months_to_read("sessions", shop.sources.sessions, shop, cached, increments) == MonthRange("2024-03")
