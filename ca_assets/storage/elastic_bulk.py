"""Sending bodies to Elasticsearch: two connections, back-pressure, a clear error for a document that is refused.

A body may be sent twice without harm, since every document has its key. Memory is bounded: at most a body per connection and one
that waits. Does not belong here: what is in a body (`elastic_bodies`, `elastic_reports`).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from ca_assets.storage.elastic_bodies import Body
from ca_assets.storage.elastic_client import NDJSON, Overloaded, Store, blocked
from ca_assets.storage.index import IndexUnavailable

CONNECTIONS = 2
FIRST_WAIT_SECONDS = 0.25
LONGEST_WAIT_SECONDS = 16.0
ATTEMPTS = 10  # about a minute of waiting
BUSY = {"es_rejected_execution_exception", "circuit_breaking_exception", "unavailable_shards_exception"}


class DocumentRefused(IndexUnavailable):
    """A document does not fit its index; the message names the document, the field and the reason."""


def send(store: Store, index: str, bodies: Iterable[Body]) -> int:
    """Index all documents; returns their number. Raises IndexUnavailable (DocumentRefused), and stops at the first failure."""
    documents = 0
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        pending: set[Future[int]] = set()
        try:
            for body in bodies:
                pending.add(pool.submit(_post, store, index, body))
                if len(pending) > CONNECTIONS:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    documents += sum(each.result() for each in done)
            return documents + sum(each.result() for each in pending)
        finally:
            for each in pending:
                each.cancel()


def _post(store: Store, index: str, body: Body) -> int:
    """Send one body, again and ever later while Elasticsearch is too busy for it."""
    pause = FIRST_WAIT_SECONDS
    for attempt in itertools.count(1):
        problem = _try(store, index, body)
        if problem is None:
            return body.documents
        if attempt == ATTEMPTS:
            raise Overloaded(f"Elasticsearch at {store.shown} stays too busy to take documents ({problem}); run it again later")
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_WAIT_SECONDS)
    raise AssertionError("unreachable")


def _try(store: Store, index: str, body: Body) -> str | None:
    """None when all documents were taken, else why Elasticsearch was too busy. Raises IndexUnavailable for anything else."""
    try:
        answer = store.call("POST", f"/{index}/_bulk", body.data, kind=NDJSON, filter_path="errors,items.*.error", require_alias=False)
    except Overloaded as error:
        return str(error)
    if not answer.get("errors"):
        return None
    errors = [next(iter(item.values()))["error"] for item in answer["items"]]
    refused = next((error for error in errors if error.get("type") not in BUSY), None)
    if refused is None:
        return str(errors[0].get("reason"))
    if refused.get("type") == "cluster_block_exception":
        raise IndexUnavailable(blocked(store.shown, str(refused.get("reason"))))
    raise DocumentRefused(_refusal(store, index, body))


def _refusal(store: Store, index: str, body: Body) -> str:
    """The refused documents in words; the body is sent once more, for their ids."""
    names = "items.*._id,items.*.error"
    answer = store.call("POST", f"/{index}/_bulk", body.data, kind=NDJSON, filter_path=names, require_alias=False)
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
