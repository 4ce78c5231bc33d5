"""The collector under load: `python -m bench.collector [FOLDER]` for speed and memory, `… kill [FOLDER]` for ten kills under load.

A real `ca collect` with a home in FOLDER (default: the temporary folder; its disk is what is measured), and clients in processes of their
own that share the machine with it. Events are those of a shop: a product view of about 600 bytes. Every answer of a speed run is counted,
and what is in the store afterwards must be exactly that.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ca_assets.contracts.events import EVENTS_FOLDER, RAW_FOLDER
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.write_keys import add_write_key

CLIENTS, CONNECTIONS, SECONDS = 2, 64, 15.0
KILLS, SECONDS_TO_A_KILL = 10, 2.0
PAGE = {"path": "/p/1", "url": "https://shop.example.org/p/1?utm_source=news&session=1", "title": "Green tea", "referrer": ""}
CONTEXT = {"page": PAGE, "locale": "en-GB", "userAgent": "Mozilla/5.0 (X11; Linux x86_64)", "library": {"name": "x", "version": "1"}}
PRODUCT = {"product_id": "1", "sku": "T-1", "name": "Green tea", "category": "Tea", "price": 19.99, "currency": "EUR"}


@dataclass
class Answers:
    """What a client got: message ids that were acknowledged, seconds of each request, other answers."""

    acknowledged: list[str]
    seconds: list[float]
    refused: int = 0


@dataclass(frozen=True)
class Target:
    """Where to send, with which key, and how many events a request."""

    port: int
    key: str
    size: int


def event(message_id: str) -> dict[str, object]:
    """A product view."""
    stamp = "2026-11-21T00:05:19.078Z"
    head = {"type": "track", "event": "Product Viewed", "messageId": message_id, "anonymousId": message_id[:8], "timestamp": stamp}
    return {**head, "context": CONTEXT, "properties": PRODUCT}


def ask(place: socket.socket, key: str, ids: list[str]) -> int:
    """Send events (several: as a batch) on an open connection; returns the status. OSError when it ends."""
    events = [event(message_id) for message_id in ids]
    body = json.dumps({"batch": events, "sentAt": events[0]["timestamp"]} if len(ids) > 1 else events[0]).encode()
    path, basic = "batch" if len(ids) > 1 else "track", base64.b64encode(f"{key}:".encode()).decode()
    head = f"POST /v1/{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {basic}\r\nContent-Length: {len(body)}\r\n\r\n"
    place.sendall(head.encode() + body)
    answer = b""
    while b"}" not in answer:
        received = place.recv(4096)
        if not received:
            raise ConnectionError("closed")
        answer += received
    return int(answer[9:12])


def client(target: Target, connections: int, until: float, name: str) -> Answers:
    """Send as fast as answers come, on so many connections, until that time (of `time.time`)."""
    parts = [Answers([], []) for _ in range(connections)]
    threads = [threading.Thread(target=_connection, args=(target, until, f"{name}{n:02d}", part)) for n, part in enumerate(parts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids, seconds = ([value for part in parts for value in values(part)] for values in (lambda p: p.acknowledged, lambda p: p.seconds))
    return Answers(ids, seconds, sum(part.refused for part in parts))  # type: ignore[arg-type]


def _connection(target: Target, until: float, name: str, answers: Answers) -> None:
    count = 0
    while time.time() < until:
        try:
            with socket.create_connection(("127.0.0.1", target.port), timeout=30) as place:
                while time.time() < until:
                    ids = [f"{name}-{os.getpid()}-{count}-{n}" for n in range(target.size)]
                    count, began = count + 1, time.perf_counter()
                    if ask(place, target.key, ids) == 200:
                        answers.acknowledged += ids
                        answers.seconds.append(time.perf_counter() - began)
                    else:
                        answers.refused += 1
        except OSError:
            time.sleep(0.05)  # it was killed: again, until it is back


@contextmanager
def collector(home: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A running collector that answers."""
    words = [sys.executable, "-m", "ca_assets.cli", "collect", "--port", str(port)]
    with (home / "log").open("ab") as log:
        child = subprocess.Popen(words, env={**os.environ, "CA_HOME": str(home)}, stdout=log, stderr=log)  # noqa: S603 - our own module
    try:
        while not _answers(port):
            if child.poll() is not None:
                raise RuntimeError((home / "log").read_text()[-2000:])
            time.sleep(0.05)
        yield child
    finally:
        child.terminate()
        child.wait(30)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def stored_ids(home: Path) -> list[str]:
    """Message ids of every line that is kept; a line that is torn ends in an error."""
    files = sorted((home / EVENTS_FOLDER / RAW_FOLDER).glob("*/*.jsonl"))
    return [json.loads(line)["message"]["messageId"] for file in files for line in file.read_bytes().splitlines()]


def new_home(folder: Path) -> tuple[Path, str, int]:
    """A home with a key, and a free port."""
    home = Path(tempfile.mkdtemp(prefix="collector-", dir=folder))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    return home, add_write_key(open_database(ProcessSettings(home=home)), "bench", "server"), port


def load(target: Target, seconds: float) -> Answers:
    """All clients together."""
    until, each = time.time() + seconds, CONNECTIONS // CLIENTS
    with ProcessPoolExecutor(CLIENTS) as pool:
        parts = list(pool.map(client, *zip(*[(target, each, until, f"c{n}") for n in range(CLIENTS)], strict=True)))
    return Answers(
        [i for part in parts for i in part.acknowledged], [s for part in parts for s in part.seconds], sum(part.refused for part in parts)
    )


def memory_mb(process: int) -> float:
    """Resident memory of a process."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1000


def cpu_seconds(process: int) -> float:
    """CPU time of a process with all its threads."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def speed(folder: Path) -> None:
    """Events a second with one event a request and with batches of a hundred, latencies, memory, and that nothing is missing."""
    home, key, port = new_home(folder)
    total = 0
    print("| events a request | events/s | requests/s | p50 ms | p99 ms | refused | memory MB | CPU s of the collector |")
    print("|---|---|---|---|---|---|---|---|")
    with collector(home, port) as child:
        for size in (1, 100, 1, 100):
            cpu = cpu_seconds(child.pid)
            answers = load(Target(port, key, size), SECONDS)
            total += len(answers.acknowledged)
            times = sorted(answers.seconds)
            p50, p99 = (times[int(len(times) * part)] * 1000 for part in (0.5, 0.99))
            rates = f"{len(answers.acknowledged) / SECONDS:,.0f} | {len(times) / SECONDS:,.0f}"
            used = f"{memory_mb(child.pid):.0f} | {cpu_seconds(child.pid) - cpu:.1f}"
            print(f"| {size} | {rates} | {p50:.0f} | {p99:.0f} | {answers.refused} | {used} |", flush=True)
    kept = stored_ids(home)
    print(f"{total:,} events acknowledged, {len(kept):,} lines kept, {len(set(kept)):,} different", flush=True)


def kill(folder: Path, kills: int = KILLS) -> tuple[int, int, int]:
    """Kill -9 under load so many times; returns events acknowledged, of them missing, and half lines that were put aside."""
    home, key, port = new_home(folder)
    answers: list[Answers] = []
    until = time.time() + kills * (SECONDS_TO_A_KILL + 6)
    load_thread = threading.Thread(target=lambda: answers.append(load(Target(port, key, 3), until - time.time())))
    load_thread.start()
    for _ in range(kills):
        with collector(home, port) as child:
            time.sleep(SECONDS_TO_A_KILL)
            child.send_signal(signal.SIGKILL)
            child.wait()
    with collector(home, port):  # recovers what the last one left
        load_thread.join()
    kept = set(stored_ids(home))
    torn = len(list((home / EVENTS_FOLDER / "bad").glob("*/torn-*.jsonl")))
    acknowledged = answers[0].acknowledged
    return len(acknowledged), sum(message_id not in kept for message_id in acknowledged), torn


def main(words: list[str]) -> None:
    """The command line."""
    folder = Path(next((word for word in words if word != "kill"), tempfile.gettempdir()))
    if "kill" not in words:
        speed(folder)
        return
    acknowledged, missing, torn = kill(folder)
    print(f"{KILLS} kills under load: {acknowledged:,} events acknowledged, {missing} missing, 0 torn lines kept ({torn} cut aside)")


if __name__ == "__main__":
    main(sys.argv[1:])
