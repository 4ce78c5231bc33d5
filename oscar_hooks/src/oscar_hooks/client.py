"""Sends messages to the collector from a thread of its own: a Segment client per process, made at the first message.

What the official client leaves to its users is done here: a client that was made before a fork sends nothing in the child, so the child
makes its own; the end of a process waits for the last messages, but not for ever; what was not delivered is counted and logged, without
the write key and without contents.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.util import Finalize
from typing import Any

from segment.analytics import request as segment_request
from segment.analytics.client import Client

from oscar_hooks.conf import HookSettings, hook_settings

logger = logging.getLogger("oscar_hooks")

# A batch is sent again until the collector takes it: for twelve hours, each minute in the end (the client's own waiting times).
ATTEMPTS = 1000
WARN_SECONDS = 60  # a warning about lost events at most this often
EXIT_PRIORITY = 10


@dataclass
class Sender:
    """A process's connection to one collector."""

    settings: HookSettings
    client: Client
    finalizer: Finalize | None = None
    lost: int = 0
    warned_at: float = field(default=float("-inf"))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, message: Mapping[str, Any]) -> bool:
        """Put a message into the queue; never waits. False when the queue is full: the message is lost."""
        fields = {name: message.get(name) for name in ("context", "timestamp")}
        ids = {"user_id": message.get("userId"), "anonymous_id": message.get("anonymousId"), "message_id": message["messageId"]}
        if message["type"] == "identify":
            queued, _ = self.client.identify(traits=message["traits"], **ids, **fields)
        else:
            queued, _ = self.client.track(event=message["event"], properties=message["properties"], **ids, **fields)
        if not queued:
            self.count_lost(1, "the queue is full")
        return bool(queued)

    def count_lost(self, count: int, reason: object) -> None:
        """Count messages that will not arrive, and say so now and then."""
        with self.lock:
            self.lost += count
            now = time.monotonic()
            is_due = now - self.warned_at >= WARN_SECONDS
            self.warned_at = now if is_due else self.warned_at
        if is_due:
            logger.warning("%d events of this process were not delivered so far (%s); resend_orders sends orders again", self.lost, reason)

    def waiting(self) -> int:
        """Messages that are neither delivered nor given up."""
        return int(self.client.queue.unfinished_tasks)

    def flush(self, seconds: float) -> bool:
        """Wait until all messages are delivered or given up, but no longer than that; True when none waits any more."""
        queue, deadline = self.client.queue, time.monotonic() + seconds
        with queue.all_tasks_done:
            while queue.unfinished_tasks:
                left = deadline - time.monotonic()
                if left <= 0 or not queue.all_tasks_done.wait(left):
                    return not queue.unfinished_tasks
        return True

    def close(self) -> None:
        """The end of the process: deliver what waits, within the seconds that the settings allow."""
        if not self.flush(self.settings.exit_seconds):
            logger.warning("%d events were not delivered when the process ended; resend_orders sends orders again", self.waiting())

    def stop(self) -> None:
        """End the thread without waiting for what it still has."""
        if self.finalizer is not None:
            self.finalizer.cancel()
        for consumer in self.client.consumers:
            consumer.pause()


_lock = threading.Lock()
_sender: Sender | None = None


def sender() -> Sender | None:
    """This process's sender, made at the first use and whenever the settings changed; None without a host or a write key."""
    global _sender  # noqa: PLW0603 - one per process is the point
    settings = hook_settings()
    current = _sender
    if current is not None and current.settings == settings:
        return current
    if not (settings.host and settings.write_key):
        return None
    with _lock:
        if _sender is None or _sender.settings != settings:
            _sender = open_sender(settings)
        return _sender


def open_sender(settings: HookSettings) -> Sender:
    """A client with its thread. Its own wait at the end of the process has no limit, so that one is replaced by ours."""
    client = Client(
        settings.write_key,
        host=settings.host,
        gzip=settings.gzip,
        timeout=settings.timeout_seconds,
        max_queue_size=settings.queue_size,
        max_retries=ATTEMPTS,
    )
    opened = Sender(settings, client)
    for consumer in client.consumers:
        consumer.on_error = lambda error, batch: opened.count_lost(len(batch), type(error).__name__)
    atexit.unregister(client.join)
    # Of the main process, and of multiprocessing's children, which skip atexit.
    opened.finalizer = Finalize(None, opened.close, exitpriority=EXIT_PRIORITY)
    return opened


def _forget_parent() -> None:
    """In a forked child: the parent's threads are not here, and its open connections are the parent's."""
    global _lock, _sender
    _lock, _sender = threading.Lock(), None
    with contextlib.suppress(OSError):
        segment_request._session.close()


os.register_at_fork(after_in_child=_forget_parent)
