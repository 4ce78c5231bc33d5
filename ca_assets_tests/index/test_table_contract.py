"""Published tables of any family, schema and key: staged, carried over, read whole and by page; the same on each store."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ibis
import pyarrow as pa
import pytest

from ca_assets.analyses.core.report import ReportSet
from ca_assets.index.paging import Filter, Order
from ca_assets.index.protocol import Index, NotPublished, Snapshot
from ca_assets.lake.lake import Lake
from ca_assets_tests.index.conftest import KEYS, UTC_TIME
from ca_assets_tests.index.test_index_contract import D, report_set

DAYS = [dt.date(2010, 11, 30), dt.date(2010, 12, 31), dt.date(2011, 1, 31)]
SCORES_KEY = ("report_date", "client")
MOMENT = dt.datetime(2011, 1, 1, 0, 0, 0, 1, tzinfo=dt.UTC)


def scores(factor: float, *clients: str) -> ibis.Table:
    """Predictions for some clients, without the date that they are of."""
    return ibis.memtable(
        pa.table(
            {
                "client": pa.array(clients, pa.string()),
                "expected.orders": pa.array([factor * number for number in range(len(clients))], pa.float64()),
                "next_order": pa.array([MOMENT] * len(clients), UTC_TIME),
            }
        )
    )


@pytest.fixture
def by_date(con: ibis.BaseBackend, full_lake: Lake) -> Lake:
    """The lake with a table that keeps the state of three report dates."""
    for number, day in enumerate(DAYS):
        full_lake.write_date(con, "scores", day, scores(number + 0.5, *"abcd"[: number + 1]))
    return full_lake


def publish_table(index: Index, lake: Lake, generation: str, name: str, key: tuple[str, ...]) -> None:
    index.stage_table(generation, name, lake.version(name), 0, key)
    index.switch(generation, {})


def all_rows(snapshot: Snapshot, name: str, **options: Any) -> list[dict[str, Any]]:
    """Sorted by their texts."""
    return sorted((row for batch in snapshot.rows(name, **options) for row in batch.to_pylist()), key=str)


def test_a_table_by_date_is_read_by_its_dates(index: Index, by_date: Lake) -> None:
    publish_table(index, by_date, "g1", "scores", SCORES_KEY)
    with index.snapshot() as snapshot:
        assert snapshot.columns("scores").field("report_date").type == pa.date32()
        assert (snapshot.table("scores").key, len(all_rows(snapshot, "scores"))) == (SCORES_KEY, 6)
        newest = all_rows(snapshot, "scores", columns=["client", "expected.orders"], where={"report_date": DAYS[2]})
        assert [tuple(row.values()) for row in newest] == [("a", 0.0), ("b", 2.5), ("c", 5.0)]
        assert [row["report_date"] for row in all_rows(snapshot, "scores", where={"client": "b"})] == DAYS[1:]
        page = snapshot.page("scores", where=[Filter("report_date", "=", DAYS[2])], order_by=[Order("expected.orders", True)], limit=2)
        assert (page.rows["client"].to_pylist(), page.total) == (["c", "b"], 3)
        assert page.rows.schema.equals(snapshot.columns("scores"))
        query: dict[str, Any] = {"where": [Filter("report_date", ">", DAYS[0])], "order_by": [Order("client", True)], "limit": 2}
        found, after = list[tuple[str, dt.date]](), None
        while not found or after:
            page = snapshot.page("scores", after=after, columns=["client", "report_date"], **query)
            found, after = found + [tuple(row.values()) for row in page.rows.to_pylist()], page.next
        assert found == [("c", DAYS[2]), ("b", DAYS[1]), ("b", DAYS[2]), ("a", DAYS[1]), ("a", DAYS[2])]


def test_a_new_date_of_a_table_leaves_the_others(index: Index, con: ibis.BaseBackend, by_date: Lake) -> None:
    publish_table(index, by_date, "g1", "scores", SCORES_KEY)
    by_date.write_date(con, "scores", DAYS[1], scores(9.0, "b", "z"))
    by_date.write_date(con, "scores", dt.date(2011, 2, 28), scores(1.0, "a"))
    publish_table(index, by_date, "g2", "scores", SCORES_KEY)
    with index.snapshot() as snapshot:
        page = snapshot.page("scores", columns=["report_date", "client"])
        pairs = [(str(row["report_date"]), row["client"]) for row in page.rows.to_pylist()]
    unchanged = [(str(DAYS[2]), client) for client in "abc"]
    assert pairs == [(str(DAYS[0]), "a"), (str(DAYS[1]), "b"), (str(DAYS[1]), "z"), *unchanged, ("2011-02-28", "a")]


@pytest.mark.parametrize("key", [("number",), ("day",), ("moment", "flag"), ("name",), ()], ids=str)
def test_any_columns_can_be_the_key(index: Index, con: ibis.BaseBackend, lake: Lake, key: tuple[str, ...]) -> None:
    table = pa.table(
        {
            "number": pa.array([2, 10, -1], pa.int64()),
            "day": pa.array(DAYS, pa.date32()),
            "moment": pa.array([MOMENT, MOMENT, MOMENT + dt.timedelta(microseconds=1)], UTC_TIME),
            "flag": [True, False, True],
            "name": ["é" * 400, "b", "a"],
        }
    )
    lake.write(con, "things", ibis.memtable(table))
    publish_table(index, lake, "g1", "things", key)
    with index.snapshot() as snapshot:
        assert all_rows(snapshot, "things") == sorted(table.to_pylist(), key=str)
        if key:
            wanted = sorted(table.to_pylist(), key=lambda row: tuple(row[name] for name in key))
            first = snapshot.page("things", limit=2)
            second = snapshot.page("things", limit=2, after=first.next)
            assert [*first.rows.to_pylist(), *second.rows.to_pylist()] == wanted
            assert second.next is None
        else:
            with pytest.raises(ValueError, match="no key"):
                snapshot.page("things")


def test_a_page_of_orders_has_baskets_when_they_are_named(index: Index, full_lake: Lake) -> None:
    for name in ("orders", "basket_lines"):
        index.stage_table("g1", name, full_lake.version(name), 0, KEYS[name])
    index.switch("g1", {})
    with index.snapshot() as snapshot:
        assert snapshot.page("orders").rows.schema.equals(snapshot.columns("orders"))
        columns, orders = ["basket", "id", "dimensions.Ship country"], [Order("dimensions.Ship country"), Order("month", True)]
        page = snapshot.page("orders", columns=columns, order_by=orders, limit=2)
        last = snapshot.page("orders", columns=["basket"], order_by=orders, after=page.next)
        of_month = snapshot.page("orders", columns=["id"], where=[Filter("month", ">=", "2010-12")])
        with pytest.raises(ValueError, match="neither filtered nor sorted"):
            snapshot.page("orders", where=[Filter("basket", "is null")])
        with pytest.raises(ValueError, match="no key"):
            snapshot.page("basket_lines")
    assert page.rows.column_names == columns
    assert page.rows.select(columns[1:]).to_pylist() == [
        {"id": "b", "dimensions.Ship country": "DE"},
        {"id": "a", "dimensions.Ship country": "FR"},
    ]
    assert [tuple(item.values()) for item in page.rows["basket"].to_pylist()[1]] == [("o", "x", 2.0, 2.0), ("p", "x", 0.1, 1.0)]
    assert (last.rows.to_pylist(), of_month.rows["id"].to_pylist()) == ([{"basket": None}], ["b", "c"])


def test_orders_without_published_lines_have_no_baskets(index: Index, full_lake: Lake) -> None:
    publish_table(index, full_lake, "g1", "orders", KEYS["orders"])
    with index.snapshot() as snapshot:
        assert snapshot.page("orders", columns=["basket", "id"]).rows["basket"].null_count == 3


def test_a_cursor_goes_on_in_the_next_publication(index: Index, con: ibis.BaseBackend, by_date: Lake) -> None:
    """A row that came, one that left and one that changed meanwhile: no row that stayed is missed or comes twice."""
    by_date.write(con, "latest", scores(1.0, *"bdfh"))
    publish_table(index, by_date, "g1", "latest", ("client",))
    with index.snapshot() as snapshot:
        first = snapshot.page("latest", limit=2)
    by_date.write(con, "latest", scores(2.0, *"abefh"))
    publish_table(index, by_date, "g2", "latest", ("client",))
    with index.snapshot() as snapshot:
        second = snapshot.page("latest", limit=2, after=first.next)
        third = snapshot.page("latest", limit=2, after=second.next)
    assert [page.rows["client"].to_pylist() for page in (first, second, third)] == [["b", "d"], ["e", "f"], ["h"]]


def test_tables_that_were_not_staged_are_carried_over(index: Index, con: ibis.BaseBackend, by_date: Lake) -> None:
    index.stage_table("g1", "scores", by_date.version("scores"), 6, SCORES_KEY)
    for name in ("orders", "basket_lines", "downloads"):
        index.stage_table("g1", name, by_date.version(name), 3, KEYS[name])
    index.switch("g1", {"number": 1})
    with index.snapshot() as snapshot:
        before = {name: (snapshot.table(name), all_rows(snapshot, name)) for name in ("scores", "orders", "basket_lines", "downloads")}
    by_date.write(con, "latest", scores(1.0, "a"))
    by_date.write_date(con, "scores", DAYS[0], scores(7.0, "a"))  # in the lake, not published
    publish_table(index, by_date, "g2", "latest", ("client",))
    publish_table(index, by_date, "g3", "downloads", KEYS["downloads"])
    with index.snapshot() as snapshot:
        for name in ("scores", "orders", "basket_lines"):
            assert (snapshot.table(name), all_rows(snapshot, name)) == before[name], name
        assert snapshot.page("scores").total == 6
        assert len(all_rows(snapshot, "latest")) == 1
        with pytest.raises(NotPublished):
            snapshot.page("things")


def test_sets_that_were_not_staged_are_carried_over_by_date(index: Index, by_date: Lake) -> None:
    for number, day in enumerate(DAYS[:2]):
        index.stage_reports("g1", report_set(number, name="weekly", day=day))
        index.stage_reports("g1", report_set(10 + number, name="x", day=day))
    index.switch("g1", {})
    with index.snapshot() as snapshot:
        versions = {name: snapshot.versions(name, "full") for name in ("weekly", "x")}
        keys = snapshot.keys()
    index.stage_reports("g2", report_set(12, day=D))
    index.stage_table("g2", "scores", by_date.version("scores"), 6, SCORES_KEY)
    index.switch("g2", {})
    index.switch("g3", {"nothing": "staged"})
    index.stage_reports("g4", ReportSet("x", DAYS[1], {"full": report_set(99).tables["full"]}, ("all", "Ship country=FR")))
    index.switch("g4", {})
    with index.snapshot() as snapshot:
        assert snapshot.versions("weekly", "full") == versions["weekly"]
        now = snapshot.versions("x", "full")
        assert (list(now), now[DAYS[0]], now[DAYS[1]] == versions["x"][DAYS[1]]) == (DAYS, versions["x"][DAYS[0]], False)
        assert [snapshot.as_of("weekly/full", "all", day).data["n"][0].as_py() for day in DAYS] == [0, 1, 1]
        assert [snapshot.as_of("x/full", "all", day).data["n"][0].as_py() for day in DAYS] == [10, 99, 12]
        gone = {key for key in keys if (key.report_name, key.type, key.report_date) == ("x", "empty", DAYS[1])}
        assert set(keys) - set(snapshot.keys()) == gone, "a staged set replaces that of its own date as a whole"
        assert len(all_rows(snapshot, "scores")) == 6


@pytest.mark.parametrize("name", ["reports", "state", "notes", "ca_current"])
def test_names_of_other_things_are_not_for_tables(index: Index, full_lake: Lake, name: str) -> None:
    with pytest.raises(ValueError, match="no published table"):
        index.stage_table("g1", name, 0, 3, ())
