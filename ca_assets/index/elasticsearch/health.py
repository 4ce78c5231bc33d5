"""The health of an Elasticsearch: does it answer, which version, is it whole, how much heap and disk, can it be written.

Does not belong here: showing it (`ca health`, the settings page).
"""

from __future__ import annotations

from typing import Any

from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.elasticsearch.errors import DISK_DECIDER, AllocationRefusal, allocation_message, write_block_message
from ca_assets.index.elasticsearch.indexes import allocation_refusals, our_indexes
from ca_assets.index.elasticsearch.manifest import current_state
from ca_assets.index.elasticsearch.retry import HEALTH_SECONDS, Overloaded
from ca_assets.index.protocol import IndexUnavailable

TIGHT_HEAP_PERCENT = 85


def health(client: ElasticClient) -> dict[str, Any]:
    """Facts and `problem` (None: none). Never raises for an unreachable store; has the keys of the embedded index's health too."""
    client = client.with_retry_seconds(HEALTH_SECONDS)
    facts: dict[str, Any] = {"kind": "elasticsearch", "path": client.display_url, "is_reachable": False, "is_writable": False}
    facts |= {"generation": None, "problem": None, "version": None, "status": None}
    try:
        facts |= {"version": client.call("GET", "/", timeout_seconds=10)["version"]["number"], "is_reachable": True}
        facts |= _cluster_state(client) | _sizes(client)
        block = _write_block(client)
        facts["is_writable"] = block is None and not (facts["status"] == "red" and _is_disk_full(client))
        facts["problem"] = _problem(client, facts, block)
        state = current_state(client)
        facts["generation"] = state.generation if state else None
    except IndexUnavailable as error:
        facts |= {"problem": str(error), "is_reachable": facts["is_reachable"] or isinstance(error, Overloaded)}
    return facts


def _cluster_state(client: ElasticClient) -> dict[str, Any]:
    answer = client.call("GET", "/_cluster/health")
    return {"status": answer["status"], "nodes": answer["number_of_nodes"], "unassigned_shards": answer["unassigned_shards"]}


def _sizes(client: ElasticClient) -> dict[str, Any]:
    """Heap and disk: the fullest node's heap, the node with least free disk, and what our indexes take."""
    paths = "nodes.*.jvm.mem.heap_used_percent,nodes.*.jvm.mem.heap_max_in_bytes,nodes.*.fs.total"
    nodes = client.call("GET", "/_nodes/stats/jvm,fs", filter_path=paths)["nodes"].values()
    disks = [node["fs"]["total"] for node in nodes]
    tightest = min(disks, key=lambda disk: int(disk["available_in_bytes"]))
    ours = our_indexes(client)
    stats = client.call("GET", f"/{client.prefix}*/_stats/store", filter_path="indices.*.total.store.size_in_bytes")
    return {
        "heap_percent": max(node["jvm"]["mem"]["heap_used_percent"] for node in nodes),
        "heap_bytes": min(node["jvm"]["mem"]["heap_max_in_bytes"] for node in nodes),
        "free_bytes": tightest["available_in_bytes"],
        "disk_bytes": tightest["total_in_bytes"],
        "bytes": sum(index["total"]["store"]["size_in_bytes"] for name, index in stats.get("indices", {}).items() if name in ours),
    }


def _problem(client: ElasticClient, facts: dict[str, Any], block: str | None) -> str | None:
    if not facts["is_writable"]:
        return block or allocation_message(client.display_url, "", [AllocationRefusal(DISK_DECIDER, "")])
    if facts["status"] == "red":
        return "some data are not available (cluster state red): start the missing nodes; `ca publish` makes again what is lost"
    if facts["heap_percent"] >= TIGHT_HEAP_PERCENT:
        return f"the heap is {facts['heap_percent']} % full: give Elasticsearch more memory, such as ES_JAVA_OPTS='-Xms2g -Xmx2g'"
    return None


def _is_disk_full(client: ElasticClient) -> bool:
    """Whether a disk above the watermark is the reason why an index is nowhere."""
    return any(refusal.decider == DISK_DECIDER for refusal in allocation_refusals(client))


def _write_block(client: ElasticClient) -> str | None:
    """Why nothing can be written, None when it can: a block of the cluster or of an index of ours."""
    answer = client.call("GET", "/_cluster/settings", flat_settings=True)
    for name, value in {**answer["persistent"], **answer["transient"]}.items():
        if name.startswith("cluster.blocks.read_only") and value == "true":
            return write_block_message(client.display_url, f"{name} is set")
    blocked = client.call("GET", f"/{client.prefix}*/_settings/index.blocks.*", flat_settings=True)
    ours = our_indexes(client)
    for index, block in blocked.items():
        if index in ours and (names := [name for name, value in block["settings"].items() if value == "true"]):
            return write_block_message(client.display_url, f"{', '.join(names)} of {index}")
    return None
