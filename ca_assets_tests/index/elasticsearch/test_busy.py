"""A real Elasticsearch that refuses requests because its memory is short (429): each is retried, batches get smaller, and retries end.

The server's own circuit breakers are set so low that it has to refuse; its settings can be changed even then.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ca_assets.index.elasticsearch import health as elastic_health
from ca_assets.index.elasticsearch import index as elastic_index
from ca_assets.index.elasticsearch import retry
from ca_assets.index.elasticsearch.bulk import send_batches
from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.elasticsearch.documents import BulkBatch
from ca_assets.index.elasticsearch.index import ElasticIndex
from ca_assets.index.elasticsearch.retry import Overloaded
from ca_assets.index.open import open_index
from ca_assets.index.protocol import IndexUnavailable
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings
from ca_assets_tests.index.elasticsearch.support import publish_all, rows_of
from ca_assets_tests.index.test_index_contract import report_set, value
from ca_assets_tests.servers.elasticsearch import NoServer, start
from ca_assets_tests.servers.elasticsearch_shared import or_skip

ALL, LARGE = "indices.breaker.total.limit", "network.breaker.inflight_requests.limit"
OURS = r"_bulk|_count|_refresh|_aliases|_alias|_mapping|_settings|_pit|_search|_msearch|_mget|_doc|_delete_by_query|_stats"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server that nobody else uses."""
    try:
        cluster = start(heap="300m")
    except NoServer as error:
        or_skip(error)
    yield cluster.url
    cluster.stop()


@pytest.fixture
def busy(url: str, settings: ProcessSettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProcessSettings]:
    """Settings for it; it is emptied and at ease afterwards."""
    monkeypatch.setattr(retry, "FIRST_WAIT_SECONDS", 0.01)
    made = settings.model_copy(update={"index_url": url})
    yield made
    limit(made, ALL, None)
    limit(made, LARGE, None)
    ElasticClient(made).call("DELETE", "/_all", expand_wildcards="all")


def limit(settings: ProcessSettings, name: str, value: str | None) -> None:
    """Set a breaker."""
    ElasticClient(settings).call("PUT", "/_cluster/settings", {"transient": {name: value}}, retry=False)


def kind_of(method: str, target: str) -> str:
    """What a request asks, without names."""
    found = re.search(rf"/({OURS})\b", target)
    return f"{method} {found.group(1) if found else 'index'}"


@pytest.fixture
def refused(busy: ProcessSettings, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """The server refuses the first request of each kind: how often each was refused."""
    counts: dict[str, int] = {}
    request_before: Callable[..., Any] = ElasticClient._request
    alone = threading.RLock()  # several threads publish

    def request(self: ElasticClient, method: str, target: str, *rest: Any) -> Any:
        kind = kind_of(method, target)
        with alone:
            if target.startswith("/_cluster") or kind in counts:
                return request_before(self, method, target, *rest)
            counts[kind] = 0
            limit(busy, ALL, "1%")
            try:
                return request_before(self, method, target, *rest)
            except Overloaded:
                counts[kind] += 1
                raise
            finally:
                limit(busy, ALL, None)

    monkeypatch.setattr(ElasticClient, "_request", request)
    return counts


def test_every_request_is_retried(busy: ProcessSettings, full_lake: Lake, refused: dict[str, int]) -> None:
    index = open_index(busy)
    publish_all(index, full_lake, "g1", [report_set(1)])
    publish_all(index, full_lake, "g2", [report_set(2)])
    assert value(index) == 2
    assert [row["id"] for row in rows_of(index)] == ["a", "b", "c"]
    assert [row["id"] for row in rows_of(index, where={"client": "cb"})] == ["b"]
    assert len(rows_of(index, "basket_lines")) == 3
    with index.snapshot() as snapshot:
        assert len(snapshot.keys()) == 4 and snapshot.versions("x", "full")
    wanted = {f"POST {name}" for name in ("_bulk", "_refresh", "_aliases", "_pit", "_search", "_msearch", "_mget", "_delete_by_query")}
    wanted |= {
        "PUT index",
        "PUT _doc",
        "PUT _mapping",
        "GET _count",
        "GET _doc",
        "GET _mapping",
        "GET _alias",
        "DELETE index",
        "DELETE _pit",
    }
    assert wanted <= refused.keys()
    assert {kind for kind, count in refused.items() if count != 1} <= {"GET _stats"}, "statistics are always given"


def test_too_large_batches_are_split(busy: ProcessSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "MIN_BATCH_BYTES", 20_000)
    client, sizes, request_before = ElasticClient(busy), list[int](), ElasticClient._request

    def request(self: ElasticClient, method: str, target: str, body: Any, *rest: Any) -> Any:
        answer = request_before(self, method, target, body, *rest)
        sizes.extend([len(body)] if "_bulk" in target else [])
        return answer

    monkeypatch.setattr(ElasticClient, "_request", request)
    batches = [
        BulkBatch(b"".join(b'{"index":{"_id":"%d-%d"}}\n{"text":"%s"}\n' % (part, n, b"x" * 500) for n in range(2000)), 2000)
        for part in range(4)
    ]
    limit(busy, LARGE, "300kb")
    assert send_batches(client, "texts", batches) == 8000
    limit(busy, LARGE, None)
    client.call("POST", "/texts/_refresh")
    assert client.call("GET", "/texts/_count")["count"] == 8000
    assert max(sizes) < 300_000 < len(batches[0].data)
    assert sum(sizes) == sum(len(batch.data) for batch in batches)


def test_retries_end_with_a_clear_error(busy: ProcessSettings, full_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elastic_index, "READER_SECONDS", 0.3)
    index = open_index(busy)
    assert isinstance(index, ElasticIndex)
    publish_all(index, full_lake, "g1")
    index.client.retry_seconds = 0.3
    limit(busy, ALL, "1%")
    told = r"is overloaded \(.*Data too large.*run it again later, or give it more memory"
    for attempt in (
        lambda: value(index),
        lambda: publish_all(index, full_lake, "g2"),
        lambda: send_batches(index.client, "i", [BulkBatch(b"{}\n", 1)]),
    ):
        with pytest.raises(IndexUnavailable, match=told):
            attempt()
    monkeypatch.setattr(elastic_health, "HEALTH_SECONDS", 0.1)
    health = index.health()
    assert (health["is_reachable"], health["is_writable"], "overloaded" in str(health["problem"])) == (True, False, True)
    limit(busy, ALL, None)
    publish_all(index, full_lake, "g2", [report_set(2)])
    assert (value(index), index.health()["is_writable"]) == (2, True)
