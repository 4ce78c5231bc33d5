"""Ranges by processes beside a web worker: exact, once for all who wait, after a death, of a new publication; nothing stays behind."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ca_assets.analyses.core.family import catalogue
from ca_assets.contracts.report_path import ReportPath
from ca_assets.index.embedded.index import EmbeddedIndex
from ca_assets.lake.lake import Lake
from ca_assets.lake.pins import pinned_versions
from ca_assets.on_demand.list_files import remove_list
from ca_assets.on_demand.pool import RangePool
from ca_assets.on_demand.request import ListQuestion, ListRequest, NotComputed, RangesUnavailable, Request, list_request, range_request
from ca_assets.on_demand.sharing import SharedPool
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.shops import apply_shop
from ca_assets_tests.analyses.running import same
from ca_assets_tests.oracle.columns import BY_DELIVERY
from ca_assets_tests.oracle.reports import COMPUTE, load_world, without_model
from ca_assets_tests.pipeline import load_and_export
from ca_assets_tests.shops.full_shop import full_shop
from ca_dash.reports import Reader

WINDOWED = [ReportPath.parse(path) for path, spec in catalogue().items() if spec.has_windows]
DAYS = (dt.date(2024, 10, 22), dt.date(2024, 10, 26))
TOP, HOURS = ReportPath("products", "top_products"), ReportPath("stats", "hourly_orders")
PROGRAM = """
import sys, time
from pathlib import Path
from ca_assets_tests.on_demand.test_pool import DAYS, load_shop, request_of
from ca_assets.on_demand.sharing import SharedPool
from ca_assets.settings.process import ProcessSettings

if __name__ == "__main__":
    settings = ProcessSettings(home=Path(sys.argv[1]))
    shared = SharedPool(settings)
    shared.compute(request_of(settings, "stats"))
    print(*(process.pid for process in shared._pool._processes), flush=True)
    sys.stdin.readline()
"""


def load_shop(home: Path, sessions: int = 160) -> Path:
    """A shop in force, loaded and published in a home; the path of its shop.yaml."""
    yaml = full_shop(sessions).write(home / f"shop{sessions}")
    apply_shop(open_database(ProcessSettings(home=home)), yaml)
    load_and_export(yaml, home)
    return yaml


def index_of(settings: ProcessSettings) -> EmbeddedIndex:
    return EmbeddedIndex(settings.index_file, Lake(settings.lake_root))


def request_of(settings: ProcessSettings, family: str, scope: str = "all") -> Request:
    with index_of(settings).snapshot() as snapshot:
        return range_request(snapshot, family, scope, DAYS)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("ranges")
    load_shop(home)
    return home


@pytest.fixture(scope="module")
def settings(home: Path) -> ProcessSettings:
    return ProcessSettings(home=home)


@pytest.fixture
def pool(settings: ProcessSettings) -> Iterator[RangePool]:
    pool = RangePool(settings)
    yield pool
    pool.close()


def test_readers_get_exact_figures(home: Path, settings: ProcessSettings, pool: RangePool) -> None:
    """Several at once, against the oracle; and a range that is a fixed window is that window."""
    world = load_world(home / "shop160" / "shop.yaml", dt.datetime(2030, 1, 1, tzinfo=dt.UTC), DAYS[1])
    reader, days = Reader(index_of(settings), pool), (DAYS[1] - DAYS[0]).days + 1
    by_session, by_delivery = world.windowed(days), world.windowed_by_delivery(days)
    wanted = [(path, scope) for scope in ("all", "country=FR") for path in WINDOWED if world.shop.has_report(str(path))]
    with ThreadPoolExecutor(4) as threads:
        frames = list(threads.map(lambda pair: reader.frame(*pair, days=DAYS), wanted))
    for (path, scope), frame in zip(wanted, frames, strict=True):
        assert frame.day == DAYS[1]
        key = list(catalogue()[str(path)].key)
        names = [column.name for column in catalogue()[str(path)].columns]
        mine = frame.data.astype(object).where(frame.data.notna(), None).sort_values(key).to_numpy().tolist()
        mine = [[value.date() if isinstance(value, pd.Timestamp) and value.tz is None else value for value in row] for row in mine]
        places = [names.index(name) for name in key]
        rows = COMPUTE[str(path)]((by_delivery if str(path) in BY_DELIVERY else by_session)[scope])
        due = without_model(str(path), rows, [tuple(row) for row in mine], places)
        theirs = sorted(due, key=lambda row: [row[place] for place in places])
        assert len(mine) == len(theirs)
        assert [(path, a, b) for a, b in zip(mine, theirs, strict=True) if not all(map(same, a, b))] == []
    assert len(pool._processes) == 1, "all of one last day, whose base tables are made once"
    assert sum(len(frame.data) for frame in frames) > 100
    assert reader.frame(TOP, "all", days=DAYS) is frames[wanted.index((TOP, "all"))]
    last = reader.frame(HOURS, "all").day
    ready, computed = reader.frame(replace(HOURS, window=7), "all"), reader.frame(HOURS, "all", days=(last - dt.timedelta(days=6), last))
    assert ready.data.equals(computed.data)


def test_reports_without_windows_are_as_of_the_last_day(home: Path, settings: ProcessSettings, pool: RangePool) -> None:
    world = load_world(home / "shop160" / "shop.yaml", dt.datetime(2030, 1, 1, tzinfo=dt.UTC), DAYS[1])
    reader, path = Reader(index_of(settings), pool), ReportPath("churn", "overall")
    newest = reader.frame(path, "all").day
    for scope in ("all", "country=FR"):
        frame = reader.frame_at_end(path, scope, DAYS[1], newest)
        mine = frame.data.assign(report_date=frame.data["report_date"].dt.date)
        assert frame.day == DAYS[1] < newest
        assert all(map(same, mine.astype(object).where(mine.notna(), None).iloc[0], COMPUTE[str(path)](world.views[scope])[0]))
    assert Reader(index_of(settings)).frame_at_end(path, "all", DAYS[1], newest).day == newest  # nobody computes: its own date


def test_a_request_is_computed_once_for_all(settings: ProcessSettings, pool: RangePool) -> None:
    request = request_of(settings, "stats")
    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(lambda _: pool.compute(request), range(4)))
    assert all(result is results[0] for result in results) and len(pool._processes) == 1


def test_web_workers_share_one_pool(settings: ProcessSettings) -> None:
    """The first hosts it; what fails there is said here; when it ends, the other takes its place."""
    first, second, request = SharedPool(settings), SharedPool(settings), request_of(settings, "stats")
    try:
        with ThreadPoolExecutor(2) as threads:
            one, two = threads.map(lambda shared: shared.compute(request), (first, second))
        host, guest = (first, second) if first.is_host else (second, first)
        assert host.is_host and not guest.is_host and one.tables.keys() == two.tables.keys()
        assert all(one.tables[name].equals(two.tables[name]) for name in one.tables)
        with pytest.raises(NotComputed, match="country=XX was not among"):
            guest.compute(request_of(settings, "stats", "country=XX"))
        host.close()
        assert guest.compute(request).tables and guest.is_host
    finally:
        first.close()
        second.close()
    assert not (settings.home / "ranges" / "host.json").exists()


def test_different_days_are_computed_side_by_side(settings: ProcessSettings, pool: RangePool) -> None:
    request = request_of(settings, "funnels")
    others = [replace(request, last=request.last + dt.timedelta(days=n)) for n in range(2)]
    with ThreadPoolExecutor(2) as threads:
        assert all(result.tables for result in threads.map(pool.compute, others))
    assert len(pool._processes) == 2 and [len(process.base_keys) for process in pool._processes] == [1, 1]


def test_a_killed_process_is_replaced(settings: ProcessSettings, pool: RangePool) -> None:
    pool.compute(request_of(settings, "stats"))
    first = pool._processes[0]
    os.kill(first.pid, signal.SIGKILL)
    first._process.join(5)
    assert pool.compute(request_of(settings, "promotions")).tables
    os.kill(pool._processes[0].pid, signal.SIGSTOP)  # it is given the request, and dies while it has it
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(pool.compute, request_of(settings, "funnels"))
        time.sleep(0.3)
        os.kill(pool._processes[0].pid, signal.SIGKILL)
        with pytest.raises(NotComputed, match="ended"):
            answer.result(10)
    assert pool.compute(request_of(settings, "funnels")).tables


def test_what_takes_too_long_is_ended(settings: ProcessSettings) -> None:
    pool = RangePool(settings.model_copy(update={"range_timeout_seconds": 0.05}))
    try:
        with pytest.raises(NotComputed, match=r"longer than 0\.05 seconds"):
            pool.compute(request_of(settings, "stats"))
        assert pool._processes == []
    finally:
        pool.close()


def test_what_is_not_there_is_said(settings: ProcessSettings, pool: RangePool, tmp_path: Path) -> None:
    with pytest.raises(NotComputed, match="country=XX was not among"):
        pool.compute(request_of(settings, "stats", "country=XX"))
    elsewhere = SharedPool(ProcessSettings(home=tmp_path))
    with pytest.raises(RangesUnavailable):
        elsewhere.compute(request_of(settings, "stats"))
    assert list(tmp_path.iterdir()) == []


def test_a_new_publication_is_seen(tmp_path: Path) -> None:
    load_shop(tmp_path, 60)
    settings = ProcessSettings(home=tmp_path)
    pool = RangePool(settings)
    try:
        reader = Reader(index_of(settings), pool)
        before = reader.frame(HOURS, "all", days=DAYS)
        load_shop(tmp_path, 160)
        after = reader.frame(HOURS, "all", days=DAYS)
        assert after.version != before.version and after.data["orders"].sum() > before.data["orders"].sum()
        assert len(pool._results) == 1
    finally:
        pool.close()


@pytest.mark.parametrize("end", ["in order", "killed"])
def test_nothing_is_left_when_the_worker_ends(end: str, home: Path) -> None:
    words, environment = [sys.executable, "-c", PROGRAM, str(home)], {**os.environ, "PYTHONPATH": str(Path.cwd())}
    worker = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert worker.stdin is not None and worker.stdout is not None
    children = [int(pid) for pid in worker.stdout.readline().split()]
    assert children
    if end == "killed":
        worker.kill()
    worker.communicate("\n", timeout=20)
    deadline = time.monotonic() + 10
    while any(map(_runs, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_runs, children))
    if end == "killed":  # the next worker removes what this one had no time to
        pool = RangePool(ProcessSettings(home=home))
        pool.compute(request_of(ProcessSettings(home=home), "stats"))
        pool.close()
    assert list((home / "staging").glob("ranges-*")) == []
    assert pinned_versions(home) == {}


def _runs(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def list_of(settings: ProcessSettings, members: str, **values: str) -> ListRequest:
    with index_of(settings).snapshot() as snapshot:
        return list_request(snapshot, ListQuestion(members, "all", DAYS[1], DAYS, tuple(values.items())))


def test_a_list_is_made_once_and_again_when_its_file_is_gone(settings: ProcessSettings, pool: RangePool) -> None:
    request = list_of(settings, "orders", hour="13")
    file = pool.compute(request)
    written = file.path.stat().st_mtime_ns
    assert pool.compute(request) == file and file.path.stat().st_mtime_ns == written
    remove_list(file.path)
    again = pool.compute(request)
    assert again == file and again.path.stat().st_mtime_ns > written


def test_files_of_lists_stay_within_bounds(settings: ProcessSettings, pool: RangePool, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (pool.compute(list_of(settings, name)) for name in ("orders", "buyers"))
    assert first.path.exists() and second.path.exists()
    monkeypatch.setattr("ca_assets.on_demand.pool.KEPT_LIST_BYTES", 1)
    third = pool.compute(list_of(settings, "visitors"))
    assert [file.path.exists() for file in (first, second, third)] == [False, False, True], "the newest stays, whatever its size"


def test_what_a_list_is_of_must_exist(settings: ProcessSettings, pool: RangePool) -> None:
    for question in (
        ListQuestion("orders", "country=XX", DAYS[1]),
        ListQuestion("cohort", "all", DAYS[1], None, (("cohort", "1999-01-01"), ("event", "0_1"), ("grain", "weekly"))),
        ListQuestion("customer_step", "all", DAYS[1], None, (("step", "nothing"),)),
    ):
        with index_of(settings).snapshot() as snapshot, pytest.raises(NotComputed, match="no such list"):
            pool.compute(list_request(snapshot, question))
