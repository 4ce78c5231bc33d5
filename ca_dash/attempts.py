"""Slows down password guessing: counts failures per address and name, and per address, in the last quarter of an hour.

Kept in the process's memory: with several worker processes the limit holds per worker.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

WINDOW_SECONDS = 900
LIMITS = {"name": 5, "address": 30}
REMEMBERED = 10_000


class Attempts:
    """Failures by key; `clock` is an argument so that tests need not wait."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[tuple[str, ...], deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def seconds_to_wait(self, address: str, name: str) -> int:
        """0 when another attempt is welcome, else how long to wait."""
        now = self._clock()
        with self._lock:
            waits = [self._wait(key, limit, now) for key, limit in _keys(address, name)]
        return max(waits)

    def failed(self, address: str, name: str) -> None:
        """Note a failure."""
        with self._lock:
            for key, limit in _keys(address, name):
                failures = self._failures.setdefault(key, deque(maxlen=limit))
                failures.append(self._clock())
                self._failures.move_to_end(key)
            while len(self._failures) > REMEMBERED:
                self._failures.popitem(last=False)

    def succeeded(self, address: str, name: str) -> None:
        """Forget the failures of this name from this address (not those of the address: others may be guessing)."""
        with self._lock:
            self._failures.pop((address, name), None)

    def _wait(self, key: tuple[str, ...], limit: int, now: float) -> int:
        failures = [moment for moment in self._failures.get(key, ()) if now - moment < WINDOW_SECONDS]
        return int(WINDOW_SECONDS - (now - failures[0])) + 1 if len(failures) >= limit else 0


def _keys(address: str, name: str) -> list[tuple[tuple[str, ...], int]]:
    return [((address, name[:100]), LIMITS["name"]), ((address,), LIMITS["address"])]
