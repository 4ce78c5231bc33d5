"""Who hears how far a load is: the command line sets a listener, runs of Dagster's own processes have none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Progress = Callable[[str, int], None]
_LISTENER: ContextVar[Progress | None] = ContextVar("progress", default=None)


def current_progress() -> Progress | None:
    """The listener of this process, called with (what, rows so far)."""
    return _LISTENER.get()


@contextmanager
def listening(progress: Progress) -> Iterator[None]:
    """Hear of the progress of loads made inside the block."""
    token = _LISTENER.set(progress)
    try:
        yield
    finally:
        _LISTENER.reset(token)
