"""The watchdog ends the one connection that fell silent: not other readings of that server, nor whoever else is connected to it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import adbc_driver_postgresql.dbapi
import psycopg2
import pytest

from ca_assets.sources.errors import ErrorCode, SourceError
from ca_assets.sources.open import open_source
from ca_assets.sources.postgresql.server import parse_server
from ca_assets.sources.postgresql.watchdog import ConnectionWatchdog
from ca_assets_tests.servers.postgresql import PostgreSQL
from ca_assets_tests.sources.postgresql.customers_table import KINDS, Source

ROWS = 200_000
CONNECTING = {"postgresql": adbc_driver_postgresql.dbapi, "redshift": psycopg2}


@pytest.fixture(name="source")
def _source(postgresql: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """A table too large for what sockets buffer."""
    monkeypatch.setenv("CA_SOURCE_SILENCE_SECONDS", "0.4")
    source = Source(postgresql, tmp_path)
    source.execute(f"CREATE TABLE t AS SELECT g || repeat('x', 400) AS client, now() AS seen FROM generate_series(1, {ROWS}) g")
    return source


def url_over(source: Source, place: str, application: str) -> str:
    """The source's url by way of the loopback port or the Unix socket."""
    options = f"application_name={application}"
    if place == "tcp":
        return f"{source.server.url(source.database, 'postgresql')}?{options}"
    return f"postgresql://ca:{source.server.password}@/{source.database}?host={source.server.folder}&port={source.server.port}&{options}"


def is_alive(connection: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchall() == [(1,)])


class OtherReading(threading.Thread):
    """A reading of the same table that waits in the middle until it is let go."""

    def __init__(self, source: Source, kind: str, url: str) -> None:
        super().__init__()
        self.has_begun, self.may_end = threading.Event(), threading.Event()
        self._source, self._kind, self._url = source, kind, url
        self.rows = 0

    def run(self) -> None:
        other = Source(self._source.server, self._source.folder / "other", self._source.database)
        other.url = self._url
        self.rows = open_source("customers", other.config(self._kind), other.reading(self._wait)).rows

    def _wait(self, _: str, __: int) -> None:
        self.has_begun.set()
        assert self.may_end.wait(60)


@pytest.mark.parametrize("place", ["tcp", "unix"])
@pytest.mark.parametrize("kind", KINDS)
def test_only_the_silent_connection_is_ended(source: Source, kind: str, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source.url = url_over(source, place, "silent")
    other = OtherReading(source, kind, url_over(source, place, "lively"))
    bystanders: list[Any] = []
    stopped: list[int] = []
    connect: Callable[..., Any] = CONNECTING[kind].connect

    def connect_beside_another(dsn: str, **more: Any) -> Any:
        """Somebody else connects to the server in the moment in which the driver does."""
        if "silent" in dsn and place == "tcp" and not bystanders:
            bystanders.append(psycopg2.connect(url_over(source, place, "bystander")))
        return connect(dsn, **more)

    def progress(_: str, __: int) -> None:
        if not stopped:
            other.start()
            assert other.has_begun.wait(60)
            bystanders.append(psycopg2.connect(url_over(source, place, "bystander")))
            pids = source.server.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'silent'")
            stopped.extend(int(str(pid)) for (pid,) in pids)
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)

    # For the one reading it is as if the server did not answer any more.
    monkeypatch.setattr(ConnectionWatchdog, "_is_answering", lambda watchdog: not stopped or "silent" not in watchdog._server.dsn)
    monkeypatch.setattr(CONNECTING[kind], "connect", connect_beside_another)
    try:
        with pytest.raises(SourceError, match="no longer answers") as caught:
            open_source("customers", source.config(kind), source.reading(progress))
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
        other.may_end.set()
    other.join(60)
    assert caught.value.code is ErrorCode.UNREACHABLE and len(stopped) == 1
    assert other.rows == ROWS
    assert len(bystanders) == (2 if place == "tcp" else 1) and all(map(is_alive, bystanders))
    for bystander in bystanders:
        bystander.close()


@pytest.mark.parametrize(("option", "lowest", "highest"), [("", 60_000, 70_000), ("?tcp_user_timeout=5000", 5_000, 15_000)])
def test_each_session_asks_for_a_time_out_of_its_own(source: Source, option: str, lowest: int, highest: int) -> None:
    source.url += option
    servers = [parse_server("customers", source.config("postgresql"), source.reading()) for _ in range(3)]
    timeouts = {server.user_timeout_ms for server in servers}
    assert len(timeouts) == 3 and lowest < min(timeouts) and max(timeouts) < highest
    assert f"tcp_user_timeout={servers[0].user_timeout_ms} " in servers[0].dsn + " "


def test_no_time_out_stays_none(source: Source) -> None:
    """Nearly: 24 days."""
    source.url += "?tcp_user_timeout=0"
    assert parse_server("customers", source.config("postgresql"), source.reading()).user_timeout_ms > 2**31 - 20_000
