"""A real PostgreSQL server for tests: made in a temp folder, on a free loopback port, with a random password, gone afterwards.

As a fixture: `postgresql` (session scope, offered by `ca_assets_tests/conftest.py`), then `postgresql.database()` for an empty database.
By hand: `python -m ca_assets_tests.servers.postgresql [--port P]` prints a URL and serves until Ctrl-C.

Belongs here: finding, starting, stopping the server. `make test-tools` installs its package. PostgreSQL refuses to run as root,
so root starts it as a system user. The kernel ends it with the process that started it, however that one ends.
"""

from __future__ import annotations

import argparse
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import pytest

from ca_assets_tests.servers.processes import free_port
from ca_assets_tests.servers.system_user import as_user, hand_over, system_user

USERS = ("postgres", "nobody")
ROLE = "ca"
START_SECONDS = 30
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_wal_size": "256MB"}  # a test's data may be lost


class NoServer(RuntimeError):
    """PostgreSQL is not installed, or does not start; the message says why."""


@dataclass
class PostgreSQL:
    """A running server. The folder holds its data, its socket and its log."""

    folder: Path
    port: int
    password: str = field(repr=False)
    process: subprocess.Popen[bytes] = field(repr=False)
    _databases: int = 0

    def url(self, database: str = "postgres", scheme: str = "postgresql+psycopg2") -> str:
        """URL of a database on the loopback port, password included."""
        return f"{scheme}://{ROLE}:{self.password}@127.0.0.1:{self.port}/{database}"

    def database(self) -> str:
        """Make an empty database; returns its name."""
        self._databases += 1
        name = f"test_{os.getpid()}_{self._databases}"
        self.execute(f"CREATE DATABASE {name}")
        return name

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run a statement outside of a transaction; returns its rows."""
        connection = psycopg2.connect(self.url(database, "postgresql"))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to the server and to each of its sessions, at once (SIGSTOP: as if the network were cut; SIGKILL)."""
        os.kill(self.process.pid, signal.SIGSTOP)  # from here on it starts no other
        for pid in (*_children_of(self.process.pid), self.process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def restart(self) -> None:
        """Serve the same data again, after it was killed."""
        self.process.wait(20)
        self.process = _serve(programs(), self.folder, system_user(USERS), self.port)
        _wait(self)

    def stop(self) -> None:
        """End it: connections are cut, data are written, the folder goes."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _children_of(parent: int) -> list[int]:
    pids = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                pids.append(int(stat.parent.name))
    return pids


def programs() -> Path:
    """Folder of the newest installed `initdb` and `postgres`. Raises NoServer."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not installed and not on_path:
        raise NoServer("PostgreSQL is not installed; `make test-tools` installs it")
    return installed[-1].parent if installed else Path(str(on_path)).resolve().parent


def start(port: int | None = None) -> PostgreSQL:
    """Make a cluster and serve it. Raises NoServer."""
    bin_folder = programs()
    folder = Path(tempfile.mkdtemp(prefix="ca-postgresql-"))
    try:
        user, password = system_user(USERS), secrets.token_urlsafe(18)
        _make_cluster(bin_folder, folder, user, password)
        chosen = port or free_port()
        server = PostgreSQL(folder, chosen, password, _serve(bin_folder, folder, user, chosen))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _wait(server)
    return server


@contextmanager
def serving(port: int | None = None) -> Iterator[PostgreSQL]:
    """A server for the block."""
    server = start(port)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A real server for the whole session; skipped where it is not installed, unless CA_REQUIRE_ALL is set."""
    try:
        programs()
    except NoServer as missing:
        if os.environ.get("CA_REQUIRE_ALL"):
            raise
        pytest.skip(str(missing))
    with serving() as server:
        yield server


def _make_cluster(bin_folder: Path, folder: Path, user: pwd.struct_passwd | None, password: str) -> None:
    (folder / "password").write_text(password)
    hand_over(user, folder, folder / "password")
    words = [bin_folder / "initdb", "-D", folder / "data", "-U", ROLE, "--pwfile", folder / "password", "--auth=scram-sha-256"]
    options = ["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
    made = subprocess.run([*as_user(user, "INT"), *words, *options], capture_output=True, text=True, cwd=folder, check=False)
    (folder / "password").unlink()
    if made.returncode:
        raise NoServer(f"initdb failed: {made.stderr.strip()[-500:]}")


def _serve(bin_folder: Path, folder: Path, user: pwd.struct_passwd | None, port: int) -> subprocess.Popen[bytes]:
    settings = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": str(folder), **FAST}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        words = [*as_user(user, "INT"), bin_folder / "postgres", "-D", folder / "data", *options]
        return subprocess.Popen(words, stdout=log, stderr=log, cwd=folder, start_new_session=True)


def _wait(server: PostgreSQL) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.execute("SELECT 1")
        except psycopg2.OperationalError as error:
            if server.process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05)
                continue
            log = (server.folder / "log").read_text()[-500:]
            server.stop()
            raise NoServer(f"PostgreSQL does not start: {error}; {log}") from error
        return


def main() -> None:
    """Serve until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(description="A scratch PostgreSQL server; its data go when it ends.")
    parser.add_argument("--port", type=int, help="Port on 127.0.0.1. [default: a free one]")
    port = parser.parse_args().port
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with serving(port) as server:
        print(server.url(), flush=True)
        try:
            server.process.wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
