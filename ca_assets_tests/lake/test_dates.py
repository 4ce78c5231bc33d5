"""Tables that keep a state of each report date: replacing one of them, reading the newest as of a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ibis
import pyarrow as pa
import pytest

from ca_assets.lake.files import LakeError, NotInLake
from ca_assets.lake.lake import Lake
from ca_assets.lake.rows import stream_rows

NAME = "segments"
FIRST, SECOND, THIRD = (dt.date(2024, 1, day) for day in (7, 14, 21))


def put(lake: Lake, con: ibis.BaseBackend, day: dt.date, segments: dict[str, str], **more: list[Any]) -> int:
    rows = pa.table({"client": pa.array(segments, pa.string()), "segment": pa.array(segments.values(), pa.string()), **more})
    return lake.write_date(con, NAME, day, ibis.memtable(rows))


def segments(table: ibis.Table) -> dict[str, str]:
    rows = table.order_by("client").to_pyarrow()
    return dict(zip(rows["client"].to_pylist(), rows["segment"].to_pylist(), strict=True))


@pytest.fixture
def weeks(lake: Lake, con: ibis.BaseBackend) -> Lake:
    """Two weeks of two customers."""
    assert put(lake, con, FIRST, {"a": "new", "b": "best"}) == 0
    assert put(lake, con, SECOND, {"a": "best", "b": "best"}) == 1
    return lake


def test_each_date_keeps_its_state(weeks: Lake, con: ibis.BaseBackend) -> None:
    assert weeks.dates(NAME) == (FIRST, SECOND)
    assert segments(weeks.read_as_of(con, NAME, FIRST)) == {"a": "new", "b": "best"}
    assert segments(weeks.read_as_of(con, NAME, dt.date(2024, 1, 13))) == {"a": "new", "b": "best"}
    newest = weeks.read_as_of(con, NAME, dt.date(2030, 1, 1))
    assert set(newest.to_pyarrow()["report_date"].to_pylist()) == {SECOND}
    assert weeks.read(con, NAME).count().to_pyarrow().as_py() == 4
    with pytest.raises(NotInLake, match="as of 2024-01-06 or before"):
        weeks.read_as_of(con, NAME, dt.date(2024, 1, 6))


def test_one_date_is_replaced_and_the_others_stay(weeks: Lake, con: ibis.BaseBackend) -> None:
    files = dict(map(reversed, weeks.files(NAME).files))
    assert put(weeks, con, FIRST, {"c": "lost"}) == 2
    after = dict(map(reversed, weeks.files(NAME).files))
    assert after["2024-01-14"] == files["2024-01-14"] and after["2024-01-07"] != files["2024-01-07"]
    assert segments(weeks.read_as_of(con, NAME, FIRST)) == {"c": "lost"}
    assert segments(weeks.read_as_of(con, NAME, FIRST, version=1)) == {"a": "new", "b": "best"}
    assert weeks.dates(NAME, version=0) == (FIRST,)


def test_a_date_that_did_not_change_makes_no_version(weeks: Lake, con: ibis.BaseBackend) -> None:
    assert put(weeks, con, FIRST, {"b": "best", "a": "new"}) == 1
    rows = weeks.read_as_of(con, NAME, SECOND)
    assert weeks.write_date(con, NAME, SECOND, rows) == 1


def test_a_date_without_rows_is_one_that_was_written(lake: Lake, con: ibis.BaseBackend) -> None:
    assert put(lake, con, FIRST, {}) == 0
    assert put(lake, con, SECOND, {"a": "new"}) == 1
    assert put(lake, con, THIRD, {}) == 2
    assert put(lake, con, THIRD, {}) == 2
    assert lake.dates(NAME) == (FIRST, SECOND, THIRD)
    read = lake.read_as_of(con, NAME, THIRD)
    assert (segments(read), read.columns) == ({}, ("client", "segment", "report_date"))
    assert segments(lake.read_as_of(con, NAME, SECOND)) == {"a": "new"}


def test_a_new_column_is_null_in_earlier_dates(weeks: Lake, con: ibis.BaseBackend) -> None:
    assert put(weeks, con, THIRD, {"a": "best"}, score=[5]) == 2
    assert weeks.read_as_of(con, NAME, FIRST).to_pyarrow()["score"].to_pylist() == [None, None]
    assert put(weeks, con, SECOND, {"a": "lost"}) == 3
    assert weeks.read_as_of(con, NAME, SECOND).to_pyarrow()["score"].to_pylist() == [None]
    assert weeks.read_as_of(con, NAME, THIRD).to_pyarrow()["score"].to_pylist() == [5]
    with pytest.raises(LakeError, match="in which score has another type"):
        put(weeks, con, SECOND, {"a": "lost"}, score=["five"])


def test_rows_of_another_date_are_refused(weeks: Lake, con: ibis.BaseBackend) -> None:
    with pytest.raises(LakeError, match="rows of 2024-01-14 in a write of 2024-01-21"):
        weeks.write_date(con, NAME, THIRD, weeks.read_as_of(con, NAME, SECOND))
    with pytest.raises(LakeError, match="keeps a state of each report date"):
        weeks.write(con, NAME, weeks.read(con, NAME))


def test_rows_of_a_date_are_streamed_by_filter(weeks: Lake) -> None:
    batches = stream_rows(weeks.files(NAME), ["client", "report_date"], {"report_date": SECOND, "client": "a"}, None)
    assert [row for batch in batches for row in batch.to_pylist()] == [{"client": "a", "report_date": SECOND}]


def test_vacuum_keeps_all_dates(weeks: Lake, con: ibis.BaseBackend) -> None:
    for segment in ("x", "y", "z"):
        put(weeks, con, SECOND, {"a": segment})
    assert weeks.vacuum({}, grace_hours=0) == 2
    assert segments(weeks.read_as_of(con, NAME, FIRST)) == {"a": "new", "b": "best"}
