"""The long-running processes of an installation as command lines: application, collector, Dagster's web server, daemon and code server.

Belongs here: their words, and the words that ask each whether it is well. Does not belong here: starting them (`up`, `serve`).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

APPLICATION_PORT, WEB_PORT, CODE_PORT, COLLECTOR_PORT = 8050, 3000, 4000, 8070
# What the command dagster-daemon runs, which need not be on the path; Dagster has no public module for it.
DAEMON = (sys.executable, "-m", "dagster._daemon")
PROBE = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5).read()"


def application(host: str, port: int, workers: int = 2, threads: int = 4) -> list[str]:
    """The web application behind gunicorn; state that workers share is in the settings database and the index."""
    bind = ["-b", f"{host}:{port}", "--workers", str(workers), "--threads", str(threads)]
    return [sys.executable, "-m", "gunicorn", "ca_dash.app.server:server", *bind, "--timeout", "120", "--no-control-socket", *_scratch()]


def web_server(host: str, port: int, path_prefix: str = "") -> list[str]:
    """Dagster's own pages. They have no login: only for loopback addresses, or behind a proxy that lets admins through."""
    prefix = ["--path-prefix", path_prefix] if path_prefix else []
    return [sys.executable, "-m", "dagster_webserver", "-h", host, "-p", str(port), *prefix, *_workspace()]


def daemon() -> list[str]:
    """Dagster's daemon: fires schedules, queues runs, notices dead ones."""
    return [*DAEMON, "run", *_workspace()]


def code_server(host: str, port: int) -> list[str]:
    """The process that knows the assets and starts their runs, for a web server and a daemon elsewhere (`CA_CODE_SERVER`)."""
    where = ["-h", host, "-p", str(port), "--location-name", "customer_analytics"]
    return [sys.executable, "-m", "dagster", "code-server", "start", *where, "-m", "ca_assets.definitions"]


def collector(host: str, port: int) -> list[str]:
    """The collector of events: one process with threads, which share each write to the disk."""
    return [sys.executable, "-m", "ca_assets.cli", "collect", "--host", host, "--port", str(port)]


def job(name: str) -> list[str]:
    """A job of families beside the loads, run once and out of the way of what people wait for."""
    aside = ["nice", "-n", "10"] if shutil.which("nice") else []
    return [*aside, sys.executable, "-m", "ca_assets.cli", "load", "--job", name]


def http_check(port: int, path: str) -> list[str]:
    """Asks a page of this machine; its end code says whether it answered with success."""
    return [sys.executable, "-c", PROBE, f"http://127.0.0.1:{port}{path}"]


def daemon_check() -> list[str]:
    """Whether the daemon gave a sign of life lately."""
    return [*DAEMON, "liveness-check"]


def code_server_check(port: int) -> list[str]:
    """Whether the code server serves."""
    return [sys.executable, "-m", "dagster", "api", "grpc-health-check", "-h", "127.0.0.1", "-p", str(port)]


def _workspace() -> list[str]:
    from ca_assets.settings.dagster_home import prepare_dagster_home

    return ["-w", str(prepare_dagster_home() / "workspace.yaml")]


def _scratch() -> list[str]:
    """Gunicorn's workers show that they live by touching a file, which a slow disk would delay."""
    memory = Path("/dev/shm")  # noqa: S108 - gunicorn makes a file of its own there
    return ["--worker-tmp-dir", str(memory)] if memory.is_dir() else []
