"""The collector as a process: Segment's own Python client, kills under load, a disk that is really full, a clean end."""

from __future__ import annotations

import gzip
import json
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
import requests
from segment.analytics.client import Client

from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.write_keys import add_write_key
from ca_assets_tests.collector.conftest import basic, lines_of, track
from ca_assets_tests.collector.server import Server, running, started
from ca_assets_tests.servers.processes import free_port
from ca_assets_tests.servers.small_disk import fill, small_disk


def batch(numbers: range, **fields: Any) -> dict[str, Any]:
    return {"batch": [track("A", messageId=f"m{n}") | fields for n in numbers]}


def ids(folder: Path) -> list[str]:
    return [line["message"]["messageId"] for line in lines_of(folder)]


@pytest.mark.parametrize("is_packed", [False, True])
def test_segments_python_client_delivers_every_call(tmp_path: Path, is_packed: bool) -> None:
    with running(tmp_path) as server:
        errors: list[object] = []
        client = Client(server.server_key, host=server.url, gzip=is_packed, on_error=lambda error, _: errors.append(error), max_retries=1)
        client.identify("u1", {"email": "ada@example.org", "createdAt": "2026-01-02"}, anonymous_id="a1")
        client.track("u1", "Product Added", {"product_id": "1", "price": float("nan"), "quantity": 2}, message_id="fixed-1")
        client.page("u1", "Tea", "Green", {"url": "http://x/?utm_source=g&token=1"})
        client.screen("u1", "Tea", "Green")
        client.group("u1", "g1", {"n": 1})
        client.alias("a1", "u1")
        client.track(anonymous_id="a2", event="Order Completed", properties={"order_id": 7})
        client.flush()
        client.join()
        messages = [line["message"] for line in lines_of(server.folder)]
    assert errors == []
    assert [message["type"] for message in messages] == ["identify", "track", "page", "screen", "group", "alias", "track"]
    assert messages[0]["traits"]["email"].startswith("hashed-") and messages[1]["messageId"] == "fixed-1"
    assert messages[1]["properties"]["price"] is None and messages[2]["properties"]["url"] == "http://x/?utm_source=g"
    assert not any(path.name.endswith(".open.jsonl") for path in (tmp_path / "events").glob("*/*/*"))


def test_kills_under_load_lose_no_acknowledged_event(tmp_path: Path) -> None:
    key, port, acknowledged = add_write_key(open_database(ProcessSettings(home=tmp_path)), "shop", "server"), free_port(), []
    is_over = threading.Event()

    def send(name: str) -> None:
        count = 0
        while not is_over.is_set():
            count += 1
            sent = {"batch": [track("A", messageId=f"{name}-{count}-{n}") for n in range(20)]}
            try:
                answer = requests.post(f"http://127.0.0.1:{port}/v1/batch", json=sent, headers=basic(key), timeout=20)
            except requests.RequestException:
                continue
            if answer.status_code == 200:
                acknowledged.extend(event["messageId"] for event in sent["batch"])

    threads = [threading.Thread(target=send, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for _ in range(2):
        with started(tmp_path, port, {}) as process:
            before = len(acknowledged)
            while len(acknowledged) < before + 400:
                threading.Event().wait(0.01)
            process.send_signal(signal.SIGKILL)
            process.wait()
    is_over.set()
    for thread in threads:
        thread.join()
    with started(tmp_path, port, {}):
        kept = ids(tmp_path / "events")  # every line is whole, or this raises
    assert len(acknowledged) >= 800 and set(acknowledged) <= set(kept)


def test_on_a_full_disk_clients_are_told_to_come_back(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with small_disk(tmp_path / "home" / "events", 8) as disk, running(tmp_path / "home") as server:
        headers = basic(server.server_key)
        assert requests.post(f"{server.url}/v1/batch", json=batch(range(10)), headers=headers, timeout=20).status_code == 200
        filler = fill(disk)
        refused = requests.post(f"{server.url}/v1/batch", json=batch(range(10, 300)), headers=headers, timeout=20)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
        assert requests.get(f"{server.url}/healthz", timeout=20).status_code == 503
        assert set(ids(server.folder)) == {f"m{n}" for n in range(10)}
        filler.unlink()
        again = requests.post(f"{server.url}/v1/batch", json=batch(range(10, 300)), headers=headers, timeout=20)
        assert again.status_code == 200 and requests.get(f"{server.url}/healthz", timeout=20).status_code == 200
        assert sorted(ids(server.folder)) == sorted(f"m{n}" for n in range(300))


def test_large_bodies_are_refused_by_the_server_too(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        for body, headers in ((b"x" * 2_000_000, {}), (gzip.compress(bytes(50_000_000)), {"Content-Encoding": "gzip"})):
            answer = requests.post(f"{server.url}/v1/batch", data=body, headers=basic(server.server_key) | headers, timeout=20)
            assert answer.status_code == 413
        slow = _chunked(server, [json.dumps(batch(range(3)))[:100].encode(), json.dumps(batch(range(3)))[100:].encode()])
        assert slow == 200 and len(ids(server.folder)) == 3


def _chunked(server: Server, parts: list[bytes]) -> int:
    return requests.post(f"{server.url}/v1/batch", data=iter(parts), headers=basic(server.server_key), timeout=20).status_code
