"""The one thread that writes: whatever requests wait are appended together and made durable with one fdatasync, then all are answered.

While the disk works on one group the next gathers, so that the number of events a second does not hang on how long the disk takes.
Belongs here: grouping, waiting, refusing what cannot be kept. Does not belong here: HTTP (`app`), names of files (`files`).
"""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ca_assets.collector.files import RollingFiles
from ca_assets.collector.metrics import Metrics
from ca_assets.collector.settings import BAD_FOLDER, CollectorSettings
from ca_assets.contracts.events import RAW_FOLDER

LOG = logging.getLogger(__name__)
MB = 1_000_000
RETRY_SOON_SECONDS, RETRY_LATER_SECONDS = 5, 30
LOOK_EVERY_SECONDS = 20.0  # whether the open file is due to be closed, when no event arrives
SAY_EVERY_SECONDS = 30.0


class Unavailable(RuntimeError):
    """The events cannot be kept now; the client shall send them again after so many seconds. The message says why."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass
class _Job:
    good: Sequence[bytes]
    bad: Sequence[bytes]
    size: int
    is_done: threading.Event = field(default_factory=threading.Event)
    is_durable: bool = False  # set only when the disk has said so: whatever else ends the work on it is no success


class EventWriter:
    """Appends lines below `folder`; for many threads."""

    def __init__(self, folder: Path, settings: CollectorSettings, metrics: Metrics, clock: Callable[[], int] = time.time_ns) -> None:
        self._folder, self._settings, self._metrics, self._clock = folder, settings, metrics, clock
        self._raw = RollingFiles(folder / RAW_FOLDER, settings.file_mb * MB)
        self._bad = RollingFiles(folder / BAD_FOLDER, settings.file_mb * MB)
        self._changed = threading.Condition()
        self._pending: list[_Job] = []
        self._pending_bytes = 0
        self._is_closing = False
        self._busy_since: float | None = None
        self._said_at = 0.0
        self.problem: str | None = None  # why the last group could not be kept
        for part in (RAW_FOLDER, BAD_FOLDER):
            (folder / part).mkdir(parents=True, exist_ok=True)
        self._thread = threading.Thread(target=self._run, name="event-writer", daemon=True)
        self._thread.start()

    def append(self, good: Sequence[bytes], bad: Sequence[bytes] = ()) -> None:
        """Return when all lines are durable. Raises Unavailable; then the events must be sent again (some of them may be there already)."""
        job = _Job(good, bad, sum(map(len, good)) + sum(map(len, bad)))
        with self._changed:
            self._refuse_if_overloaded(job.size)
            self._pending.append(job)
            self._pending_bytes += job.size
            self._changed.notify()
        if not job.is_done.wait(self._settings.commit_timeout_seconds):
            raise Unavailable("the disk takes long to write", RETRY_SOON_SECONDS)
        if not job.is_durable:
            raise Unavailable("events cannot be written now", RETRY_LATER_SECONDS)

    def close(self) -> None:
        """Write what waits, close the files, refuse all further events."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join()

    def is_well(self) -> bool:
        """Whether events can be kept, as far as is known."""
        return self.problem is None and self._thread.is_alive() and not self._is_stalled()

    def _refuse_if_overloaded(self, size: int) -> None:
        if self._is_closing or not self._thread.is_alive():
            raise Unavailable("the collector is being stopped", RETRY_SOON_SECONDS)
        if self._pending_bytes + size > self._settings.backlog_mb * MB or self._is_stalled():
            raise Unavailable("more events arrive than the disk takes", RETRY_SOON_SECONDS)

    def _is_stalled(self) -> bool:
        since = self._busy_since
        return since is not None and time.monotonic() - since > self._settings.commit_timeout_seconds

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._pending and not self._is_closing:
                    self._changed.wait(LOOK_EVERY_SECONDS)
                jobs, self._pending, is_last = self._pending, [], self._is_closing
                self._pending_bytes = 0
            if jobs:
                self._commit(jobs)
            elif self._closed(is_last) and is_last:
                return

    def _commit(self, jobs: list[_Job]) -> None:
        """Write and sync a group of jobs, or take all of it back; then wake those who wait."""
        self._busy_since = began = time.monotonic()
        try:
            self._require_room()
            size = self._write([line for job in jobs for line in job.good], [line for job in jobs for line in job.bad])
            for job in jobs:
                job.is_durable = True
            self.problem = None
            self._metrics.committed(len(jobs), size, time.monotonic() - began)
        except OSError as error:
            self._roll_back()
            self._failed(error)
        finally:
            self._busy_since = None
            for job in jobs:
                job.is_done.set()

    def _write(self, good: list[bytes], bad: list[bytes]) -> int:
        now, size = self._clock(), 0
        for files, lines in ((self._raw, good), (self._bad, bad)):
            size += files.write(lines, now) if lines else 0
        self._raw.sync()
        self._bad.sync()
        return size

    def _require_room(self) -> None:
        free = os.statvfs(self._folder)
        free_bytes = free.f_bavail * free.f_frsize
        self._metrics.free_bytes(free_bytes)
        if free_bytes < self._settings.min_free_mb * MB:
            raise OSError(errno.ENOSPC, f"less than {self._settings.min_free_mb} MB are free (CA_COLLECTOR_MIN_FREE_MB)")

    def _roll_back(self) -> None:
        for files in (self._raw, self._bad):
            try:
                files.roll_back()
            except OSError as error:  # the file keeps its open name; the next start closes it
                LOG.error("a file of events cannot be closed: %s", error.strerror)

    def _failed(self, error: OSError) -> None:
        self.problem = f"events cannot be written to {self._folder}: {error.strerror}"
        self._metrics.failed_commits.inc()
        if time.monotonic() - self._said_at > SAY_EVERY_SECONDS or not self._said_at:
            LOG.error("%s; clients are told to send them again", self.problem)
            self._said_at = time.monotonic()

    def _closed(self, is_last: bool) -> bool:
        """Close files that are due (at the end: all); an error is said, and left to the next start."""
        for files in (self._raw, self._bad):
            try:
                files.close() if is_last else files.close_if_due(self._clock())
            except OSError as error:
                LOG.error("a file of events cannot be closed: %s", error.strerror)
        return True
