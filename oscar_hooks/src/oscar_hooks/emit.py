"""From a fact to a message: built at once, sent when the shop's transaction is committed, to the tracking log and to the collector."""

from __future__ import annotations

import functools
import json
import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from oscar_hooks.client import sender
from oscar_hooks.conf import hook_settings
from oscar_hooks.names import event_name
from oscar_hooks.shopper import Shopper
from oscar_hooks.values import plain, shortened, without_nothing

logger = logging.getLogger("oscar_hooks")
tracking = logging.getLogger("oscar_hooks.tracking")

NAMESPACE: Final = uuid.UUID("6f1d3b0e-4c92-5a55-9b7e-1f7a6f3f2c11")
Message = dict[str, Any]
Receiver = Callable[..., None]
_thread = threading.local()


def undisturbed(receiver: Receiver) -> Receiver:
    """A receiver that never raises into the shop.

    Most of Oscar's signals are sent without protection: an error in a receiver of `order_placed` would tell the shopper that his paid order
    failed. Within a transaction the receiver's queries get a savepoint, since a failed query would otherwise break the shop's own.
    """

    @functools.wraps(receiver)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            with transaction.atomic() if transaction.get_connection().in_atomic_block else nullcontext():
                receiver(*args, **kwargs)
        except Exception:
            report_failure(receiver.__name__)

    return wrapped


def at_end_of_request(say: Callable[[], None]) -> None:
    """Call that when the request has been answered, unless its transaction was rolled back; it must not query the database."""
    transaction.on_commit(lambda: unsaid().append(say))


def unsaid() -> list[Callable[[], None]]:
    """What this thread has to say when its request ends."""
    if not hasattr(_thread, "unsaid"):
        _thread.unsaid = []
    waiting: list[Callable[[], None]] = _thread.unsaid
    return waiting


@undisturbed
def on_request_finished(sender: Any, **_: Any) -> None:
    """Django's signal after each answer."""
    waiting = unsaid()
    while waiting:
        waiting.pop(0)()


def report_failure(where: str) -> None:
    """Log an error with its traceback; a logging handler that fails is no reason to disturb the shop either."""
    with suppress(Exception):
        logger.exception("An event was not sent: %s failed; the shop went on", where)


def track(happening: str, shopper: Shopper, properties: Mapping[str, Any], identity: str | None = None, at: datetime | None = None) -> None:
    """Send an event (a key of `names.EVENT_NAMES`) after the commit.

    `identity` names the fact (`"42"`, an order's number): the same fact has the same message id whenever it is sent, so that it counts
    once. Without it, each call is a fact of its own. `at`: when it happened; now, unless given.
    """
    message = message_of("track", shopper, at, message_id(happening, identity))
    message |= {"event": event_name(happening, hook_settings().names), "properties": shortened(without_nothing(properties))}
    transaction.on_commit(lambda: deliver(message))


def identify(shopper: Shopper, traits: Mapping[str, Any]) -> None:
    """Say after the commit which account a browser belongs to: the two ids together are the join."""
    facts = json.dumps([shopper.user_id, shopper.anonymous_id, traits], sort_keys=True)
    message = message_of("identify", shopper, None, message_id("identify", facts)) | {"traits": dict(traits)}
    transaction.on_commit(lambda: deliver(message))


def message_of(kind: str, shopper: Shopper, at: datetime | None, identity: str) -> Message:
    """What every message has."""
    return {
        "type": kind,
        "messageId": identity,
        "timestamp": at or timezone.now(),
        "userId": shopper.user_id,
        "anonymousId": shopper.anonymous_id,
        "context": dict(shopper.context),
    }


def message_id(happening: str, identity: str | None) -> str:
    """A UUID of the fact and the shop, or a random one."""
    if identity is None:
        return str(uuid.uuid4())
    settings = hook_settings()
    return str(uuid.uuid5(NAMESPACE, "\x1f".join((settings.namespace or settings.write_key, happening, identity))))


def deliver(message: Message) -> None:
    """Write a message to the tracking log and hand it to the sender; whatever goes wrong is logged."""
    try:
        if tracking.isEnabledFor(logging.INFO):
            tracking.info("%s", json.dumps(plain(without_nothing(message))))
    except Exception:
        report_failure("the tracking log")
    try:
        connection = sender()
        if connection is not None:
            connection.send(message)
    except Exception:
        report_failure("the client")
