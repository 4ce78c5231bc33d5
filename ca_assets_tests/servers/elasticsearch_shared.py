"""Who uses a server: one is shared by all processes that ask for the same name, and ends with the last of them, however that one ends.

A keeper process owns the servers (the kernel ends them with it). Users hold a shared lock on a file; the keeper waits for the
exclusive lock and then stops. A server that was started by hand has no users: its keeper waits for SIGTERM.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NoReturn

import pytest

from ca_assets_tests.servers.elasticsearch import Cluster, NoServer, get, java_home, start

SHARED = "tests"
State = dict[str, Any]


def _folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"ca-elasticsearch-keepers-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def _locked(name: str, how: int = fcntl.LOCK_EX) -> Iterator[IO[str]]:
    with (_folder() / name).open("a+") as file:
        fcntl.flock(file, how)
        yield file


def _state(name: str) -> State | None:
    """What the keeper wrote, None when it is gone."""
    try:
        state: State = json.loads((_folder() / f"{name}.json").read_text())
        os.kill(state["keeper"], 0)
    except (OSError, ValueError):
        return None
    return state


@contextmanager
def shared_server(name: str = SHARED, heap: str = "512m") -> Iterator[str]:
    """URL of the one server that all processes with this name use at the same time. Raises NoServer."""
    with _locked(f"{name}.starting"):
        users = (_folder() / f"{name}.users").open("a+")
        fcntl.flock(users, fcntl.LOCK_SH)
        state = _state(name) or _keep(name, 1, heap, until_unused=True)
    try:
        yield state["url"]
    finally:
        users.close()


def start_named(name: str, nodes: int, heap: str) -> str:
    """Start servers that stay until `stop_named`; returns their URLs. Raises NoServer."""
    with _locked(f"{name}.starting"):
        state = _state(name) or _keep(name, nodes, heap, until_unused=False)
    return str(state["url"])


def stop_named(name: str) -> None:
    """Stop them and remove their data."""
    state = _state(name)
    if state is None:
        return
    os.kill(state["keeper"], signal.SIGTERM)
    while _state(name):
        time.sleep(0.05)


def _keep(name: str, nodes: int, heap: str, *, until_unused: bool) -> State:
    words = [sys.executable, "-m", __name__, name, str(nodes), heap, str(int(until_unused))]
    with (_folder() / f"{name}.out").open("wb") as out:
        keeper = subprocess.Popen(words, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True)
    while not (state := _state(name)) or state["keeper"] != keeper.pid:
        if keeper.poll() is not None:
            raise NoServer((_folder() / f"{name}.out").read_text()[-1500:])
        time.sleep(0.05)
    return state


def _stop(_signal: int, _frame: object) -> None:
    raise SystemExit


def keeper(name: str, nodes: int, heap: str, until_unused: bool) -> None:
    """Body of the keeper process."""
    signal.signal(signal.SIGTERM, _stop)
    file = _folder() / f"{name}.json"
    cluster = start(nodes, heap)
    try:
        made = file.with_suffix(f".{os.getpid()}")
        made.write_text(json.dumps({"keeper": os.getpid(), "url": cluster.url}))
        made.rename(file)
        while not until_unused:
            signal.pause()
        with _locked(f"{name}.users"):
            pass  # nobody uses it any more
    finally:
        with _locked(f"{name}.starting"):
            file.unlink(missing_ok=True)
        cluster.stop()


def or_skip(error: NoServer) -> NoReturn:
    """Skip the test; where everything is required it fails."""
    if os.environ.get("CA_REQUIRE_ALL"):
        raise error
    pytest.skip(f"no Elasticsearch: {error}")


@pytest.fixture(scope="session")
def elasticsearch() -> Iterator[str]:
    """URL of the session's shared server; skipped where it cannot be had, unless CA_REQUIRE_ALL is set."""
    try:
        get(), java_home()
    except NoServer as error:
        or_skip(error)
    with shared_server() as url:
        yield url


@pytest.fixture
def elasticsearch_cluster() -> Iterator[Callable[..., Cluster]]:
    """Makes clusters of the test's own: `elasticsearch_cluster(nodes=3)`; skipped as `elasticsearch`."""
    made: list[Cluster] = []

    def make(nodes: int = 1, heap: str = "400m") -> Cluster:
        try:
            made.append(start(nodes, heap))
        except NoServer as error:
            or_skip(error)
        return made[-1]

    yield make
    for cluster in made:
        cluster.stop()


if __name__ == "__main__":
    with suppress(SystemExit):
        keeper(sys.argv[1], int(sys.argv[2]), sys.argv[3], bool(int(sys.argv[4])))
