"""What a publication to Elasticsearch writes, keeps and removes; what a reader sees meanwhile; values to the last bit."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from pathlib import Path

import ibis
import pyarrow as pa
import pytest

from ca_assets.index.elasticsearch.index import ElasticIndex
from ca_assets.index.embedded.index import EmbeddedIndex
from ca_assets.index.open import open_index
from ca_assets.index.protocol import IndexUnavailable
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.index.conftest import KEYS, UTC_TIME, orders
from ca_assets_tests.index.elasticsearch.support import call, indexes, months, publish_all, rows_of
from ca_assets_tests.index.test_index_contract import report_set, value
from ca_assets_tests.kill.leftovers import of_elasticsearch as leftovers


@pytest.fixture
def elastic(elastic_settings: ProcessSettings, full_lake: Lake) -> ElasticIndex:
    """An empty index on the shared server, over the lake of three months."""
    index = open_index(elastic_settings)
    assert isinstance(index, ElasticIndex)
    return index


def write_orders(con: ibis.BaseBackend, lake: Lake, *rows: tuple[str, str, str], months: list[str]) -> None:
    lake.write(con, "orders", ibis.memtable(orders(*rows)), months=months, key="id")


def test_fields_are_those_of_the_specification(elastic: ElasticIndex, elastic_settings: ProcessSettings) -> None:
    publish_all(elastic, elastic.lake, "g1")
    prefix = elastic_settings.index_prefix
    hits = call(elastic_settings, "POST", f"/{prefix}orders/_search", {"query": {"term": {"dimensions.Ship country": "FR"}}})["hits"][
        "hits"
    ]
    assert [(hit["_id"], hit["_source"]["client"], len(hit["_source"]["basket"])) for hit in hits] == [("a", "ca", 2)]
    nested = {"nested": {"path": "basket", "query": {"term": {"basket.product": "o"}}}}
    assert call(elastic_settings, "POST", f"/{prefix}orders/_count", {"query": nested})["count"] == 1
    (mapping,) = {str(each["mappings"]["dynamic"]) for each in call(elastic_settings, "GET", f"/{prefix}orders/_mapping").values()}
    assert mapping == "strict"
    settings = next(iter(call(elastic_settings, "GET", f"/{prefix}orders/_settings").values()))["settings"]["index"]
    assert (settings["number_of_shards"], settings["number_of_replicas"], settings["max_result_window"]) == ("2", "0", "10000000")
    report = call(elastic_settings, "POST", f"/{prefix}reports/_search", {"query": {"term": {"type": "full"}}})["hits"]["hits"][0][
        "_source"
    ]
    assert (report["report_name"], report["report_date"], report["dimension"]) == ("x", "2011-01-31", "all")
    assert report["data"] == [{"period": "2011-01-01", "label": "l", "n": 1}]


def test_only_the_month_that_changed_is_published(
    elastic: ElasticIndex, elastic_settings: ProcessSettings, con: ibis.BaseBackend, full_lake: Lake
) -> None:
    publish_all(elastic, full_lake, "g1")
    before = months(elastic_settings)
    write_orders(con, full_lake, ("b", "2010-12", "AT"), months=["2010-12"])
    publish_all(elastic, full_lake, "g2")
    after = months(elastic_settings)
    assert {month for month in after if after[month] != before[month]} == {"2010-12"}
    assert [row["dimensions.Ship country"] for row in rows_of(elastic)] == ["FR", "AT", None]
    publish_all(elastic, full_lake, "g2")
    assert months(elastic_settings) == after


def test_a_moved_order_is_there_once_and_a_deleted_one_gone(
    elastic: ElasticIndex, elastic_settings: ProcessSettings, con: ibis.BaseBackend, full_lake: Lake
) -> None:
    publish_all(elastic, full_lake, "g1")
    write_orders(con, full_lake, ("a", "2010-12", "FR"), months=["2010-12"])  # a moved from November; b was deleted at the source
    publish_all(elastic, full_lake, "g2")
    assert [(row["id"], row["month"]) for row in rows_of(elastic, columns=["id", "month"])] == [("a", "2010-12"), ("c", "2011-01")]
    found = call(elastic_settings, "POST", f"/{elastic_settings.index_prefix}orders/_search", {})["hits"]["hits"]
    assert sorted(hit["_id"] for hit in found) == ["a", "c"]
    assert sorted(months(elastic_settings)) == ["2010-12", "2011-01"]


def test_a_reader_keeps_his_version_through_a_switch(
    elastic: ElasticIndex, elastic_settings: ProcessSettings, con: ibis.BaseBackend, full_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ca_assets.index.elasticsearch.switch.LEASE_SECONDS", 0.2)
    publish_all(elastic, full_lake, "g1")
    with elastic.snapshot() as snapshot:
        write_orders(con, full_lake, ("b", "2010-12", "AT"), months=["2010-12"])
        publish_all(elastic, full_lake, "g2", [report_set(2)])
        seen = [row["dimensions.Ship country"] for batch in snapshot.rows("orders", where={"id": "b"}) for row in batch.to_pylist()]
        assert (seen, snapshot.report("x", "full").data["n"].to_pylist(), snapshot.generation) == (["DE"], [1], "g1")
        assert value(elastic) == 2
    publish_all(elastic, full_lake, "g2", [report_set(2)])
    assert len(months(elastic_settings)) == 3
    assert len([name for name in indexes(elastic_settings) if name.startswith("ca_generation")]) == 1


def test_a_killed_publication_goes_on_where_it_stopped(elastic: ElasticIndex, elastic_settings: ProcessSettings, full_lake: Lake) -> None:
    given = elastic_settings.model_dump(include={"home", "index_url", "index_prefix"}, mode="json")
    script = f"""
import time
from ca_assets.settings.process import ProcessSettings
from ca_assets.index.elasticsearch import tables
from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.open import open_index
tables.MAX_PARALLEL = 1
index, call = open_index(ProcessSettings(**{given!r})), ElasticClient.call
def slow(self, method, path, *rest, **more):
    if "orders-2010-12" in path and path.endswith("_refresh"):
        print("inside", flush=True)
        time.sleep(600)
    return call(self, method, path, *rest, **more)
ElasticClient.call = slow
for name in ("orders", "basket_lines"):
    index.stage_table("g1", name, 0, 3, ("id",) if name == "orders" else ())
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "inside"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    left = months(elastic_settings)
    assert sorted(left) == ["2010-11", "2010-12"]
    publish_all(elastic, full_lake, "g1")
    after = months(elastic_settings)
    assert (sorted(after), after["2010-11"]) == (["2010-11", "2010-12", "2011-01"], left["2010-11"])
    assert after["2010-12"] != left["2010-12"], "an index that is not marked complete is made anew"
    assert [row["id"] for row in rows_of(elastic)] == ["a", "b", "c"]


def test_leftovers_of_a_dead_publication_go_with_the_next(
    elastic: ElasticIndex, elastic_settings: ProcessSettings, con: ibis.BaseBackend, full_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ca_assets.index.elasticsearch.switch.LEASE_SECONDS", 0.2)
    publish_all(elastic, full_lake, "g1")
    write_orders(con, full_lake, ("b", "2010-12", "AT"), months=["2010-12"])
    for name in ("orders", "basket_lines"):
        elastic.stage_table("g2", name, full_lake.version(name), 3, KEYS[name])
    elastic.stage_reports("g2", report_set(5))  # and dies
    assert list(leftovers(elastic_settings))
    write_orders(con, full_lake, ("b", "2010-12", "CH"), months=["2010-12"])
    elastic.stage_reports("g1", report_set(6, name="y"))  # added to what is visible: that ends nobody else's staging
    assert list(leftovers(elastic_settings))
    with elastic.snapshot() as snapshot:
        publish_all(elastic, full_lake, "g3", [report_set(3)])
        assert (snapshot.report("x", "full").data["n"].to_pylist(), snapshot.generation) == ([1], "g1"), "a reader keeps what he began with"
    assert list(leftovers(elastic_settings)) == []
    assert (value(elastic), value(elastic, name="y")) == (3, 6)
    assert rows_of(elastic, where={"id": "b"})[0]["dimensions.Ship country"] == "CH"
    publish_all(elastic, full_lake, "g3", [report_set(3)])
    states = [name for name in indexes(elastic_settings) if name.startswith("ca_generation")]
    assert (len(states), len(months(elastic_settings)), list(leftovers(elastic_settings))) == (1, 3, []), "what the reader held is gone too"


DAMAGES = ["alias:ca_current", "alias:orders", "alias:reports", "index:orders-2010-12*", "index:reports-1", "index:ca_staged", "index:*"]


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_was_deleted_by_hand_is_published_again(
    damage: str, elastic: ElasticIndex, elastic_settings: ProcessSettings, full_lake: Lake
) -> None:
    publish_all(elastic, full_lake, "g1", [report_set(1), report_set(2, name="y")])
    expected = rows_of(elastic, columns=["id", "basket"])
    what, _, name = damage.partition(":")
    full = f"{elastic_settings.index_prefix}{name}"
    call(elastic_settings, "DELETE", f"/*/_alias/{full}" if what == "alias" else f"/{full}")
    publish_all(elastic, full_lake, "g1", [report_set(1), report_set(2, name="y")])
    assert rows_of(elastic, columns=["id", "basket"]) == expected
    assert (value(elastic), value(elastic, name="y")) == (1, 2)
    with elastic.snapshot() as snapshot:
        assert len(snapshot.keys()) == 8
    for alias, count in (("orders", 3), ("reports", 8), ("downloads", 3)):
        assert call(elastic_settings, "GET", f"/{elastic_settings.index_prefix}{alias}/_count")["count"] == count


@pytest.mark.parametrize("name", ["orders-2011-01*", "reports-1"])
def test_a_reader_is_told_what_is_missing(name: str, elastic: ElasticIndex, elastic_settings: ProcessSettings, full_lake: Lake) -> None:
    publish_all(elastic, full_lake, "g1")
    call(elastic_settings, "DELETE", f"/{elastic_settings.index_prefix}{name}")
    for read in (lambda: value(elastic), lambda: rows_of(elastic), lambda: rows_of(elastic, where={"id": "a"})):
        if ("reports" in name) == (read.__code__.co_names[0] == "value"):
            with pytest.raises(IndexUnavailable, match="ca publish"):
                read()


def test_a_foreign_index_in_the_way_is_named_and_left_alone(
    elastic: ElasticIndex, elastic_settings: ProcessSettings, full_lake: Lake
) -> None:
    name = f"{elastic_settings.index_prefix}orders"
    call(elastic_settings, "PUT", f"/{name}", {})
    with pytest.raises(IndexUnavailable, match=f"{name}, which this program did not make"):
        publish_all(elastic, full_lake, "g1")
    call(elastic_settings, "DELETE", f"/{name}")
    publish_all(elastic, full_lake, "g1")
    assert len(rows_of(elastic)) == 3


def test_a_refused_document_is_named_and_nothing_is_switched(
    elastic: ElasticIndex, con: ibis.BaseBackend, full_lake: Lake, elastic_settings: ProcessSettings
) -> None:
    publish_all(elastic, full_lake, "g1")
    far = orders(("bad one", "2010-12", "DE"))
    year_20000 = pa.array([569_000_000_000_000_000], pa.int64()).cast(UTC_TIME)
    far = far.set_column(far.schema.get_field_index("session_start_date"), "session_start_date", year_20000)
    full_lake.write(con, "orders", ibis.memtable(far), months=["2010-12"], key="id")
    with pytest.raises(IndexUnavailable, match=r"'bad one'.*session_start_date.*nothing was published"):
        publish_all(elastic, full_lake, "g2")
    assert (elastic.current(), [row["id"] for row in rows_of(elastic)]) == ("g1", ["a", "b", "c"])
    write_orders(con, full_lake, ("good", "2010-12", "DE"), months=["2010-12"])
    publish_all(elastic, full_lake, "g3")
    assert ([row["id"] for row in rows_of(elastic)], len(months(elastic_settings))) == (["a", "c", "good"], 3)


def test_a_full_disk_is_told_and_the_next_run_repairs(elastic: ElasticIndex, elastic_settings: ProcessSettings, full_lake: Lake) -> None:
    """The block that Elasticsearch itself sets at the flood-stage watermark."""
    publish_all(elastic, full_lake, "g1")
    path, block = f"/{elastic_settings.index_prefix}*/_settings", "index.blocks.read_only_allow_delete"
    call(elastic_settings, "PUT", path, {block: True}, expand_wildcards="all")
    with pytest.raises(IndexUnavailable, match=r"disk .* is full.*flood-stage"):
        publish_all(elastic, full_lake, "g2", [report_set(2)])
    health = elastic.health()
    assert (health["is_reachable"], health["is_writable"], value(elastic)) == (True, False, 1)
    assert "disk" in str(health["problem"])
    call(elastic_settings, "PUT", path, {block: None}, expand_wildcards="all")
    publish_all(elastic, full_lake, "g2", [report_set(2)])
    assert (value(elastic), elastic.health()["is_writable"]) == (2, True)


LONG_ID, LONG_TEXT = "é" * 400, "x" * 5000 + "\U0001f600"


def test_values_are_exact_and_filters_too(elastic: ElasticIndex, con: ibis.BaseBackend, full_lake: Lake, tmp_path: Path) -> None:
    """Ids beyond 512 bytes, texts that are too long to search, microseconds, numbers that JSON likes to round."""
    sessions = ((LONG_ID, LONG_TEXT), ("q\"'\\\n", ""), ("n", None), ("m", LONG_TEXT[:-1]))
    table = orders(*[(id_, "2010-11", country) for id_, country in sessions])
    base = dt.datetime(2010, 11, 10, 12, tzinfo=dt.UTC)
    moments = [base + dt.timedelta(microseconds=us) for us in (1, 2, 999, 123456)]
    numbers = [0.1 + 0.2, 1e22, 5e-324, 123456789.12345679]
    for name, values in (("session_start_date", pa.array(moments, UTC_TIME)), ("payment_amount", pa.array(numbers, pa.float64()))):
        table = table.set_column(table.schema.get_field_index(name), name, values)
    full_lake.write(con, "orders", ibis.memtable(table))
    embedded = EmbeddedIndex(tmp_path / "e.sqlite", full_lake)
    for index in (elastic, embedded):
        publish_all(index, full_lake, "g1")
    assert rows_of(elastic) == rows_of(embedded)
    country = "dimensions.Ship country"
    wheres = [{"session_start_date": moments[1]}, {country: LONG_TEXT}, {country: ""}, {country: None}, {"id": LONG_ID}, {country: "x"}]
    for where in [*wheres, {"payment_amount": 1e22}, {"month": "2010-11", "has_purchased": True}, {"month": "1999-01"}]:
        assert rows_of(elastic, where=where) == rows_of(embedded, where=where), where
    assert len(rows_of(elastic, where=wheres[0])) == 1


def test_basket_lines_are_read_from_the_baskets(elastic: ElasticIndex, full_lake: Lake, tmp_path: Path) -> None:
    embedded = EmbeddedIndex(tmp_path / "e.sqlite", full_lake)
    for index in (elastic, embedded):
        publish_all(index, full_lake, "g1")
    for options in ({}, {"columns": ["price", "id"]}, {"where": {"product": "o"}}, {"where": {"month": "2010-12"}}, {"where": {"id": "a"}}):
        assert rows_of(elastic, "basket_lines", **options) == rows_of(embedded, "basket_lines", **options)
