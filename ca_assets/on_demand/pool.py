"""Some processes that compute ranges, for all threads of a web worker: started at first use, replaced when one dies, ended with the worker.

The same request is computed once, however many readers wait for it, and its result is kept while its publication is the newest. A request
goes to a process that has its base tables, if one is free.
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

from ca_assets.lake.lake import Lake
from ca_assets.loading.scratch import scratch_folder
from ca_assets.on_demand.process import EngineEnded, EngineProcess, EngineTimeout
from ca_assets.on_demand.request import Computed, Failure, NotComputed, RangesUnavailable, Request
from ca_assets.settings.process import ProcessSettings

KEPT_RESULTS = 256
MOST_WAITING = 32
PREFIX = "ranges-"
log = logging.getLogger(__name__)


class RangePool:
    """Computes ranges in up to `range_processes` processes; safe for threads."""

    def __init__(self, settings: ProcessSettings) -> None:
        self._settings = settings
        self._results: OrderedDict[Request, Future[Computed]] = OrderedDict()
        self._processes: list[EngineProcess] = []
        self._free: list[EngineProcess] = []
        self._changed = threading.Condition()
        self._stack = ExitStack()
        self._folder: Path | None = None
        self._numbers = itertools.count()

    def compute(self, request: Request) -> Computed:
        """The reports that are asked for; waits for them. Raises NotComputed, RangesUnavailable where nothing can be computed."""
        future, is_new = self._future(request)
        if is_new:
            self._run(request, future)
        try:
            return future.result(self._settings.range_timeout_seconds)
        except FutureTimeout:
            raise NotComputed(self._too_long()) from None

    def _future(self, request: Request) -> tuple[Future[Computed], bool]:
        """The result of a request, and whether the caller has to compute it. Raises NotComputed when too many wait already."""
        with self._changed:
            if request in self._results:
                self._results.move_to_end(request)
                return self._results[request], False
            if sum(not future.done() for future in self._results.values()) >= MOST_WAITING:
                raise NotComputed("Too many ranges are being computed just now; try again in a minute.")
            for other in [other for other in self._results if other.generation != request.generation and self._results[other].done()]:
                del self._results[other]
            while len(self._results) >= KEPT_RESULTS + MOST_WAITING:
                self._results.popitem(last=False)
            future = self._results[request] = Future()
            return future, True

    def _run(self, request: Request, future: Future[Computed]) -> None:
        """Compute a request, for all who wait for it. What failed is not kept: it may be tried again."""
        error = NotComputed("It could not be computed; the application’s log says why.")
        try:
            future.set_result(self._ask(request))
        except NotComputed as reason:
            error = reason
        finally:
            if not future.done():
                with self._changed:
                    self._results.pop(request, None)
                future.set_exception(error)

    def _ask(self, request: Request) -> Computed:
        deadline = time.monotonic() + self._settings.range_timeout_seconds
        process = self._take(request, deadline)
        try:
            answer = process.ask(request, deadline - time.monotonic())
        except EngineTimeout:
            raise NotComputed(self._too_long()) from None
        except EngineEnded:
            log.warning("the process %s ended while it computed %s", process.pid, request)
            raise NotComputed("The process that computed these days ended; try again, or choose fewer days.") from None
        finally:
            self._give_back(process)
        if isinstance(answer, Failure):
            raise NotComputed(answer.reason)
        return answer

    def _take(self, request: Request, deadline: float) -> EngineProcess:
        """A process for the caller: one that has the base tables, else a new one, else any. Raises NotComputed at the deadline."""
        with self._changed:
            while True:
                self._forget_ended()
                having = [process for process in self._free if request.base_key in process.base_keys]
                if not having and len(self._processes) < self._settings.range_processes:
                    return self._start()
                if self._free:
                    process = (having or self._free)[0]
                    self._free.remove(process)
                    return process
                if not self._changed.wait(deadline - time.monotonic()):
                    raise NotComputed(self._too_long())

    def _start(self) -> EngineProcess:
        """Another process. RangesUnavailable where the lake cannot be read: on another machine than the loads."""
        if not Lake(self._settings.lake_root).has("orders"):
            raise RangesUnavailable("The lake cannot be read from here.")
        if self._folder is None:
            self._folder = self._stack.enter_context(scratch_folder(self._settings.staging, PREFIX))
            atexit.register(self.close)
        process = EngineProcess(self._settings, self._folder / str(next(self._numbers)))
        self._processes.append(process)
        return process

    def _forget_ended(self) -> None:
        """Those that ended by themselves while they were free; others take their place."""
        for process in [process for process in self._free if not process.is_alive]:
            self._free.remove(process)
            self._processes.remove(process)

    def _give_back(self, process: EngineProcess) -> None:
        with self._changed:
            if process in self._processes:
                if process.is_alive:
                    self._free.append(process)
                else:
                    self._processes.remove(process)
            self._changed.notify()

    def _too_long(self) -> str:
        seconds = self._settings.range_timeout_seconds
        return f"It took longer than {seconds:g} seconds. Choose fewer days, or one of the ranges that are ready."

    def close(self) -> None:
        """End all processes and remove what they left; the pool may be used again."""
        with self._changed:
            processes, self._processes, self._free, self._folder = self._processes, [], [], None
        for process in processes:
            process.ask_to_end()
        for process in processes:
            process.close()
        self._stack.close()
        atexit.unregister(self.close)
