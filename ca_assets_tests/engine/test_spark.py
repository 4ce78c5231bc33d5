"""What DuckDB computes Spark computes too: a whole load by Spark Connect, engine functions case by case, Spark in this process."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import math
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest

from ca_assets.analyses.core.family import base_families, family_tables, spec_of
from ca_assets.cleaning.engine_functions import instant_of, parse_instant, parse_wall, wall_clock
from ca_assets.contracts.engine_functions import ENGINE_FUNCTIONS
from ca_assets.engine.connect import connect
from ca_assets.engine.errors import EngineError
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.engine.spark_connect_server import connect_server, small_settings
from ca_assets_tests.pipeline import Loaded, load_and_export
from ca_assets_tests.shops.full_shop import full_shop

TOLERANCE = 1e-12


def needs_java() -> None:
    """Skip without it, unless everything is required."""
    if shutil.which("java") is None:
        message = "needs Java 17 for Spark: apt-get install openjdk-17-jre-headless"
        pytest.fail(message) if os.environ.get("CA_REQUIRE_ALL") else pytest.skip(message)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Spark Connect's URL."""
    needs_java()
    with connect_server(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture(scope="module")
def loads(server: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Loaded, Loaded]:
    """The small shop loaded and exported by Spark, then by DuckDB, in one home: whoever comes second finds the other's lake."""
    folder = tmp_path_factory.mktemp("small shop")
    shop = full_shop().write(folder / "shop")
    results = []
    with pytest.MonkeyPatch.context() as patch:
        for engine in (server, "duckdb"):
            patch.setenv("CA_ENGINE", engine)
            loaded = load_and_export(shop, folder / "home")
            export = folder / f"export {len(results)}"
            loaded.export.rename(export)
            results.append(Loaded(loaded.counts, loaded.loaded_at, loaded.versions, export))
    return results[0], results[1]


def test_the_whole_load_counts_the_same(loads: tuple[Loaded, Loaded]) -> None:
    by_spark, by_duckdb = loads
    assert by_spark.counts == by_duckdb.counts
    assert by_spark.counts["sessions"]["rejected"] == 10
    assert by_spark.counts["sessions"]["duplicates"] == 2


def test_duckdb_writes_no_other_version_of_what_spark_wrote(loads: tuple[Loaded, Loaded]) -> None:
    by_spark, by_duckdb = loads
    tables = (name for name, (family, _) in family_tables().items() if family.name in base_families())
    assert set(by_spark.versions) == {"orders", "downloads", "basket_lines", "rejects", *tables}
    assert by_duckdb.versions == by_spark.versions


def test_every_export_is_equal(loads: tuple[Loaded, Loaded]) -> None:
    """Keys, texts, dates and whole numbers exactly, floats to 1e-12."""
    by_spark, by_duckdb = (loaded.export for loaded in loads)
    files = sorted(str(path.relative_to(by_duckdb)) for path in by_duckdb.rglob("*.csv"))
    assert files == sorted(str(path.relative_to(by_spark)) for path in by_spark.rglob("*.csv"))
    names = {"funnels", "cohorts", "stats", "products", "promotions", "churn", "journey", "rfm", "segmentation"}
    assert {path.partition("/")[0] for path in files} >= names
    different = [file for file in files if (cells := _differences(by_spark / file, by_duckdb / file)) and print(file, cells[:3]) is None]
    assert not different


def _differences(ours: Path, theirs: Path) -> list[tuple[str, ...]]:
    """(key…, column, ours, theirs) of each cell that differs."""
    mine, others = _rows(ours), _rows(theirs)
    wrong = [(*key, "only in one") for key in mine.keys() ^ others.keys()]
    for key in mine.keys() & others.keys():
        wrong += [(*key, name, text, others[key][name]) for name, text in mine[key].items() if not _same(text, others[key][name])]
    return wrong


def _rows(path: Path) -> dict[tuple[str, ...], dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    tables = {"orders": ("id",), "downloads": ("client",), **{name: table.key for name, (_, table) in family_tables().items()}}
    key = tables.get(path.stem) or ("scope", *spec_of(f"{path.parent.name}/{path.stem}").key)
    by_key = {tuple(row[name] for name in key): row for row in rows}
    assert len(by_key) == len(rows)
    return by_key


def _same(ours: str, theirs: str) -> bool:
    if ours == theirs:
        return True
    is_float = any(sign in ours + theirs for sign in ".e") and ours.strip("-.e+0123456789") == theirs.strip("-.e+0123456789") == ""
    return is_float and "" not in (ours, theirs) and math.isclose(float(ours), float(theirs), rel_tol=TOLERANCE)


@pytest.fixture(scope="module")
def engines(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any]]:
    """Spark and DuckDB."""
    home = tmp_path_factory.mktemp("engines")
    both = tuple(connect(ProcessSettings(home=home, engine=engine)) for engine in (server, "duckdb"))
    yield both[0], both[1]
    for con in both:
        con.disconnect()


def _both(engines: tuple[Any, Any], expr: ibis.Table) -> list[Any]:
    """Column `value` by row `i` on both engines, which must agree."""
    values = [con.to_pyarrow(expr.select("i", "value")).sort_by("i")["value"].to_pylist() for con in engines]
    assert values[0] == values[1]
    return list(values[0])


def test_tables_in_memory_may_be_empty(engines: tuple[Any, Any]) -> None:
    kinds = pa.schema({"i": pa.int64(), "a `name`": pa.string(), "at": pa.timestamp("us", "UTC"), "x": pa.float64()})
    for con in engines:
        empty = con.to_pyarrow(ibis.memtable(kinds.empty_table()))
        assert (empty.num_rows, empty.schema.names) == (0, kinds.names)


def _numbered(values: list[Any], kind: pa.DataType) -> ibis.Table:
    return ibis.memtable(pa.table({"i": range(len(values)), "given": pa.array(values, kind)}))


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


WALLS = {
    ("Europe/London", "2024-03-31T00:59:59"): "2024-03-31T00:59:59",
    ("Europe/London", "2024-03-31T01:30:00"): "2024-03-31T01:30:00",  # does not exist: forward by the gap, to 02:30
    ("Europe/London", "2024-03-31T02:00:00"): "2024-03-31T01:00:00",
    ("Europe/London", "2024-10-27T00:59:59"): "2024-10-26T23:59:59",
    ("Europe/London", "2024-10-27T01:00:00"): "2024-10-27T01:00:00",  # twice: the second one
    ("Europe/London", "2024-10-27T01:59:59.999999"): "2024-10-27T01:59:59.999999",
    ("Europe/London", "2024-10-27T02:00:00"): "2024-10-27T02:00:00",
    ("America/Sao_Paulo", "2018-11-04T00:00:00"): "2018-11-04T03:00:00",  # the day begins at 01:00
    ("America/Havana", "2024-11-03T00:30:00"): "2024-11-03T05:30:00",
    ("Australia/Lord_Howe", "2024-04-07T01:45:00"): "2024-04-06T15:15:00",  # half an hour twice
    ("Antarctica/Troll", "2024-10-27T02:30:00"): "2024-10-27T02:30:00",  # two hours twice
    ("Pacific/Apia", "2011-12-30T12:00:00"): "2011-12-30T22:00:00",  # a day that does not exist
    ("Asia/Kolkata", "2024-06-01T00:00:00"): "2024-05-31T18:30:00",
    ("UTC", "2024-06-01T00:00:00"): "2024-06-01T00:00:00",
}


def test_wall_clock_times_are_the_same_instants(engines: tuple[Any, Any]) -> None:
    for (zone, wall), instant in WALLS.items():
        given = _numbered([dt.datetime.fromisoformat(wall)], pa.timestamp("us"))
        assert _both(engines, given.mutate(value=instant_of(zone, given.given))) == [utc(instant)], (zone, wall)


def test_around_every_change_of_the_clock(engines: tuple[Any, Any]) -> None:
    """Half-hours of the years 2010 to 2024 near the changes, there and back again."""
    for zone in ("Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Antarctica/Troll"):
        moments = [at + dt.timedelta(minutes=m) for at in _changes(zone) for m in range(-270, 300, 30)]
        given = _numbered([moment.replace(tzinfo=None) for moment in moments], pa.timestamp("us"))
        instant = given.mutate(value=instant_of(zone, given.given))
        assert len(_both(engines, instant)) > 50
        _both(engines, instant.mutate(value=wall_clock(zone, instant.value)))


def _changes(zone: str) -> list[dt.datetime]:
    """Wall clock hours in which the zone's offset changes."""
    days = [dt.datetime(2010, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=h) for h in range(0, 15 * 366 * 24 - 24, 1)]
    local = [(day, day.astimezone(ZoneInfo(zone))) for day in days]
    return [after for (_, before), (_, after) in itertools.pairwise(local) if before.utcoffset() != after.utcoffset()]


FORMATS = {
    "%d/%m/%Y %H:%M": (
        "1/2/2024 3:4",
        "31/02/2024 00:00",
        "01/02/2024  03:04",
        "01/02/2024 24:00",
        "01/02/2024 03:04x",
        "",
    ),
    "%m/%d/%y %I:%M %p": ("1/2/24 12:04 am", "1/2/69 12:00 PM", "1/2/68 1:00 pm", "1/2/24 13:00 pm", "1/2/24 0:00 am"),
    "%A, %d %B %Y %H:%M:%S.%f": ("monday, 1 MAY 2024 23:59:59.5", "x, 1 May 2024 0:0:0.0", "Friday, 1 May 2024 0:0:60.0"),
    "%a %d %b %Y": ("Mon 1 Sep 2024", "Mon 1 September 2024"),
    "%Y%j": ("2024366", "2023001", "2024000", "2024367"),
    "%Y-%m-%d 100%%": ("2024-01-02 100%", "2024-01-02 100"),
}


def test_times_by_a_format(engines: tuple[Any, Any]) -> None:
    parsed = {name: _parsed(engines, parse_wall, name, texts) for name, texts in FORMATS.items()}
    assert parsed["%d/%m/%Y %H:%M"] == [dt.datetime(2024, 2, 1, 3, 4), None, dt.datetime(2024, 2, 1, 3, 4), *[None] * 3]
    assert parsed["%m/%d/%y %I:%M %p"][:3] == [dt.datetime(2024, 1, 2, 0, 4), dt.datetime(1969, 1, 2, 12), dt.datetime(2068, 1, 2, 13)]
    assert parsed["%Y%j"] == [dt.datetime(2024, 12, 31), dt.datetime(2023, 1, 1), None, None]


def test_instants_by_a_format(engines: tuple[Any, Any]) -> None:
    texts = ("2024-01-02 03:04 +0130", "2024-01-02 03:04 -05:00", "2024-01-02 03:04 +02", "2024-01-02 03:04 Z", "2024-01-02 03:04")
    values = _parsed(engines, parse_instant, "%Y-%m-%d %H:%M %z", texts)
    assert values[:3] == [utc("2024-01-02T01:34:00"), utc("2024-01-02T08:04:00"), utc("2024-01-02T01:04:00")]


def _parsed(engines: tuple[Any, Any], function: Any, date_format: str, texts: tuple[str, ...]) -> list[Any]:
    given = _numbered(list(texts), pa.string())
    return _both(engines, given.mutate(value=function(given.given, date_format)))


def test_numbers_mean_what_duckdb_means(engines: tuple[Any, Any]) -> None:
    given = _numbered([0.1, 2.5, -2.5, math.inf, None], pa.float64())
    _both(engines, given.mutate(value=given.given * 3.6e9 / 7))
    assert _both(engines, given.mutate(value=given.given.isinf())) == [False, False, False, True, None]
    nothing = given.filter(given.given > math.inf)
    assert _both(engines, nothing.aggregate(i=nothing.i.min().fill_null(0), value=nothing.count(where=nothing.given > 0))) == [0]
    spread = given.filter(given.given < 9).aggregate(i=given.i.min(), value=given.given.quantile(0.9))
    assert _both(engines, spread) == [pytest.approx(2.02)]


def test_every_engine_function_is_implemented_for_spark() -> None:
    from ca_assets.engine.spark.sql import compiler

    assert compiler._engine_functions().keys() == {*ENGINE_FUNCTIONS}


def test_months_of_a_table_are_replaced_by_spark(engines: tuple[Any, Any], tmp_path: Path) -> None:
    lake, spark = Lake(str(tmp_path / "lake")), engines[0]
    rows = pa.table({"id": ["a", "b", "c"], "month": ["2024-01", "2024-01", "2024-02"], "at": [dt.datetime(2024, 1, 1)] * 3})
    assert lake.write(spark, "orders", ibis.memtable(rows)) == 0
    moved = pa.table({"id": ["b"], "month": ["2024-02"], "at": [dt.datetime(2024, 2, 1)]})
    assert lake.write(spark, "orders", ibis.memtable(moved), months=["2024-02"], key="id") == 1
    for con in engines:
        assert sorted(con.to_pyarrow(lake.read(con, "orders").select("id", "month")).to_pylist(), key=str) == [
            {"id": "a", "month": "2024-01"},
            {"id": "b", "month": "2024-02"},
        ]


def test_states_by_report_date_are_written_and_read_by_spark(engines: tuple[Any, Any], tmp_path: Path) -> None:
    lake, days = Lake(str(tmp_path / "lake")), [dt.date(2024, 1, 7), dt.date(2024, 1, 14)]
    for con, day in zip(engines, days, strict=True):
        lake.write_date(con, "segments", day, ibis.memtable(pa.table({"client": ["a"], "segment": [f"of the {day.day}th"]})))
    for con in engines:
        assert con.to_pyarrow(lake.read_as_of(con, "segments", dt.date(2024, 1, 10))).to_pylist() == [
            {"client": "a", "segment": "of the 7th", "report_date": days[0]}
        ]


LOCAL = """
import sys
from pathlib import Path
from ca_assets.settings.process import ProcessSettings
from ca_assets.engine.connect import connect
from ca_assets.lake.lake import Lake
home = Path(sys.argv[1])
con = connect(ProcessSettings(home=home, engine="local[2]"))
orders = Lake(str(home / "lake")).read(con, "orders")
print(con.to_pyarrow(orders.count()).as_py(), con.to_pyarrow(orders.month.max()).as_py())
con.disconnect()
"""


def test_spark_in_this_process_is_quiet_and_reads_the_lake(tmp_path: Path) -> None:
    """In a process of its own: pyspark has either a local session or a remote one."""
    needs_java()
    home, empty = tmp_path / "home", tmp_path / "empty"
    empty.mkdir()
    rows = pa.table({"id": ["a", "b"], "month": ["2024-01", "2024-12"]})
    Lake(str(home / "lake")).write(connect(ProcessSettings(home=home, engine="duckdb")), "orders", ibis.memtable(rows))
    own = {name: value for name, value in os.environ.items() if not name.startswith("SPARK_")}  # a remote session leaves marks there
    environment = {**own, "PYSPARK_SUBMIT_ARGS": shlex.join([*small_settings(), "pyspark-shell"])}
    done = subprocess.run([sys.executable, "-c", LOCAL, str(home)], capture_output=True, text=True, cwd=empty, env=environment, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("2 2024-12\n", "", 0)
    assert list(empty.iterdir()) == []


def test_an_engine_that_cannot_be_had_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EngineError, match="CA_ENGINE is 'sprak'; it can be duckdb, spark"):
        connect(ProcessSettings(home=tmp_path, engine="sprak"))
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyspark"] + ["ca_assets.engine.spark.connect"]:
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "ibis.backends.pyspark", None)
    with pytest.raises(EngineError, match=r"is not installed: pip install 'customer-analytics\[spark\]'"):
        connect(ProcessSettings(home=tmp_path, engine="spark"))
