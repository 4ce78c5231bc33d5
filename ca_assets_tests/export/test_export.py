"""Exports to the letter of docs/contract, section 1."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ca_assets.analyses.core.report import ReportSet
from ca_assets.export.export import export_all, export_report, export_table
from ca_assets.export.files import write_batches
from ca_assets.index.embedded.index import EmbeddedIndex
from ca_assets.index.protocol import NotPublished
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.index.conftest import KEYS

D = dt.date(2011, 1, 31)
SCOPES = ("all", "Ship country=FR", "Ship country=__none__", "Ship country=__other__")


@pytest.fixture
def index(settings: ProcessSettings, full_lake: Lake) -> EmbeddedIndex:
    index = EmbeddedIndex(settings.index_file, full_lake)
    data = pa.table(
        {"scope": ["all", SCOPES[1]], "period": pa.array([D, D]), "complete": [True, False], "rate": [0.1, None], "step": ["a,b", '"']}
    )
    windowed = data.select(["scope", "rate"])
    index.stage_reports("g1", ReportSet("x", D, {"t": data, "t@7d": windowed}, SCOPES))
    for name in ("orders", "basket_lines", "downloads"):
        index.stage_table("g1", name, 0, 3, KEYS[name])
    meta = {
        "dimensions": ["Ship country"],
        "calendar": {"timezone": "UTC"},
        "report_date": "2010-12-31",
        "scope_values": {"Ship country": ["FR"]},
    }
    index.switch("g1", meta)
    return index


def text(index: EmbeddedIndex, name: str, **options: object) -> str:
    out = io.BytesIO()
    with index.snapshot() as snapshot:
        (export_report if "/" in name else export_table)(snapshot, name, out, **options)
    return out.getvalue().decode()


def test_values_as_csv() -> None:
    times = [dt.datetime(2010, 11, 30, 19, 35, tzinfo=dt.UTC), dt.datetime(9999, 12, 31, 23, 59, 59, 120, tzinfo=dt.UTC), None]
    texts = ["=1+1", 'a,"b"\r\nc', None]
    table = pa.table(
        {
            "i": [1, -(2**62), None],
            "f": [0.1 + 0.2, 1e22, None],
            "b": [True, False, None],
            "d": pa.array([dt.date(1990, 1, 1), dt.date(9999, 12, 31), None]),
            "t": pa.array(times, pa.timestamp("us", tz="UTC")),
            "s": texts,
        }
    )
    out = io.BytesIO()
    assert write_batches(table.schema, iter(table.to_batches()), out, "csv") == 3
    read = list(csv.reader(io.StringIO(out.getvalue().decode(), newline="")))
    assert read == [
        ["i", "f", "b", "d", "t", "s"],
        ["1", "0.30000000000000004", "true", "1990-01-01", "2010-11-30T19:35:00Z", "=1+1"],
        [str(-(2**62)), "1e+22", "false", "9999-12-31", "9999-12-31T23:59:59.00012Z", 'a,"b"\r\nc'],
        ["", "", "", "", "", ""],
    ]


def test_every_float_reads_back() -> None:
    floats = [5e-324, 1.7976931348623157e308, 1 / 3, 123456789.12345679, 1e15, 1e16, 100.0, -0.5, 2.5e-7]
    table = pa.table({"f": floats})
    out = io.BytesIO()
    write_batches(table.schema, iter(table.to_batches()), out, "csv")
    assert [float(line) for line in out.getvalue().decode().splitlines()[1:]] == floats


def test_a_report_of_one_scope_and_of_all(index: EmbeddedIndex) -> None:
    assert text(index, "x/t") == 'period,complete,rate,step\n2011-01-31,true,0.1,"a,b"\n'
    assert text(index, "x/t", scope="*") == (
        'scope,period,complete,rate,step\nall,2011-01-31,true,0.1,"a,b"\nShip country=FR,2011-01-31,false,,""""\n'
    )
    assert text(index, "x/t", scope=SCOPES[2]) == "period,complete,rate,step\n"
    assert json.loads(text(index, "x/t", scope=SCOPES[1], format="json")) == [
        {"period": "2011-01-31", "complete": False, "rate": None, "step": '"'}
    ]
    with pytest.raises(NotPublished):
        text(index, "x/t", report_date=dt.date(2000, 1, 1))


def test_orders_with_baskets(index: EmbeddedIndex) -> None:
    found = list(csv.DictReader(io.StringIO(text(index, "orders"))))
    names = ["id", "client", "session_start_date", "payment_amount", "has_purchased", "dimensions.Ship country", "basket"]
    assert list(found[0]) == [*names, "delivery.delivery_date"]
    row = next(row for row in found if row["id"] == "a")
    assert row["session_start_date"] == "2010-11-10T12:00:00Z"
    assert row["basket"] == (
        '[{"product":"o","category":"x","price":2.0,"quantity":2.0},{"product":"p","category":"x","price":0.1,"quantity":1.0}]'
    )
    assert next(row for row in found if row["id"] == "c")["basket"] == ""


@pytest.mark.parametrize(
    ("scope", "sessions", "clients"),
    [
        ("all", {"a", "b", "c"}, {"ca", "cb", "never"}),
        ("*", {"a", "b", "c"}, {"ca", "cb", "never"}),
        (SCOPES[1], {"a"}, {"ca"}),
        (SCOPES[2], {"c"}, set()),  # after the report date: a session of the scope, yet no known one of its customer
        (SCOPES[3], {"b"}, {"cb"}),
    ],
)
def test_tables_of_a_scope(index: EmbeddedIndex, scope: str, sessions: set[str], clients: set[str]) -> None:
    orders = csv.DictReader(io.StringIO(text(index, "orders", scope=scope)))
    downloads = csv.DictReader(io.StringIO(text(index, "downloads", scope=scope)))
    assert {row["id"] for row in orders} == sessions
    found = list(downloads)
    assert {row["client"] for row in found} == clients
    assert all(row["download_date"] == "2010-11-01T08:30:00.12Z" for row in found)


def test_an_unknown_scope_is_refused(index: EmbeddedIndex) -> None:
    with pytest.raises(NotPublished, match="no scope"):
        text(index, "orders", scope="Ship country=nowhere")


def test_everything_into_a_folder(index: EmbeddedIndex, tmp_path: Path) -> None:
    with index.snapshot() as snapshot:
        first = export_all(snapshot, tmp_path / "out", scope="*")
        second = export_all(snapshot, tmp_path / "all", windows=True, format="parquet")
    assert first == {"x/t.csv": 2, "orders.csv": 3, "downloads.csv": 3}
    assert sorted(p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.*")) == sorted(first)
    assert set(second) == {"x/t.parquet", "x/t@7d.parquet", "orders.parquet", "downloads.parquet"}
    assert pq.read_table(tmp_path / "all" / "orders.parquet")["basket"].null_count == 1


def test_a_failed_export_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "x.csv"
    target.write_text("old")

    def broken() -> object:
        yield pa.record_batch({"a": [1]})
        raise NotPublished("gone")

    with pytest.raises(Exception, match="gone"):
        write_batches(pa.schema([("a", pa.int64())]), broken(), target, "csv")
    assert [p.name for p in tmp_path.iterdir()] == ["x.csv"]
    assert target.read_text() == "old"
