"""A real MariaDB server for tests: made in a temp folder, on a free loopback port, with a random password, gone afterwards.

As a fixture: `mariadb` (session scope, offered by `ca_assets_tests/conftest.py`), then `mariadb.database()` for an empty database.
By hand: `python -m ca_assets_tests.servers.mariadb [--port P]` prints a URL and serves until Ctrl-C.

Belongs here: finding, starting, stopping the server. `make test-tools` installs its programs. Started by root it runs as a system user.
The kernel ends it with the process that started it, however that one ends.
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
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pymysql
import pytest
from pymysql.constants import CLIENT

from ca_assets_tests.servers.processes import free_port
from ca_assets_tests.servers.system_user import as_user, hand_over, system_user

USERS = ("mysql", "nobody")
USER = "ca"
START_SECONDS = 30
PROGRAMS = ("mariadbd", "mariadb-install-db")
FAST = (
    "--skip-name-resolve",
    "--max-allowed-packet=64M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-buffer-pool-size=64M",
    "--skip-log-bin",
    "--innodb-doublewrite=0",
)


class NoServer(RuntimeError):
    """MariaDB is not installed, or does not start; the message says why."""


@dataclass
class MariaDB:
    """A running server. The folder holds its data, its socket and its log."""

    folder: Path
    port: int
    password: str = field(repr=False)
    process: subprocess.Popen[bytes] = field(repr=False)
    _databases: int = 0

    def url(self, database: str = "", options: str = "") -> str:
        """URL of a database on the loopback port, password included."""
        return f"mysql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}{options}"

    def database(self) -> str:
        """Make an empty database; returns its name."""
        self._databases += 1
        name = f"test_{os.getpid()}_{self._databases}"
        self.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        return name

    def execute(self, statements: str, database: str | None = None, rows: list[tuple[object, ...]] | None = None) -> list[tuple[Any, ...]]:
        """Run statements; returns the rows of the last. With `rows`: one statement with a place for each value, for all of them."""
        with closing(self._connect(database)) as connection, connection.cursor() as cursor:
            if rows is not None:
                cursor.executemany(statements, rows)
                return []
            cursor.execute(statements)
            fetched = list(cursor.fetchall())
            while cursor.nextset():
                fetched = list(cursor.fetchall())
            return fetched

    def _connect(self, database: str | None) -> pymysql.connections.Connection[Any]:
        place: dict[str, Any] = {"host": "127.0.0.1", "port": self.port, "user": USER, "password": self.password, "database": database}
        return pymysql.connect(**place, charset="utf8mb4", autocommit=True, client_flag=CLIENT.MULTI_STATEMENTS)

    def stop(self) -> None:
        """End it: connections are cut, the folder goes."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def find_programs() -> dict[str, str]:
    """Paths of the server and of what makes its data folder. Raises NoServer."""
    found = {name: shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin") for name in PROGRAMS}
    if not all(found.values()):
        raise NoServer("MariaDB is not installed; `make test-tools` installs it")
    return {name: str(path) for name, path in found.items()}


def start(port: int | None = None, *options: str) -> MariaDB:
    """Make a data folder and serve it; `options` of the server. Raises NoServer."""
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="ca-mariadb-"))
    try:
        user, password = system_user(USERS), secrets.token_urlsafe(18)
        (folder / "init.sql").write_text(
            f"CREATE USER '{USER}'@'%' IDENTIFIED BY '{password}';\nGRANT ALL ON *.* TO '{USER}'@'%' WITH GRANT OPTION;\n"
        )
        (folder / "tmp").mkdir()
        hand_over(user, folder, folder / "init.sql", folder / "tmp")
        _make_data(programs["mariadb-install-db"], folder, user)
        chosen = port or free_port()
        words = [programs["mariadbd"], "--no-defaults", f"--datadir={folder}/data", f"--socket={folder}/socket", f"--port={chosen}"]
        words += [
            f"--tmpdir={folder}/tmp",
            "--bind-address=127.0.0.1",
            f"--pid-file={folder}/pid",
            f"--init-file={folder}/init.sql",
            *FAST,
            *options,
        ]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([*as_user(user), *words], stdout=log, stderr=log, cwd=folder, start_new_session=True)
        server = MariaDB(folder, chosen, password, process)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _wait(server)
    return server


@contextmanager
def serving(port: int | None = None, *options: str) -> Iterator[MariaDB]:
    """A server for the block."""
    server = start(port, *options)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    """A real server for the whole session; skipped where it is not installed, unless CA_REQUIRE_ALL is set."""
    try:
        find_programs()
    except NoServer as missing:
        if os.environ.get("CA_REQUIRE_ALL"):
            raise
        pytest.skip(str(missing))
    with serving() as server:
        yield server


def _make_data(program: str, folder: Path, user: pwd.struct_passwd | None) -> None:
    # Of its own: a server that starts removes the temporary tables that it finds there, also those of another one.
    words = [
        program,
        "--no-defaults",
        f"--datadir={folder}/data",
        f"--tmpdir={folder}/tmp",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
    ]
    made = subprocess.run([*as_user(user), *words], capture_output=True, text=True, cwd=folder, check=False)
    if made.returncode:
        raise NoServer(f"mariadb-install-db failed: {(made.stderr or made.stdout).strip()[-500:]}")


def _wait(server: MariaDB) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.execute("SELECT 1")
        except pymysql.err.OperationalError as error:
            if server.process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            log = (server.folder / "log").read_text(errors="replace")[-500:]
            server.stop()
            raise NoServer(f"MariaDB does not start: {error}; {log}") from error
        with suppress(FileNotFoundError):
            (server.folder / "init.sql").unlink()
        return


def main() -> None:
    """Serve until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(description="A scratch MariaDB server; its data go when it ends.")
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
