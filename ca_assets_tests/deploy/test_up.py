"""`ca up`: three processes that answer, one signal that ends them all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from ca_assets_tests.servers.dagster import until
from ca_assets_tests.servers.processes import free_port, kill_group

pytestmark = pytest.mark.dagster


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _with_home(home: Path) -> list[str]:
    """Command lines of all processes whose CA_HOME is this one, wherever they hang in the tree."""
    marker, found = f"CA_HOME={home}\0".encode(), []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if marker in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # it ended meanwhile, or is somebody else's
    return found


def test_up_serves_and_ends_with_one_signal(tmp_path: Path) -> None:
    home, port, dagster_port = tmp_path / "home", free_port(), free_port()
    environment = {**{name: value for name, value in os.environ.items() if not name.startswith("CA_")}, "CA_HOME": str(home)}
    words = [sys.executable, "-m", "ca_assets.cli", "up", "--port", str(port), "--dagster-port", str(dagster_port)]
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        up = subprocess.Popen(words, env=environment, stdout=out, stderr=err, start_new_session=True)
    try:
        until(lambda: _answers(f"http://127.0.0.1:{port}/healthz"), 90, "the application")
        until(lambda: _answers(f"http://127.0.0.1:{dagster_port}/server_info"), 90, "Dagster's web server")
        assert len(_with_home(home)) >= 4  # itself, gunicorn and workers, the web server, the daemon
        second = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120, check=False)
        assert second.returncode == 1 and f"port {port}" in second.stderr.splitlines()[-1]
        up.send_signal(signal.SIGTERM)
        assert up.wait(60) == 0
        until(lambda: _with_home(home) == [], 30, f"the end of {_with_home(home)}")
        assert not _answers(f"http://127.0.0.1:{port}/healthz")
    finally:
        kill_group(up.pid)
    said = (tmp_path / "out").read_text()
    password = said.partition("password ")[2].split()[0]
    assert f"http://127.0.0.1:{port}" in said and len(password) >= 12
    assert password not in (tmp_path / "err").read_text()


def test_processes_of_a_first_start_make_the_storage_in_turn(tmp_path: Path) -> None:
    """Without a lock most of five that open Dagster's empty folder at once end with an error of its SQLite files."""
    program = "from ca_assets.cli.dagster_storage import make_storage; print(flush=True); input(); make_storage()"
    environment = {**os.environ, "CA_HOME": str(tmp_path)}
    pipe = subprocess.PIPE
    together = [
        subprocess.Popen([sys.executable, "-c", program], env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        for _ in range(5)
    ]
    for process in together:
        assert process.stdout is not None
        process.stdout.readline()  # it has imported all it needs
    for process in together:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate()[1] for process in together]
    assert [process.returncode for process in together] == [0] * 5, said
