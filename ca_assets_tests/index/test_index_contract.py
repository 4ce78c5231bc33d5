"""What every index store must do; runs on each store of `conftest.open_store`."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pyarrow as pa
import pytest

from ca_assets.analyses.core.report import ReportSet
from ca_assets.index.protocol import Index, NotPublished, ReportKey
from ca_assets_tests.index.conftest import KEYS, StoreUnderTest

D = dt.date(2011, 1, 31)
FR, HOSTILE = "Ship country=FR", "Ship country=';--<script>\u202e\U0001f600=\"%_"
SCHEMA = pa.schema([("scope", pa.string()), ("period", pa.date32()), ("label", pa.string()), ("n", pa.int64())])


def rows(*values: tuple[str, int, str, int]) -> pa.Table:
    """(scope, day of January, label, n)."""
    dates = [dt.date(2011, 1, value[1]) for value in values]
    columns = [[v[0] for v in values], dates, [v[2] for v in values], [v[3] for v in values]]
    return pa.table([pa.array(c, t) for c, t in zip(columns, SCHEMA.types, strict=True)], schema=SCHEMA)


def report_set(n: int = 1, *, name: str = "x", day: dt.date | None = D, scopes: tuple[str, ...] = ("all", FR), **meta: object) -> ReportSet:
    """A report of one row per scope with value n, and one without rows."""
    tables = {"full": rows(*((scope, 1, "l", n) for scope in scopes)), "empty": rows()}
    return ReportSet(name, day, tables, scopes, dict(meta))


def publish(index: Index, generation: str, *sets: ReportSet, **meta: object) -> None:
    """Stage and switch."""
    for each in sets:
        index.stage_reports(generation, each)
    index.switch(generation, {"dimensions": ["Ship country"], **meta})


def value(index: Index, name: str = "x", scope: str = "all", day: dt.date | None = None) -> int:
    """n of the report `full`."""
    with index.snapshot() as snapshot:
        return snapshot.report(name, "full", scope, day).data["n"][0].as_py()


def test_nothing_is_published_before_the_first_switch(index: Index) -> None:
    assert index.current() is None
    index.stage_reports("g1", report_set())
    assert index.current() is None
    with pytest.raises(NotPublished, match="ca load"), index.snapshot():
        pass


def test_stage_then_switch(index: Index, open_store: Callable[[], Index]) -> None:
    publish(index, "g1", report_set(1))
    index.stage_reports("g2", report_set(2))
    assert (index.current(), value(index)) == ("g1", 1)
    index.switch("g2", {"shop": "Ünï"})
    other = open_store()
    assert (other.current(), value(other), value(other, scope=FR)) == ("g2", 2, 2)
    with other.snapshot() as snapshot:
        assert (snapshot.generation, snapshot.meta()) == ("g2", {"shop": "Ünï"})


def test_a_report_has_contract_columns_meta_and_key(index: Index) -> None:
    publish(index, "g1", report_set(definition="what it is"))
    with index.snapshot() as snapshot:
        report = snapshot.report("x", "full", FR)
        assert report.key == ReportKey("x", "full", FR, D)
        assert (report.data.column_names, report.meta) == (["period", "label", "n"], {"definition": "what it is"})
        assert report.created_at.tzinfo is not None
        assert snapshot.versions("x", "full", FR) == {D: report.version}


def test_empty_reports_keep_their_columns(index: Index) -> None:
    publish(index, "g1", report_set())
    with index.snapshot() as snapshot:
        for scope in ("all", FR):
            data = snapshot.report("x", "empty", scope).data
            assert data.num_rows == 0
            assert data.schema.equals(pa.schema(list(SCHEMA)[1:]))


def test_the_same_again_changes_no_version(index: Index) -> None:
    one = ReportSet("x", D, {"t": rows(("all", 1, "b", 1), ("all", 2, "a", 2))}, ("all",), {"run_id": "1"})
    two = ReportSet("x", D, {"t": rows(("all", 2, "a", 2), ("all", 1, "b", 1))}, ("all",), {"run_id": "2"})
    publish(index, "g1", one)
    with index.snapshot() as snapshot:
        first = snapshot.report("x", "t")
    for generation in ("g1", "g2", "g2"):
        publish(index, generation, two)
        with index.snapshot() as snapshot:
            again = snapshot.report("x", "t")
            assert (again.version, again.created_at, len(snapshot.keys())) == (first.version, first.created_at, 1)


def test_changed_rows_or_meta_change_the_version(index: Index) -> None:
    seen = set()
    for number, one in enumerate((report_set(1), report_set(2), report_set(2, refusal="too little"))):
        publish(index, f"g{number}", one)
        with index.snapshot() as snapshot:
            seen.add(snapshot.report("x", "full").version)
    assert len(seen) == 3


def test_earlier_report_dates_and_other_sets_are_carried_over(index: Index) -> None:
    earlier = dt.date(2010, 12, 31)
    publish(index, "g1", report_set(1, day=earlier), report_set(7, name="clv", day=earlier))
    publish(index, "g2", report_set(2))
    assert (value(index), value(index, day=earlier), value(index, name="clv")) == (2, 1, 7)
    with index.snapshot() as snapshot:
        assert list(snapshot.versions("x", "full")) == [earlier, D]


def test_the_newest_report_up_to_a_day_is_read(index: Index) -> None:
    days = [dt.date(2010, 11, 30), dt.date(2010, 12, 31), D]
    for number, day in enumerate(days):
        scopes = ("all", FR) if number == 0 else ("all",)
        publish(index, f"g{number}", ReportSet("x", day, {"full@7d": rows(("all", 1, "l", number))}, scopes))
    requests = [(None, 2), (dt.date(2100, 1, 1), 2), (D, 2), (D - dt.timedelta(1), 1), (days[1], 1), (days[0], 0)]
    with index.snapshot() as snapshot:
        for day, number in requests:
            report = snapshot.as_of("x/full@7d", "all", day)
            assert (report.key, report.data["n"].to_pylist()) == (ReportKey("x", "full@7d", "all", days[number]), [number])
            assert snapshot.version_as_of("x/full@7d", "all", day) == (days[number], report.version)
        assert snapshot.as_of("x/full@7d", FR, None).key.report_date == days[0], "the newest that has the scope"
        assert snapshot.version_as_of("x/full@7d", FR, None) == (days[0], snapshot.as_of("x/full@7d", FR, None).version)
        missing = [("x/full@7d", "all", days[0] - dt.timedelta(1)), ("x/full@7d", "no", D), ("x/full", "all", None), ("y/t", "all", None)]
        for path, scope, day in missing:
            assert snapshot.version_as_of(path, scope, day) is None
            with pytest.raises(NotPublished):
                snapshot.as_of(path, scope, day)
        with pytest.raises(ValueError, match="no path"):
            snapshot.as_of("x", "all", None)


def test_a_report_without_a_date_is_read_as_of_any_day(index: Index) -> None:
    publish(index, "g1", ReportSet("x", None, {"full": rows()}, ("all",), {"refusal": "no complete day yet"}))
    with index.snapshot() as snapshot:
        for day in (None, D):
            assert snapshot.as_of("x/full", "all", day).meta["refusal"] == "no complete day yet"


def test_what_a_staged_set_no_longer_has_goes(index: Index) -> None:
    publish(index, "g1", ReportSet("x", D, {"full": rows(("all", 1, "l", 1)), "gone": rows()}, ("all", FR)))
    publish(index, "g2", ReportSet("x", D, {"full": rows(("all", 1, "l", 1))}, ("all",)))
    with index.snapshot() as snapshot:
        assert snapshot.keys() == [ReportKey("x", "full", "all", D)]
        assert snapshot.scopes() == ["all"]


def test_staging_into_the_current_generation_is_visible_at_once(index: Index) -> None:
    publish(index, "g1", report_set(1))
    index.stage_reports("g1", ReportSet("x", D, {"full": rows(("all", 1, "l", 5))}, ("all",)))
    assert value(index) == 5
    with index.snapshot() as snapshot:
        assert snapshot.report("x", "empty").data.num_rows == 0
        keys = [ReportKey("x", "empty", "Ship country=FR", D), ReportKey("x", "empty", "all", D), ReportKey("x", "full", "all", D)]
        assert snapshot.keys() == keys
        with pytest.raises(NotPublished, match="scope"):
            snapshot.report("x", "full", FR)


def test_reports_without_a_complete_day_end_with_the_first_one(index: Index) -> None:
    publish(index, "g1", ReportSet("x", None, {"full": rows()}, ("all",), {"refusal": "no complete day yet"}))
    with index.snapshot() as snapshot:
        assert snapshot.report("x", "full").meta["refusal"] == "no complete day yet"
    publish(index, "g2", report_set(1))
    with index.snapshot() as snapshot:
        assert list(snapshot.versions("x", "full")) == [D]


def test_scopes_are_all_first_then_by_mapped_dimension(index: Index) -> None:
    listed = ("all", "device=b", "device=a", "Ship country=Z", "Ship country=A")
    index.stage_reports("g1", report_set(scopes=listed))
    index.switch("g1", {"dimensions": ["Ship country", "device"]})
    with index.snapshot() as snapshot:
        assert snapshot.scopes() == ["all", "Ship country=Z", "Ship country=A", "device=b", "device=a"]


def test_hostile_texts_stay_what_they_are(index: Index) -> None:
    text = "'; DROP TABLE report;--\n\"=1+1\u202e\U0001f600"
    publish(index, "g1", ReportSet(text, D, {"t": rows((HOSTILE, 1, text, 1))}, ("all", HOSTILE), {text: text}))
    with index.snapshot() as snapshot:
        report = snapshot.report(text, "t", HOSTILE)
        assert (report.data["label"].to_pylist(), report.meta, snapshot.scopes()) == ([text], {text: text}, ["all", HOSTILE])
        with pytest.raises(NotPublished):
            snapshot.report("x' OR 1=1 --", "t")


def test_rows_with_columns_filters_and_baskets(index: Index) -> None:
    for name in ("orders", "basket_lines", "downloads"):
        index.stage_table("g1", name, 0, 3, KEYS[name])
    publish(index, "g1")
    with index.snapshot() as snapshot:
        assert (snapshot.table("orders").lake_version, snapshot.table("orders").rows) == (0, 3)
        batches = list(snapshot.rows("orders", columns=["basket", "id"]))
        found = {row["id"]: row["basket"] for batch in batches for row in batch.to_pylist()}
        only = [row for b in snapshot.rows("orders", columns=["id"], where={"dimensions.Ship country": "FR"}) for row in b.to_pylist()]
        none = [row for b in snapshot.rows("orders", where={"id": "x' OR '1'='1"}) for row in b.to_pylist()]
        null = sum(b.num_rows for b in snapshot.rows("orders", columns=["id"], where={"delivery.delivery_date": None}))
        with pytest.raises(KeyError, match="no column"):
            list(snapshot.rows("orders", columns=['id" FROM x --']))
        with pytest.raises(NotPublished):
            list(snapshot.rows("rfm_segments"))
    item = {"product": "o", "category": "x", "price": 2.0, "quantity": 2.0}
    assert found["a"] == [item, {"product": "p", "category": "x", "price": 0.1, "quantity": 1.0}]
    assert found["c"] is None
    assert (only, none, null) == ([{"id": "a"}], [], 3)


def test_a_polling_reader_never_sees_a_mixture(index: Index, open_store: Callable[[], Index]) -> None:
    publish(index, "g0", report_set(0), report_set(0, name="y"), number=0)
    seen: list[tuple[int, int, int]] = []
    stop = threading.Event()

    def poll() -> None:
        reader = open_store()
        while not stop.is_set():
            with reader.snapshot() as snapshot:
                first, meta = snapshot.report("x", "full").data["n"][0].as_py(), snapshot.meta()["number"]
                time.sleep(0.002)
                seen.append((first, snapshot.report("y", "full", FR).data["n"][0].as_py(), meta))

    thread = threading.Thread(target=poll)
    thread.start()
    for n in range(1, 15):
        publish(index, f"g{n}", report_set(n), report_set(n, name="y"), number=n)
    stop.set()
    thread.join()
    assert len({n for n, _, _ in seen}) > 1
    assert all(a == b == c for a, b, c in seen)


HANGS = {
    ("embedded", "stage"): "embedded._drop_unreferenced = hang",
    ("embedded", "switch"): "embedded._drop_unreferenced = hang",
    ("elasticsearch", "stage"): "elastic_reports.send_batches = hang",
    ("elasticsearch", "switch"): "elastic_index.move_aliases = hang",
}


@pytest.mark.parametrize("moment", ["stage", "switch"])
def test_a_killed_publisher_leaves_the_last_good_version(
    moment: str, index: Index, open_store: StoreUnderTest, request: pytest.FixtureRequest
) -> None:
    """A real process is killed in the middle (its last step waits for ever)."""
    publish(index, "g1", report_set(1), report_set(1, name="y"))
    hang = HANGS["elasticsearch" if "elasticsearch" in request.node.callspec.id else "embedded", moment]
    script = f"""
import time
from ca_assets.index.elasticsearch import index as elastic_index
from ca_assets.index.elasticsearch import reports as elastic_reports
from ca_assets.index.embedded import index as embedded
from ca_assets_tests.index.test_index_contract import report_set
{open_store.opening}
index = open_it()
def hang(*_):
    print("inside", flush=True)
    time.sleep(600)
if {moment!r} == "stage":
    {hang}
index.stage_reports("g2", report_set(2))
index.stage_reports("g2", report_set(2, name="y"))
{hang}
index.switch("g2", {{}})
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "inside"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    after = open_store()
    assert (after.current(), value(after), value(after, name="y")) == ("g1", 1, 1)
    publish(after, "g2", report_set(2), report_set(2, name="y"))
    assert (value(after), value(after, name="y")) == (2, 2)


def test_health_tells_what_is_there(index: Index) -> None:
    publish(index, "g1", report_set(1))
    health = index.health()
    assert health["is_reachable"]
    assert health["is_writable"]
    assert health["generation"] == "g1"
