"""A server that stops in the middle of an answer without closing the connection, or a network that is cut: the reading must end.

After an idle time-out the server is asked on a connection of its own whether it still answers; if not, the session's socket is shut down,
and the waiting reader gets an error. A server that is only busy answers, and is waited for until its own time-out should have ended the
statement.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Generator, Iterable
from contextlib import suppress
from types import TracebackType
from typing import TypeVar

import pymysql
from pymysql.constants import CR

from ca_assets.sources.mysql.server import Server

NO_ANSWER = {CR.CR_CONN_HOST_ERROR, CR.CR_SERVER_LOST, CR.CR_SERVER_GONE_ERROR, CR.CR_CONNECTION_ERROR}
Batch = TypeVar("Batch")


class SocketWatchdog:
    """Watches a session's socket for the block. `has_timed_out`: it was shut down."""

    def __init__(self, server: Server, watched: socket.socket) -> None:
        self._server, self._socket = server, watched
        self._started_at = self._active_at = time.monotonic()
        self._stopped = threading.Event()
        self.has_timed_out = False

    def __enter__(self) -> SocketWatchdog:
        threading.Thread(target=self._run, name="ca-source-watchdog", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stopped.set()

    def watch(self, batches: Iterable[Batch]) -> Generator[Batch]:
        """The batches; each is a sign of life."""
        for batch in batches:
            self._active_at = time.monotonic()
            yield batch

    def end(self) -> None:
        """Shut the socket down: who waits for it gets an error, and the server ends the session."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _run(self) -> None:
        limits = self._server.limits
        latest = self._started_at + limits.timeout_seconds + limits.idle_timeout_seconds
        while not self._stopped.wait(max(self._active_at + limits.idle_timeout_seconds - time.monotonic(), 0.01)):
            if time.monotonic() - self._active_at < limits.idle_timeout_seconds:
                continue
            if time.monotonic() > latest or not self._is_answering():
                self.has_timed_out = not self._stopped.is_set()
                self.end()
                return
            self._active_at = time.monotonic()

    def _is_answering(self) -> bool:
        """Whether the server takes another connection, or says why not."""
        try:
            pymysql.connect(**self._server.arguments()).close()
        except pymysql.err.OperationalError as error:
            return error.args[0] not in NO_ANSWER
        except (pymysql.err.MySQLError, OSError):
            return False
        return True
