"""A server that stops in the middle of an answer without closing the connection, or a network that is cut: the reading must end.

TCP alone does not notice a process that was stopped (its kernel still answers), and the driver waits for ever. So after an idle time-out
the server is asked on a connection of its own, and when it does not answer there either, the driver's socket is shut down; the waiting
driver then gets an error. A server that is only busy answers, and is waited for until its own time-out should have ended the statement.

The driver's own socket, and no other of this process, is shut down: of the sockets that came up while it connected, the one with the
TCP_USER_TIMEOUT that only this session asked libpq for. (ADBC tells no descriptor.) Where that cannot be told (a Unix socket, a url with
keepalives=0, a system without the option) it is those to this server that came up while it connected; sessions connect one after the other.

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
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import psycopg2

from ca_assets.sources.postgresql.server import Server

DESCRIPTORS = Path("/dev/fd")
NO_ANSWER = re.compile(r"timeout expired|timed out|refused|reset by|closed the connection|unreachable|No route|No such file|could not")
USER_TIMEOUT: int | None = getattr(socket, "TCP_USER_TIMEOUT", None)  # of Linux
Batch = TypeVar("Batch")
Socket = tuple[int, int]  # descriptor and inode: a descriptor may be used again, an inode is not while its socket is open
_CONNECTING = threading.Lock()


class ConnectionWatchdog:
    """Watches a session from the moment in which it connects until the block ends. `has_timed_out`: its connection was ended."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._started_at = self._active_at = time.monotonic()
        self._stopped = threading.Event()
        self._before: set[Socket] = set()
        self._own: set[Socket] | None = None  # not known while the driver connects
        self.has_timed_out = False

    def __enter__(self) -> ConnectionWatchdog:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stopped.set()

    @contextmanager
    def connecting(self) -> Iterator[None]:
        """For the block in which the driver connects to the server."""
        with _CONNECTING:
            self._before = set(_open_sockets())
            self._started_at = self._active_at = time.monotonic()
            threading.Thread(target=self._run, name="ca-source-watchdog", daemon=True).start()
            yield
            self._own = self._opened()

    def watch(self, batches: Iterable[Batch]) -> Generator[Batch]:
        """The batches; each is a sign of life."""
        for batch in batches:
            self._active_at = time.monotonic()
            yield batch

    def _run(self) -> None:
        limits = self._server.limits
        latest = self._started_at + limits.timeout_seconds + limits.idle_timeout_seconds
        while not self._stopped.wait(max(self._active_at + limits.idle_timeout_seconds - time.monotonic(), 0.01)):
            if time.monotonic() - self._active_at < limits.idle_timeout_seconds:
                continue
            if time.monotonic() > latest or not self._is_answering():
                self._end()
                return
            self._active_at = time.monotonic()

    def _is_answering(self) -> bool:
        """Whether the server takes another connection, or says why not."""
        try:
            psycopg2.connect(self._server.dsn).close()
        except psycopg2.OperationalError as error:
            return not NO_ANSWER.search(str(error))
        return True

    def _end(self) -> None:
        if self._stopped.is_set():
            return
        self.has_timed_out = True
        for descriptor, inode in self._opened() if self._own is None else self._own:
            with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as copy:  # a duplicate: nobody else can close it
                if os.fstat(copy.fileno()).st_ino == inode:
                    copy.shutdown(socket.SHUT_RDWR)

    def _opened(self) -> set[Socket]:
        """The driver's sockets, of those that came up since it began to connect."""
        to_server, marked = set(), set()
        for descriptor, inode in set(_open_sockets()) - self._before:
            with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as copy:  # a duplicate: nobody else can close it
                if _leads_to(copy.getpeername(), self._server.port):
                    to_server.add((descriptor, inode))
                    if _user_timeout_ms(copy) == self._server.user_timeout_ms:
                        marked.add((descriptor, inode))
        return marked or to_server


def _open_sockets() -> Iterator[Socket]:
    """This process's sockets."""
    for path in DESCRIPTORS.iterdir() if DESCRIPTORS.exists() else ():
        with suppress(OSError):  # it was closed meanwhile
            status = os.fstat(int(path.name))
            if stat.S_ISSOCK(status.st_mode):
                yield int(path.name), status.st_ino


def _user_timeout_ms(copy: socket.socket) -> int | None:
    is_tcp = copy.family in (socket.AF_INET, socket.AF_INET6)
    return copy.getsockopt(socket.IPPROTO_TCP, USER_TIMEOUT) if is_tcp and USER_TIMEOUT is not None else None


def _leads_to(peer: object, port: str) -> bool:
    """Whether a socket's other end is a server on that port (or one of several): of TCP, or in the name of its socket."""
    if isinstance(peer, tuple):
        return str(peer[1]) in port.split(",")
    return isinstance(peer, str) and peer.rpartition(".s.PGSQL.")[2] in port.split(",")
