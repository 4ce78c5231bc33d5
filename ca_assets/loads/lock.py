"""One load at a time per installation: a file lock in `CA_HOME` that the kernel frees when its process dies.

Belongs here: taking and showing it. It may be taken again in the process that holds it (the command line takes it, then the run does).
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HELD: dict[Path, int] = {}
_GUARD = threading.Lock()


class LoadRunning(RuntimeError):
    """Another process is loading; the message says which."""


@contextmanager
def load_lock(home: Path) -> Iterator[None]:
    """Hold the lock for the block. LoadRunning when another process has it."""
    path = home.resolve() / "load.lock"
    with _GUARD:
        is_ours = path in _HELD
        if not is_ours:
            _HELD[path] = _take(path)
    try:
        yield
    finally:
        if not is_ours:
            with _GUARD:
                os.close(_HELD.pop(path))


def _take(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        raise LoadRunning(f"another load is running (process {holder}); wait until it has ended and try again") from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor
