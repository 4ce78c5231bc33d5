"""Who hears how far a load is: the command line sets a listener, runs of Dagster's own processes have none."""

from __future__ import annotations

import time
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


def seldom(progress: Progress, seconds: float = 2.0) -> Progress:
    """A listener that passes on what it hears of one thing at most once in so many seconds; a log keeps every line for ever."""
    heard: dict[str, float] = {}

    def listener(what: str, rows: int) -> None:
        """Pass on what was not heard lately."""
        now = time.monotonic()
        if now - heard.get(what, float("-inf")) >= seconds:
            heard[what] = now
            progress(what, rows)

    return listener
