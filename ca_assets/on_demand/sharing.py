"""One pool for all web workers of a machine: the first that needs it hosts it, the others ask it through a local socket.

So there are as many processes as the settings say, whatever the number of web workers, and what one worker had computed serves all. A lock
file says who hosts; the kernel frees it when the host dies, and the next worker that asks takes its place. A worker that can neither host
nor reach the host (another container on the same folder) has a pool of its own.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import secrets
import sys
import threading
import time
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import overload

from filelock import FileLock, Timeout

from ca_assets.on_demand.list_files import ListFile
from ca_assets.on_demand.pool import RangePool, require_lake
from ca_assets.on_demand.request import Answer, AnyRequest, Computed, Failure, ListRequest, NotComputed, Request, SubjectRequest
from ca_assets.settings.process import ProcessSettings

FOLDER = "ranges"
BACKLOG = 64
SEARCH_SECONDS = 2.0  # a host that has just begun needs a moment until it listens
SPARE_SECONDS = 5.0  # the host ends what takes too long; beyond that it is gone
log = logging.getLogger(__name__)


class HostUnreachable(RuntimeError):
    """There is no host, or it went away before it answered."""


class SharedPool:
    """Computes ranges like a `RangePool`, which it hosts or asks; safe for threads."""

    def __init__(self, settings: ProcessSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._pool: RangePool | None = None
        self._host_lock: FileLock | None = None
        self._listener: Listener | None = None

    @property
    def is_host(self) -> bool:
        """Whether others ask us."""
        return self._listener is not None

    @overload
    def compute(self, request: Request | SubjectRequest) -> Computed: ...
    @overload
    def compute(self, request: ListRequest) -> ListFile: ...
    def compute(self, request: AnyRequest) -> Answer:
        """What is asked for. Raises NotComputed, RangesUnavailable where nothing can be computed."""
        deadline = time.monotonic() + SEARCH_SECONDS
        while True:
            pool = self._pool or self._become_host()
            if pool:
                return pool.compute(request)
            try:
                answer = self._ask(request)
                break
            except HostUnreachable:
                if time.monotonic() > deadline:
                    return self._own_pool().compute(request)
                time.sleep(0.05)
        if isinstance(answer, Failure):
            raise NotComputed(answer.reason)
        return answer

    def _become_host(self) -> RangePool | None:
        """Our pool, when nobody else hosts one. RangesUnavailable where the lake cannot be read."""
        require_lake(self._settings)
        with self._lock:
            if self._pool:
                return self._pool
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._folder / "host.lock", thread_local=False)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                return None
            self._pool, self._host_lock = RangePool(self._settings), lock
            try:
                self._listen()
            except OSError as error:
                log.warning("ranges are computed for this web worker alone, as it cannot listen: %s", error)
            atexit.register(self.close)
            return self._pool

    def _own_pool(self) -> RangePool:
        with self._lock:
            if self._pool is None:
                log.warning("the web worker that computes ranges cannot be reached; this one computes its own")
                self._pool = RangePool(self._settings)
                atexit.register(self.close)
            return self._pool

    @property
    def _folder(self) -> Path:
        return self._settings.home / FOLDER

    @property
    def _address_file(self) -> Path:
        return self._folder / "host.json"

    def _listen(self) -> None:
        """Listen where only those who can read the address file get in: it has the key."""
        key = secrets.token_bytes(32)
        address = f"\0ca-ranges-{secrets.token_hex(16)}" if sys.platform == "linux" else None  # no file that a killed host would leave
        self._listener = Listener(address, "AF_UNIX", backlog=BACKLOG, authkey=key)
        draft = self._address_file.with_suffix(".tmp")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump({"address": os.fsdecode(self._listener.address), "key": key.hex()}, file)
        draft.replace(self._address_file)
        threading.Thread(target=self._accept, args=(self._listener,), name="ca-ranges-host", daemon=True).start()

    def _accept(self, listener: Listener) -> None:
        while True:
            try:
                connection = listener.accept()
            except (AuthenticationError, EOFError, ConnectionError) as error:
                log.warning("a stranger asked for ranges: %s", error)
                continue
            except OSError:
                return  # closed
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: Connection) -> None:
        """One request of another web worker."""
        with connection:
            try:
                request = connection.recv()
                pool = self._pool
                if pool is not None:
                    connection.send(_answer_of(pool, request))
            except (EOFError, OSError):
                return  # it went away

    def _ask(self, request: AnyRequest) -> Answer | Failure:
        """The host's answer. Raises HostUnreachable."""
        try:
            host = json.loads(self._address_file.read_text(encoding="utf-8"))
            with Client(host["address"], "AF_UNIX", authkey=bytes.fromhex(host["key"])) as connection:
                connection.send(request)
                if not connection.poll(self._settings.range_timeout_seconds + SPARE_SECONDS):
                    return Failure("The process that computes ranges does not answer; try again.")
                answer: Answer | Failure = connection.recv()
                return answer
        except (OSError, EOFError, AuthenticationError, json.JSONDecodeError) as error:
            raise HostUnreachable from error

    def close(self) -> None:
        """End the pool, and let another worker host one."""
        with self._lock:
            pool, listener, lock = self._pool, self._listener, self._host_lock
            self._pool = self._listener = self._host_lock = None
        if listener:
            self._address_file.unlink(missing_ok=True)
            listener.close()
        if pool:
            pool.close()
        if lock:
            lock.release()
        atexit.unregister(self.close)


def _answer_of(pool: RangePool, request: AnyRequest) -> Answer | Failure:
    try:
        return pool.compute(request)
    except NotComputed as error:
        return Failure(str(error))
