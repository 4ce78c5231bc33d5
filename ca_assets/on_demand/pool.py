"""Some processes that compute ranges and lists, for all threads of a process: started at first use, replaced when one dies, ended with it.

The same request is computed once, however many readers wait for it, and its result is kept while its publication is the newest. A request
goes to a process that has its base tables, if one is free. Of lists the file is kept, within bounds of number and size.
"""

from __future__ import annotations

import atexit
import itertools
import logging
import threading
import time
from collections import OrderedDict
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import ExitStack
from pathlib import Path
from typing import Any, overload

from ca_assets.lake.lake import Lake
from ca_assets.loading.scratch import scratch_folder
from ca_assets.on_demand.list_files import ListFile, remove_list
from ca_assets.on_demand.process import EngineEnded, EngineProcess, EngineTimeout
from ca_assets.on_demand.request import (
    Answer,
    AnyRequest,
    Computed,
    Failure,
    ListRequest,
    NotComputed,
    RangesUnavailable,
    Request,
    SubjectRequest,
)
from ca_assets.settings.process import ProcessSettings

KEPT_RESULTS = 256
KEPT_LIST_BYTES = 4_000_000_000
MOST_WAITING = 32
BUSY_SECONDS = 2.0  # most reports take less, and another process would have to make the base tables first
PREFIX = "ranges-"
log = logging.getLogger(__name__)


def require_lake(settings: ProcessSettings) -> None:
    """RangesUnavailable where the lake cannot be read: on another machine than the loads."""
    if not Lake(settings.lake_root).has("orders"):
        raise RangesUnavailable("The lake cannot be read from here.")


class RangePool:
    """Computes ranges in up to `range_processes` processes; safe for threads."""

    def __init__(self, settings: ProcessSettings) -> None:
        self._settings = settings
        self._results: OrderedDict[AnyRequest, Future[Answer]] = OrderedDict()
        self._processes: list[EngineProcess] = []
        self._free: list[EngineProcess] = []
        self._making: set[tuple[Any, ...]] = set()  # base tables that a process is making now
        self._changed = threading.Condition()
        self._stack = ExitStack()
        self._folder: Path | None = None
        self._numbers = itertools.count()

    @overload
    def compute(self, request: Request | SubjectRequest) -> Computed: ...
    @overload
    def compute(self, request: ListRequest) -> ListFile: ...
    @overload
    def compute(self, request: AnyRequest) -> Answer: ...
    def compute(self, request: AnyRequest) -> Answer:
        """What is asked for; waits for it. Raises NotComputed, RangesUnavailable where nothing can be computed."""
        future, is_new = self._future(request)
        if is_new:
            self._run(request, future)
        try:
            return future.result(self._settings.range_timeout_seconds)
        except FutureTimeout:
            raise NotComputed(self._too_long()) from None

    def _future(self, request: AnyRequest) -> tuple[Future[Answer], bool]:
        """The result of a request, and whether the caller has to compute it. Raises NotComputed when too many wait already."""
        with self._changed:
            if request in self._results and self._is_gone(request):
                del self._results[request]
            if request in self._results:
                self._results.move_to_end(request)
                return self._results[request], False
            if sum(not future.done() for future in self._results.values()) >= MOST_WAITING:
                raise NotComputed("Too many ranges are being computed just now; try again in a minute.")
            for other in [other for other in self._results if other.generation != request.generation and self._results[other].done()]:
                self._forget(other)
            while len(self._results) >= KEPT_RESULTS + MOST_WAITING:
                self._forget(next(iter(self._results)))
            future = self._results[request] = Future()
            return future, True

    def _is_gone(self, request: AnyRequest) -> bool:
        """Whether it is of a list whose file somebody removed."""
        future = self._results[request]
        answer = future.result() if future.done() and not future.exception() else None
        return isinstance(answer, ListFile) and not answer.path.exists()

    def _forget(self, request: AnyRequest) -> None:
        """Keep a result no longer."""
        future = self._results.pop(request)
        answer = future.result() if future.done() and not future.exception() else None
        if isinstance(answer, ListFile):
            remove_list(answer.path)

    def _forget_large_lists(self) -> None:
        """Files of the lists that were wanted longest ago, until the others are small enough together; the newest stays."""
        with self._changed:
            answers = {other: future.result() for other, future in self._results.items() if future.done() and not future.exception()}
            sizes = {other: _size(answer) for other, answer in answers.items() if isinstance(answer, ListFile)}
            total = sum(sizes.values())
            for other in list(sizes)[:-1]:
                if total <= KEPT_LIST_BYTES:
                    return
                total -= sizes[other]
                self._forget(other)

    def _run(self, request: AnyRequest, future: Future[Answer]) -> None:
        """Compute a request, for all who wait for it. What failed is not kept: it may be tried again."""
        error = NotComputed("It could not be computed; the application’s log says why.")
        try:
            future.set_result(self._ask(request))
            if isinstance(request, ListRequest):
                self._forget_large_lists()
        except NotComputed as reason:
            error = reason
        finally:
            if not future.done():
                with self._changed:
                    self._results.pop(request, None)
                future.set_exception(error)

    def _ask(self, request: AnyRequest) -> Answer:
        deadline = time.monotonic() + self._settings.range_timeout_seconds
        process = self._take(request, deadline)
        is_making = request.base_key not in process.base_keys
        try:
            answer = process.ask(request, deadline - time.monotonic())
        except EngineTimeout:
            raise NotComputed(self._too_long()) from None
        except EngineEnded:
            log.warning("the process %s ended while it computed %s", process.pid, request)
            raise NotComputed("The process that computed these days ended; try again, or choose fewer days.") from None
        finally:
            self._give_back(process, request if is_making else None)
        if isinstance(answer, Failure):
            raise NotComputed(answer.reason)
        return answer

    def _take(self, request: AnyRequest, deadline: float) -> EngineProcess:
        """A process for the caller: one that has the base tables, else a new one, else any. Raises NotComputed at the deadline.

        While another makes the same base tables, it is waited for: they are not made twice. One that has them and is busy is waited for a
        little.
        """
        patient_until = time.monotonic() + BUSY_SECONDS
        with self._changed:
            while True:
                self._forget_ended()
                now = time.monotonic()
                process = self._choose(request.base_key, is_patient=now < patient_until)
                if process:
                    if request.base_key not in process.base_keys:
                        self._making.add(request.base_key)
                    return process
                if now > deadline:
                    raise NotComputed(self._too_long())
                self._changed.wait((patient_until if now < patient_until else deadline) - now)

    def _choose(self, base_key: tuple[Any, ...], *, is_patient: bool) -> EngineProcess | None:
        """A free or new process, which is then no longer free; None: wait for one."""
        having = [process for process in self._processes if base_key in process.base_keys]
        ready = [process for process in having if process in self._free]
        if base_key in self._making or (having and not ready and is_patient):
            return None
        if not ready and len(self._processes) < self._settings.range_processes:
            return self._start()
        if not self._free:
            return None
        process = (ready or self._free)[0]
        self._free.remove(process)
        return process

    def _start(self) -> EngineProcess:
        """Another process. Raises RangesUnavailable."""
        require_lake(self._settings)
        if self._folder is None:
            self._folder = self._stack.enter_context(scratch_folder(self._settings.staging, PREFIX))
            atexit.register(self.close)
        process = EngineProcess(self._settings, self._folder / str(next(self._numbers)), self._folder / "lists")
        self._processes.append(process)
        return process

    def _forget_ended(self) -> None:
        """Those that ended by themselves while they were free; others take their place."""
        for process in [process for process in self._free if not process.is_alive]:
            self._free.remove(process)
            self._processes.remove(process)

    def _give_back(self, process: EngineProcess, made_for: AnyRequest | None) -> None:
        with self._changed:
            if made_for:
                self._making.discard(made_for.base_key)
            if process in self._processes:
                if process.is_alive:
                    self._free.append(process)
                else:
                    self._processes.remove(process)
            self._changed.notify_all()

    def _too_long(self) -> str:
        seconds = self._settings.range_timeout_seconds
        return f"It took longer than {seconds:g} seconds. Choose fewer days, or one of the ranges that are ready."

    def close(self) -> None:
        """End all processes and remove what they left; the pool may be used again."""
        with self._changed:
            processes, self._processes, self._free, self._folder = self._processes, [], [], None
            for request in [request for request in self._results if isinstance(request, ListRequest)]:
                del self._results[request]  # the files go with the folder
        for process in processes:
            process.ask_to_end()
        for process in processes:
            process.close()
        self._stack.close()
        atexit.unregister(self.close)


def _size(answer: ListFile) -> int:
    """Bytes of a list's file."""
    return answer.path.stat().st_size if answer.path.exists() else 0
