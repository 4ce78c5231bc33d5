"""Files of lines: closed in time, stamped forward only, taken back when the disk fails, recovered after a kill."""

from __future__ import annotations

import errno
import json
import os
import threading
from pathlib import Path

import pytest

from ca_assets.collector.files import SECOND, RollingFiles
from ca_assets.collector.metrics import Metrics
from ca_assets.collector.recovery import recover
from ca_assets.collector.settings import CollectorSettings
from ca_assets.collector.writer import EventWriter, Unavailable
from ca_assets_tests.collector.conftest import lines_of

NOON = 1_795_219_200 * SECOND  # 2026-11-21T00:00:00Z
LINE = b'"message":{"n":%d}}\n'


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.glob("**/*") if path.is_file())


def stamps(folder: Path) -> list[list[str]]:
    """Times of arrival of each file."""
    return [[json.loads(line)["received_at"] for line in path.read_text().splitlines()] for path in sorted(folder.glob("*/*"))]


def test_a_file_is_closed_at_the_full_hour_and_when_it_is_full(tmp_path: Path) -> None:
    files = RollingFiles(tmp_path, limit_bytes=200)
    for minute in (0, 59, 60, 61, 62, 63, 64):
        files.write([LINE % minute], NOON + minute * 60 * SECOND)
        files.sync()
    assert [len(file) for file in stamps(tmp_path)] == [2, 4, 1]
    assert [name.endswith(".open.jsonl") for name in names(tmp_path)] == [False, False, True]
    files.close()
    assert not any(".open" in name for name in names(tmp_path)) and all(name.startswith("2026-11-21/20261121T") for name in names(tmp_path))


def test_a_day_begins_a_folder_at_midnight_utc(tmp_path: Path) -> None:
    files = RollingFiles(tmp_path, limit_bytes=1e9)
    for moment in (NOON - 1, NOON):
        files.write([LINE % 1], moment)
    assert stamps(tmp_path) == [["2026-11-20T23:59:59.999999Z"], ["2026-11-21T00:00:00.000000Z"]]
    assert [name.partition("/")[0] for name in names(tmp_path)] == ["2026-11-20", "2026-11-21"]


def test_times_of_arrival_never_go_back_in_a_file(tmp_path: Path) -> None:
    files = RollingFiles(tmp_path, limit_bytes=1e9)
    for seconds in (1_000, 995, 1_001):  # jitter
        files.write([LINE % 1], NOON + seconds * SECOND)
    for seconds in (500, 501):  # the clock was set back
        files.write([LINE % 1], NOON + seconds * SECOND)
    found = stamps(tmp_path)
    assert sorted(map(len, found)) == [2, 3] and all(file == sorted(file) for file in found)
    assert ["2026-11-21T00:16:40.000000Z"] * 2 + ["2026-11-21T00:16:41.000000Z"] in found


def test_what_was_not_synced_is_taken_back(tmp_path: Path) -> None:
    files = RollingFiles(tmp_path, limit_bytes=1e9)
    files.write([LINE % 1], NOON)
    files.sync()
    files.write([LINE % 2, LINE % 3], NOON)
    files.roll_back()
    files.write([LINE % 4], NOON)
    files.close()
    found = [json.loads(line)["message"]["n"] for path in sorted(tmp_path.glob("*/*")) for line in path.read_text().splitlines()]
    assert sorted(found) == [1, 4]


def test_a_torn_line_is_cut_aside_and_the_file_closed(tmp_path: Path) -> None:
    day = tmp_path / "raw" / "2026-11-21"
    day.mkdir(parents=True)
    whole = b'{"received_at":"x",' + LINE % 1
    (day / "a.open.jsonl").write_bytes(whole * 3 + b'{"received_at":"2026-11-21T00:0')
    (day / "b.open.jsonl").write_bytes(b'{"rec' + b"x" * 200_000)
    (day / "c.open.jsonl").write_bytes(whole)
    (day / "d.jsonl").write_bytes(whole)
    found = {recovered.path.name: recovered.torn_bytes for recovered in recover(tmp_path)}
    assert found == {"a.jsonl": 31, "b.jsonl": 200_005, "c.jsonl": 0}
    assert names(tmp_path / "raw") == ["2026-11-21/a.jsonl", "2026-11-21/c.jsonl", "2026-11-21/d.jsonl"]
    assert (day / "a.jsonl").read_bytes() == whole * 3
    aside = {line["message"][:31]: line["reason"] for line in lines_of(tmp_path, "bad")}
    assert aside['{"received_at":"2026-11-21T00:0'].startswith("torn_line: the last line of 2026-11-21/a.open.jsonl was cut short")
    assert len(aside) == 2 and recover(tmp_path) == []


def test_the_file_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    files = RollingFiles(tmp_path / "raw", limit_bytes=1e9)
    files.write([LINE % 1], NOON)
    assert recover(tmp_path) == []
    files.write([LINE % 2], NOON)
    files.close()
    assert len(lines_of(tmp_path)) == 2


@pytest.fixture
def writer(tmp_path: Path) -> EventWriter:
    return EventWriter(tmp_path, CollectorSettings(min_free_mb=0, commit_timeout_seconds=20), Metrics())


def test_requests_share_a_sync_and_none_is_lost(tmp_path: Path, writer: EventWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs, real = [], os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda descriptor: syncs.append(descriptor) or real(descriptor))
    threads = [threading.Thread(target=lambda n=n: [writer.append([LINE % (n * 50 + i)]) for i in range(50)]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    assert sorted(line["message"]["n"] for line in lines_of(tmp_path)) == list(range(400))
    assert 50 <= len(syncs) < 400


def test_a_failing_disk_refuses_and_recovers(tmp_path: Path, writer: EventWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    writer.append([LINE % 1])
    real = os.fdatasync

    def fail(_descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", fail)
    with pytest.raises(Unavailable) as refused:
        writer.append([LINE % 2], [LINE % 3])
    assert refused.value.retry_after == 30 and not writer.is_well() and "Input/output error" in (writer.problem or "")
    monkeypatch.setattr(os, "fdatasync", real)
    writer.append([LINE % 4], [LINE % 5])
    assert writer.is_well()
    writer.close()
    assert sorted(line["message"]["n"] for part in ("raw", "bad") for line in lines_of(tmp_path, part)) == [1, 4, 5]
    with pytest.raises(Unavailable, match="being stopped"):
        writer.append([LINE % 6])


def test_a_disk_that_fails_at_everything_acknowledges_nothing(writer: EventWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    writer.append([LINE % 1])

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        for name in ("fdatasync", "ftruncate", "fsync", "rename"):
            patch.setattr(os, name, fail)
        patch.setattr(Path, "rename", fail)
        for _ in range(2):
            with pytest.raises(Unavailable):
                writer.append([LINE % 2])
    writer.append([LINE % 3])
    assert writer.is_well()
    writer.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_ours_acknowledges_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = EventWriter(tmp_path, CollectorSettings(min_free_mb=0, commit_timeout_seconds=20), Metrics())

    def fail(_descriptor: int) -> None:
        raise ValueError("a fault")

    monkeypatch.setattr(os, "fdatasync", fail)
    with pytest.raises(Unavailable):
        writer.append([LINE % 1])
    writer._thread.join()
    assert not writer.is_well()
    with pytest.raises(Unavailable, match="being stopped"):
        writer.append([LINE % 2])


def test_too_much_that_waits_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = EventWriter(tmp_path, CollectorSettings(min_free_mb=0, backlog_mb=0.001, commit_timeout_seconds=20), Metrics())
    is_in, may_go, real = threading.Event(), threading.Event(), os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda descriptor: (is_in.set(), may_go.wait(), real(descriptor)))
    threads = [threading.Thread(target=writer.append, args=([LINE % n * 40],)) for n in range(2)]
    threads[0].start()
    is_in.wait()
    threads[1].start()
    with pytest.raises(Unavailable, match="more events arrive"):
        while True:
            writer.append([LINE % 9 * 60])
    may_go.set()
    for thread in threads:
        thread.join()
    writer.close()


def test_room_is_left_to_others(tmp_path: Path) -> None:
    writer = EventWriter(tmp_path, CollectorSettings(min_free_mb=10**9), Metrics())
    with pytest.raises(Unavailable):
        writer.append([LINE % 1])
    assert "CA_COLLECTOR_MIN_FREE_MB" in (writer.problem or "")
    writer.close()
    assert names(tmp_path) == []
