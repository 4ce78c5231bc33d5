"""Elasticsearch indexes of this installation: their names and marks of ownership, creating them, reading many small documents.

Belongs here: what any index of ours needs. Which indexes there are: `tables`, `reports`, `manifest`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.elasticsearch.errors import AllocationRefusal, AlreadyExists, NotFound, allocation_message
from ca_assets.index.protocol import IndexUnavailable

OWNER = "customer_analytics"
SCAN_SIZE = 5_000
# What an index is for, as its `_meta` says; every other value is the name of a table. These words are stored, hence never renamed.
STATE, STAGING_LOG, REPORTS = "state", "notes", "reports"


def alias(client: ElasticClient, name: str) -> str:
    """The public name of a table, of the reports, or of the current state."""
    return f"{client.prefix}{name}"


def ownership(client: ElasticClient, purpose: str) -> dict[str, Any]:
    """The `_meta` of an index, by which it is known as ours; `purpose`: STATE, STAGING_LOG, REPORTS, or a table's name."""
    return {"made_by": OWNER, "prefix": client.prefix, "what": purpose}


def purpose_of(meta: dict[str, Any]) -> str:
    """What an index of ours is for, from its `_meta`."""
    return str(meta["what"])


def is_of_table(meta: dict[str, Any]) -> bool:
    """Whether an index of ours holds rows of a table."""
    return purpose_of(meta) not in (STATE, STAGING_LOG, REPORTS)


def our_indexes(client: ElasticClient) -> dict[str, dict[str, Any]]:
    """All indexes of this installation: name → `_meta`. Raises IndexUnavailable."""
    answer = client.call("GET", f"/{client.prefix}*/_mapping", filter_path="*.mappings._meta")
    metas = {name: index.get("mappings", {}).get("_meta", {}) for name, index in answer.items()}
    return {name: meta for name, meta in metas.items() if meta.get("made_by") == OWNER and meta.get("prefix") == client.prefix}


def ensure_index(client: ElasticClient, name: str, body: dict[str, Any]) -> None:
    """Create an index unless it exists. Raises IndexUnavailable; AlreadyExists when it is somebody else's."""
    if not client.call("GET", f"/{name}", ignore_unavailable=True, features="aliases"):
        create_index(client, name, body)


def create_index(client: ElasticClient, name: str, body: dict[str, Any]) -> None:
    """Create an index; one with our `_meta` that exists was created by the same request, which was retried.

    Raises IndexUnavailable, also when no node takes the index: Elasticsearch creates it nevertheless, and would let documents wait.
    """
    try:
        answer = client.call("PUT", f"/{name}", body, wait_for_active_shards=1)
    except AlreadyExists:
        if our_indexes(client).get(name) != body["mappings"]["_meta"]:
            raise
        return
    if not answer["shards_acknowledged"]:
        raise IndexUnavailable(allocation_message(client.display_url, name, allocation_refusals(client, name)))


def allocation_refusals(client: ElasticClient, index: str | None = None) -> list[AllocationRefusal]:
    """What the deciders of all nodes say against the first shard of the index (None: of any); nothing when it was taken meanwhile."""
    with suppress(IndexUnavailable):
        shard = {"index": index, "shard": 0, "primary": True} if index else None
        answer = client.call("POST", "/_cluster/allocation/explain", shard)
        deciders = [decider for node in answer.get("node_allocation_decisions", []) for decider in node["deciders"]]
        return [AllocationRefusal(d["decider"], str(d["explanation"])) for d in deciders if d["decision"] == "NO"]
    return []


def scan_documents(
    client: ElasticClient, index: str, query: dict[str, Any], *, missing_ok: bool = False, **search: Any
) -> list[dict[str, Any]]:
    """Sources of all documents that match; for thousands of small ones. Raises NotFound unless `missing_ok`."""
    sources: list[dict[str, Any]] = []
    try:
        point_id = client.call("POST", f"/{index}/_pit", keep_alive="2m")["id"]
    except NotFound:
        if missing_ok:
            return []
        raise
    after: dict[str, Any] = {}
    while True:
        pit = {"id": point_id, "keep_alive": "2m"}
        body = {"query": query, "size": SCAN_SIZE, "sort": ["_shard_doc"], "pit": pit, "track_total_hits": False}
        hits = client.call("POST", "/_search", {**body, **search, **after})["hits"]["hits"]
        sources.extend(hit["_source"] for hit in hits)
        if len(hits) < SCAN_SIZE:
            client.close_point_in_time(point_id)
            return sources
        after = {"search_after": hits[-1]["sort"]}
