"""Sending bodies to Elasticsearch: two connections, back-pressure, a clear error for a document that is refused.

A body may be sent twice without harm, since every document has its key. Memory is bounded: at most a body per connection and one
that waits. A server that is too busy gets less (`elastic_patience`).
Does not belong here: what is in a body (`elastic_bodies`, `elastic_reports`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Semaphore
from typing import Any

from ca_assets.storage.elastic_bodies import Body, cut
from ca_assets.storage.elastic_client import NDJSON, Store
from ca_assets.storage.elastic_faults import BUSY, NotNow, blocked, overloaded
from ca_assets.storage.elastic_patience import CONNECTIONS, Pace
from ca_assets.storage.index import IndexUnavailable

ANSWER: dict[str, Any] = {"kind": NDJSON, "seconds": 180, "timeout": "30s"}  # how long a missing node is waited for


class DocumentRefused(IndexUnavailable):
    """A document does not fit its index; the message names the document, the field and the reason."""


class Sender:
    """Two connections that any number of threads send their bodies through; as a context it ends them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pace = Pace(store.patience_seconds)
        self._pool = ThreadPoolExecutor(CONNECTIONS)
        self._room = Semaphore(CONNECTIONS + 1)

    def __enter__(self) -> Sender:
        return self

    def __exit__(self, *_error: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def send(self, index: str, bodies: Iterable[Body]) -> int:
        """Index all documents; returns their number. Raises IndexUnavailable (DocumentRefused), and stops at the first failure."""
        documents, pending = 0, set[Future[int]]()
        for body in bodies:
            self._room.acquire()
            pending.add(self._pool.submit(self._post, index, body))
            done, pending = wait(pending, timeout=0)
            documents += sum(each.result() for each in done)
        return documents + sum(each.result() for each in pending)

    def _post(self, index: str, body: Body) -> int:
        try:
            self._deliver(index, body)
        finally:
            self._room.release()
        return body.documents

    def _deliver(self, index: str, body: Body) -> None:
        """Send a body, in pieces and ever later while Elasticsearch is too busy for it."""
        waiting = [body]
        while waiting:
            waiting.extend(reversed(cut(waiting.pop(), self._pace.most_bytes)))
            with self._pace.turn():
                refusal = _try(self._store, index, waiting[-1])
                if refusal:
                    time.sleep(self._pace.refused(len(waiting[-1].data), refusal))
                else:
                    waiting.pop()
                    self._pace.taken()


def send(store: Store, index: str, bodies: Iterable[Body]) -> int:
    """Index documents through connections of their own (see `Sender.send`)."""
    with Sender(store) as sender:
        return sender.send(index, bodies)


def _try(store: Store, index: str, body: Body) -> NotNow | None:
    """None when all documents were taken, else why Elasticsearch cannot just now. Raises IndexUnavailable for anything else."""
    try:
        answer = store.call("POST", f"/{index}/_bulk", body.data, filter_path="errors,items.*.error", once=True, **ANSWER)
    except NotNow as refusal:
        return refusal
    if not answer.get("errors"):
        return None
    errors = [next(iter(item.values()))["error"] for item in answer["items"]]
    refused = next((error for error in errors if error.get("type") not in BUSY), None)
    if refused is None:
        return overloaded(store.shown, str(errors[0].get("reason")))
    if refused.get("type") == "cluster_block_exception":
        raise IndexUnavailable(blocked(store.shown, str(refused.get("reason"))))
    if refused.get("type") == "unavailable_shards_exception":
        raise IndexUnavailable(f"a node of {store.shown} that holds a part of {index} is away; run it again when it is back")
    raise DocumentRefused(_refusal(store, index, body))


def _refusal(store: Store, index: str, body: Body) -> str:
    """The refused documents in words; the body is sent once more, for their ids."""
    names = "items.*._id,items.*.error"
    answer = store.call("POST", f"/{index}/_bulk", body.data, filter_path=names, **ANSWER)
    bad = [item for each in answer["items"] if "error" in (item := next(iter(each.values())))]
    first = bad[0]
    more = f" (and {len(bad) - 1} more documents)" if len(bad) > 1 else ""
    return f"Elasticsearch refuses the document {first['_id']!r} of {index}: {_words(first['error'])}{more}; nothing was published"


def _words(error: dict[str, Any]) -> str:
    texts = [str(error.get("reason"))]
    while isinstance(error.get("caused_by"), dict):
        error = error["caused_by"]
        texts.append(str(error.get("reason")))
    return " ".join("; ".join(dict.fromkeys(texts)).split())[:600]
