"""How one Elasticsearch call is retried: what counts as transient, for how long, with which backoff. All of it is in this file.

Three layers, from the inside out:
1. The transport of the client library repeats a request whose connection failed, or which a proxy answered with 502 or 504
   (TRANSPORT_RETRY).
2. `call_with_retry` repeats a call that raised a TransientError: 429 (Overloaded) or 503 (NodeUnavailable). Exponential backoff: .25 s,
   .5 s, 1 s … at most 8 s between two attempts; it gives up when the next attempt would come later than the caller's seconds
   (READER_SECONDS for pages, PUBLISHER_SECONDS for loads) or the error's own `max_seconds` after the first one.
3. `AdaptiveThrottle` does the same for bulk requests, and sends smaller ones over one connection while the server is overloaded.

Every request of ours is idempotent, so all of them are retried: documents have ids; an index that exists already is taken; what is deleted
may be gone; the alias call states what shall be; a point in time whose id got lost ends by itself after minutes.
Does not belong here: which answer is which error (`errors`), what is sent.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential

from ca_assets.index.protocol import IndexUnavailable

READER_SECONDS = 10.0  # a person waits for a page
PUBLISHER_SECONDS = 120.0
HEALTH_SECONDS = 1.0  # who asks for the health wants to know that it is overloaded
FIRST_WAIT_SECONDS = 0.25
MAX_WAIT_SECONDS = 8.0
TRANSPORT_RETRY: dict[str, Any] = {"max_retries": 3, "retry_on_status": (502, 504)}
CONNECTIONS = 2  # of one publication's bulk requests
MAX_BATCH_BYTES = 16_000_000  # more than any batch has as it is made
MIN_BATCH_BYTES = 250_000
GROW_AFTER = 8  # batches that were accepted in a row
Answer = TypeVar("Answer")


class TransientError(IndexUnavailable):
    """Elasticsearch cannot do it now and may do it later: the call is retried for at most `max_seconds`."""

    max_seconds = 0.0


class Overloaded(TransientError):
    """429: a queue or the heap is full."""

    max_seconds = 600.0


class NodeUnavailable(TransientError):
    """503: a node or master is away: seconds after a start or the end of a node, for long when the node was the only one."""

    max_seconds = 10.0


def call_with_retry(call: Callable[[], Answer], seconds: float) -> Answer:
    """What `call` returns, which is repeated while it raises TransientError, for at most `seconds`. Raises the last TransientError."""

    def is_over(attempt: RetryCallState) -> bool:
        error = attempt.outcome.exception() if attempt.outcome else None
        limit = min(seconds, error.max_seconds) if isinstance(error, TransientError) else 0.0
        return (attempt.seconds_since_start or 0.0) + attempt.upcoming_sleep > limit

    retrying = Retrying(
        retry=retry_if_exception_type(TransientError),
        wait=wait_exponential(multiplier=FIRST_WAIT_SECONDS, max=MAX_WAIT_SECONDS),
        stop=is_over,
        reraise=True,
    )
    return retrying(call)


class AdaptiveThrottle:
    """Size and number of bulk requests under way; shared by all connections of a sender.

    A rejected batch halves the size of the next ones, leaves one connection and backs off exponentially; GROW_AFTER accepted batches in
    a row undo one such step. It gives up when nothing has been accepted for `seconds`.
    """

    def __init__(self, seconds: float) -> None:
        self.max_bytes = MAX_BATCH_BYTES
        self._seconds = seconds
        self._changed = threading.Condition()
        self._in_flight, self._width, self._accepted_in_a_row = 0, CONNECTIONS, 0
        self._wait, self._last_accepted = FIRST_WAIT_SECONDS, time.monotonic()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Waits until one more batch may be under way."""
        with self._changed:
            self._changed.wait_for(lambda: self._in_flight < self._width)
            self._in_flight += 1
        try:
            yield
        finally:
            with self._changed:
                self._in_flight -= 1
                self._changed.notify_all()

    def accepted(self) -> None:
        """A batch was accepted."""
        with self._changed:
            self._last_accepted, self._wait, self._accepted_in_a_row = time.monotonic(), FIRST_WAIT_SECONDS, self._accepted_in_a_row + 1
            if self._accepted_in_a_row >= GROW_AFTER:
                self._accepted_in_a_row, self._width, self.max_bytes = 0, CONNECTIONS, min(2 * self.max_bytes, MAX_BATCH_BYTES)
                self._changed.notify_all()

    def rejected(self, size: int, error: TransientError) -> float:
        """A batch of so many bytes was rejected: seconds to wait. Raises `error` when nothing has been accepted for too long."""
        with self._changed:
            if time.monotonic() - self._last_accepted > min(self._seconds, error.max_seconds):
                raise error
            self._accepted_in_a_row, self._width, self.max_bytes = 0, 1, max(size // 2, MIN_BATCH_BYTES)
            wait, self._wait = self._wait, min(2 * self._wait, MAX_WAIT_SECONDS)
        return wait
