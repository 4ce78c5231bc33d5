"""File locks in `CA_HOME` that keep writers apart; the kernel frees one when its process dies.

- The lake's lock: one load at a time writes the shop's tables. Taken without waiting from the command line: a second load ends with a
  message. A run that Dagster's queue starts waits a moment: Dagster calls a run finished shortly before its process frees the lock.
- The publication's lock: held while something is staged in the index and made current, which is short; others wait for it. Families that
  are published beside the nightly load (a training) take this one only, so a night never waits for a training.
- The alerts' lock: one round of messages at a time; no load takes it or waits for it.
- A run's lock: tells whether the process of a run is still alive, whatever its number.

Order where a process takes several: run, lake, publication. Each may be taken again by the process that holds it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

PUBLICATION_WAIT_SECONDS = 3600.0
QUEUE_WAIT_SECONDS = 60.0


class LoadRunning(RuntimeError):
    """Another process holds the lock; the message says which and what to do."""


@contextmanager
def lake_lock(home: Path, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the lake's lock for the block. LoadRunning when another process has it for longer than that."""
    try:
        with _locked(home, "load", wait_seconds):
            yield
    except Timeout:
        holder = _holder(home, "load")
        raise LoadRunning(f"another load is running (process {holder}); wait until it has ended and try again") from None


@contextmanager
def publication_lock(home: Path, wait_seconds: float = PUBLICATION_WAIT_SECONDS) -> Iterator[None]:
    """Hold the publication's lock for the block, waiting for others. LoadRunning when they take longer than that."""
    try:
        with _locked(home, "publication", wait_seconds):
            yield
    except Timeout:
        holder = _holder(home, "publication")
        raise LoadRunning(f"process {holder} has been publishing for long; wait until it has ended and try again") from None


@contextmanager
def alerts_lock(home: Path) -> Iterator[None]:
    """Held while alerts are collected and sent: one round at a time. LoadRunning when another process has it."""
    try:
        with _locked(home, "alerts", 0):
            yield
    except Timeout:
        raise LoadRunning(f"process {_holder(home, 'alerts')} is sending alerts; what is new goes out with its next round") from None


@contextmanager
def run_lock(home: Path, run_id: str) -> Iterator[None]:
    """Held while the run's process lives; its file goes when the block ends."""
    with _locked(home, f"run-{run_id}", 0):
        try:
            yield
        finally:
            _remove(_path(home, f"run-{run_id}"))


def is_run_alive(home: Path, run_id: str) -> bool:
    """Whether a process holds the run's lock. A file that a killed process left is removed."""
    path = _path(home, f"run-{run_id}")
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            _remove(path)
    except Timeout:
        return True
    return False


def has_run_died(home: Path, run_id: str) -> bool:
    """Whether the run took its lock and was killed before it gave it back."""
    return _path(home, f"run-{run_id}").exists() and not is_run_alive(home, run_id)


@contextmanager
def _locked(home: Path, name: str, seconds: float) -> Iterator[None]:
    path = _path(home, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path, thread_local=False, is_singleton=True).acquire(timeout=seconds):
        path.with_suffix(".pid").write_text(f"{os.getpid()}\n")  # not in the file itself: whoever tries to lock it empties it
        yield


def _remove(path: Path) -> None:
    """A run's lock file, and the one that names its process."""
    path.unlink(missing_ok=True)
    path.with_suffix(".pid").unlink(missing_ok=True)


def _path(home: Path, name: str) -> Path:
    return home.resolve() / "locks" / f"{name}.lock"


def _holder(home: Path, name: str) -> str:
    try:
        return _path(home, name).with_suffix(".pid").read_text().strip() or "unknown"
    except FileNotFoundError:
        return "unknown"
