"""A server that stops in the middle of an answer without closing the connection, or a network that is cut: the reading must end.

TCP alone does not notice a process that was stopped (its kernel still answers), and the driver waits for ever. So after some silence the
server is asked on a connection of its own, and when it does not answer there either, the sockets to it are shut down; the waiting driver
then gets an error. A server that is only busy answers, and is waited for until its own time-out should have ended the statement.

Belongs here: watching a server that speaks PostgreSQL's protocol. It knows nothing of what is read.
"""

from __future__ import annotations

import os
import re
import socket
import stat
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import psycopg2

from ca_assets.sources.postgresql_server import Server

DESCRIPTORS = Path("/dev/fd")
DEAD = re.compile(r"timeout expired|timed out|refused|reset by|closed the connection|unreachable|No route|No such file|could not")
Batch = TypeVar("Batch")


class Watch:
    """Watches for the block. `is_ended`: the sockets were shut down."""

    def __init__(self, server: Server) -> None:
        self._server, self._before = server, set(_sockets())
        self._began = self._heard = time.monotonic()
        self._left = threading.Event()
        self.is_ended = False

    def __enter__(self) -> Watch:
        threading.Thread(target=self._run, name="ca-source-watch", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._left.set()

    def heard(self, batches: Iterable[Batch]) -> Generator[Batch]:
        """The batches; each is a sign of life."""
        for batch in batches:
            self._heard = time.monotonic()
            yield batch

    def _run(self) -> None:
        limits = self._server.limits
        latest = self._began + limits.timeout_seconds + limits.silence_seconds
        while not self._left.wait(max(self._heard + limits.silence_seconds - time.monotonic(), 0.01)):
            if time.monotonic() - self._heard < limits.silence_seconds:
                continue
            if time.monotonic() > latest or not self._is_answering():
                self._end()
                return
            self._heard = time.monotonic()

    def _is_answering(self) -> bool:
        """Whether the server takes another connection, or says why not."""
        try:
            psycopg2.connect(self._server.dsn).close()
        except psycopg2.OperationalError as error:
            return not DEAD.search(str(error))
        return True

    def _end(self) -> None:
        if self._left.is_set():
            return
        self.is_ended = True
        for descriptor, _ in set(_sockets()) - self._before:
            with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as found:
                if _leads_to(found.getpeername(), self._server.port):
                    found.shutdown(socket.SHUT_RDWR)


def _sockets() -> Iterator[tuple[int, int]]:
    """This process's sockets: descriptor and number of the file."""
    for path in DESCRIPTORS.iterdir() if DESCRIPTORS.exists() else ():
        with suppress(OSError):
            found = os.fstat(int(path.name))
            if stat.S_ISSOCK(found.st_mode):
                yield int(path.name), found.st_ino


def _leads_to(peer: object, port: str) -> bool:
    """Whether a socket's other end is a server on that port (or one of several): of TCP, or in the name of its socket."""
    if isinstance(peer, tuple):
        return str(peer[1]) in port.split(",")
    return isinstance(peer, str) and peer.rpartition(".s.PGSQL.")[2] in port.split(",")
