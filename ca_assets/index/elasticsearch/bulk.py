"""Sending bulk batches to Elasticsearch: two connections, back-pressure, a clear error for a document that is rejected.

A batch may be sent twice without harm, since every document has its id. Memory is bounded: at most a batch per connection and one
that waits. How an overloaded server gets less: `retry.AdaptiveThrottle`.
Does not belong here: what is in a batch (`documents`, `reports`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Semaphore
from typing import Any

from ca_assets.index.elasticsearch.client import NDJSON, ElasticClient
from ca_assets.index.elasticsearch.documents import BulkBatch, split_batch
from ca_assets.index.elasticsearch.errors import OVERLOAD_TYPES, overloaded_error, write_block_message
from ca_assets.index.elasticsearch.retry import CONNECTIONS, AdaptiveThrottle, TransientError
from ca_assets.index.protocol import IndexUnavailable

OPTIONS: dict[str, Any] = {"content_type": NDJSON, "timeout_seconds": 180, "timeout": "30s"}  # the latter: for a missing node


class DocumentRejected(IndexUnavailable):
    """A document does not fit its index; the message names the document, the field and the reason."""


class BulkSender:
    """Two connections that any number of threads send their batches through; as a context it ends them."""

    def __init__(self, client: ElasticClient) -> None:
        self._client = client
        self._throttle = AdaptiveThrottle(client.retry_seconds)
        self._pool = ThreadPoolExecutor(CONNECTIONS)
        self._room = Semaphore(CONNECTIONS + 1)

    def __enter__(self) -> BulkSender:
        return self

    def __exit__(self, *_error: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def send(self, index: str, batches: Iterable[BulkBatch]) -> int:
        """Index all documents; returns their number. Raises IndexUnavailable (DocumentRejected), and stops at the first failure."""
        documents, pending = 0, set[Future[int]]()
        for batch in batches:
            self._room.acquire()
            pending.add(self._pool.submit(self._deliver, index, batch))
            done, pending = wait(pending, timeout=0)
            documents += sum(future.result() for future in done)
        return documents + sum(future.result() for future in pending)

    def _deliver(self, index: str, batch: BulkBatch) -> int:
        """Send a batch, in pieces and with backoff while Elasticsearch is overloaded; returns the number of its documents."""
        try:
            waiting = [batch]
            while waiting:
                waiting.extend(reversed(split_batch(waiting.pop(), self._throttle.max_bytes)))
                with self._throttle.slot():
                    error = _post(self._client, index, waiting[-1])
                    if error:
                        time.sleep(self._throttle.rejected(len(waiting[-1].data), error))
                    else:
                        waiting.pop()
                        self._throttle.accepted()
        finally:
            self._room.release()
        return batch.documents


def send_batches(client: ElasticClient, index: str, batches: Iterable[BulkBatch]) -> int:
    """Index documents through connections of their own (see `BulkSender.send`)."""
    with BulkSender(client) as sender:
        return sender.send(index, batches)


def _post(client: ElasticClient, index: str, batch: BulkBatch) -> TransientError | None:
    """None when all documents were accepted, else why Elasticsearch cannot now. Raises IndexUnavailable for anything else."""
    try:
        answer = client.call("POST", f"/{index}/_bulk", batch.data, filter_path="errors,items.*.error", retry=False, **OPTIONS)
    except TransientError as error:
        return error
    if not answer.get("errors"):
        return None
    errors = [next(iter(item.values()))["error"] for item in answer["items"]]
    permanent = next((error for error in errors if error.get("type") not in OVERLOAD_TYPES), None)
    if permanent is None:
        return overloaded_error(client.display_url, str(errors[0].get("reason")))
    if permanent.get("type") == "cluster_block_exception":
        raise IndexUnavailable(write_block_message(client.display_url, str(permanent.get("reason"))))
    if permanent.get("type") == "unavailable_shards_exception":
        raise IndexUnavailable(f"a node of {client.display_url} that holds a part of {index} is away; run it again when it is back")
    raise DocumentRejected(_rejection_message(client, index, batch))


def _rejection_message(client: ElasticClient, index: str, batch: BulkBatch) -> str:
    """The rejected documents in words; the batch is sent once more, for their ids."""
    answer = client.call("POST", f"/{index}/_bulk", batch.data, filter_path="items.*._id,items.*.error", **OPTIONS)
    results = [next(iter(item.values())) for item in answer["items"]]
    rejected = [result for result in results if "error" in result]
    error = rejected[0]["error"]
    reasons = [str(error.get("reason"))]
    while isinstance(error.get("caused_by"), dict):
        error = error["caused_by"]
        reasons.append(str(error.get("reason")))
    reason = " ".join("; ".join(dict.fromkeys(reasons)).split())[:600]
    more = f" (and {len(rejected) - 1} more documents)" if len(rejected) > 1 else ""
    return f"Elasticsearch refuses the document {rejected[0]['_id']!r} of {index}: {reason}{more}; nothing was published"
