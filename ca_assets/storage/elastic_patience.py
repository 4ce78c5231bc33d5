"""Patience with an Elasticsearch that cannot just now: a request again, ever later, and bodies in smaller pieces, one at a time.

Every request of ours may be sent twice, so all are asked again: documents and notes have keys; an index that is there already is taken;
what is deleted may be gone; the alias call states what shall be; a point in time that nobody got to know ends after minutes.
Does not belong here: what a fault is (`elastic_faults`), what is sent.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from ca_assets.storage.elastic_faults import NotNow

READER_SECONDS = 10.0  # a person waits for a page
PUBLISHER_SECONDS = 120.0
FIRST_WAIT_SECONDS = 0.25
LONGEST_WAIT_SECONDS = 8.0
CONNECTIONS = 2
MOST_BYTES = 16_000_000  # more than any body has as it is made
LEAST_BYTES = 250_000
GROW_AFTER = 8  # bodies in a row that were taken
Answer = TypeVar("Answer")


def patiently(ask: Callable[[], Answer], seconds: float) -> Answer:
    """What `ask` returns, which is called again while it raises NotNow, for so many seconds at most. Raises the last NotNow."""
    began, pause = time.monotonic(), FIRST_WAIT_SECONDS
    while True:
        try:
            return ask()
        except NotNow as error:
            if time.monotonic() + pause > began + min(seconds, error.most_seconds):
                raise
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_WAIT_SECONDS)


class Pace:
    """How fast bodies are sent; shared by all connections of a sender.

    A refusal halves the size of bodies, leaves one connection, and makes it wait, ever longer; bodies that are taken undo that step by
    step. Nothing taken for `seconds`: that is the end.
    """

    def __init__(self, seconds: float) -> None:
        self.most_bytes = MOST_BYTES
        self._seconds = seconds
        self._change = threading.Condition()
        self._at_work, self._width, self._in_a_row = 0, CONNECTIONS, 0
        self._pause, self._last_taken = FIRST_WAIT_SECONDS, time.monotonic()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits until one more body may be under way."""
        with self._change:
            self._change.wait_for(lambda: self._at_work < self._width)
            self._at_work += 1
        try:
            yield
        finally:
            with self._change:
                self._at_work -= 1
                self._change.notify_all()

    def taken(self) -> None:
        """A body was taken."""
        with self._change:
            self._last_taken, self._pause, self._in_a_row = time.monotonic(), FIRST_WAIT_SECONDS, self._in_a_row + 1
            if self._in_a_row >= GROW_AFTER:
                self._in_a_row, self._width, self.most_bytes = 0, CONNECTIONS, min(2 * self.most_bytes, MOST_BYTES)
                self._change.notify_all()

    def refused(self, size: int, why: NotNow) -> float:
        """A body of so many bytes was not: seconds to wait. Raises `why` when nothing has been taken for too long."""
        with self._change:
            if time.monotonic() - self._last_taken > min(self._seconds, why.most_seconds):
                raise why
            self._in_a_row, self._width, self.most_bytes = 0, 1, max(size // 2, LEAST_BYTES)
            wait, self._pause = self._pause, min(2 * self._pause, LONGEST_WAIT_SECONDS)
        return wait
