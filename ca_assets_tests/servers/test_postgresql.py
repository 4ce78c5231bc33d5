"""The scratch PostgreSQL server: reachable with its password only, from this machine only, and gone when its starter is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import psycopg2
import pytest

from ca_assets_tests.servers.postgresql import PostgreSQL


def test_it_asks_for_the_password_and_listens_on_loopback_only(postgresql: PostgreSQL) -> None:
    name = postgresql.database()
    assert postgresql.execute("SHOW listen_addresses", name) == [("127.0.0.1",)]
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(postgresql.url(name, "postgresql").replace(postgresql.password, "wrong"))
    assert postgresql.password not in repr(postgresql)


def test_it_ends_with_the_process_that_started_it(postgresql: PostgreSQL) -> None:
    words = [sys.executable, "-m", "ca_assets_tests.servers.postgresql"]
    starter = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    url = starter.stdout.readline().strip().replace("+psycopg2", "")
    psycopg2.connect(url).close()
    os.kill(starter.pid, signal.SIGKILL)
    starter.wait()
    deadline = time.monotonic() + 10
    with pytest.raises(psycopg2.OperationalError):
        while time.monotonic() < deadline:
            psycopg2.connect(url).close()
            time.sleep(0.1)
