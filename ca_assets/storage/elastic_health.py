"""What people must know of an Elasticsearch: does it answer, which version, is it whole, how much heap and disk, can it be written.

Does not belong here: showing it (`ca health`, the settings page).
"""

from __future__ import annotations

from typing import Any

from ca_assets.storage.elastic_client import Store
from ca_assets.storage.elastic_faults import WATERMARK, Overloaded, blocked, unallocated
from ca_assets.storage.elastic_notes import current_state, our_indexes, why_unallocated
from ca_assets.storage.index import IndexUnavailable

TIGHT_HEAP_PERCENT = 85
QUICK_SECONDS = 1.0  # who asks how it is wants to know that it is overloaded


def health(store: Store) -> dict[str, Any]:
    """Facts and `problem` (None: none). Never raises for an unreachable store; has the keys of the embedded index's health too."""
    store = store.patient(QUICK_SECONDS)
    state: dict[str, Any] = {"kind": "elasticsearch", "path": store.shown, "is_reachable": False, "is_writable": False}
    state |= {"generation": None, "problem": None, "version": None, "status": None}
    try:
        state |= {"version": store.call("GET", "/", seconds=10)["version"]["number"], "is_reachable": True}
        state |= _cluster(store) | _sizes(store)
        state["is_writable"] = _write_block(store) is None and not (state["status"] == "red" and _is_beyond_watermark(store))
        state["problem"] = _problem(store, state)
        found = current_state(store)
        state["generation"] = found.generation if found else None
    except IndexUnavailable as unavailable:
        state |= {"problem": str(unavailable), "is_reachable": state["is_reachable"] or isinstance(unavailable, Overloaded)}
    return state


def _cluster(store: Store) -> dict[str, Any]:
    answer = store.call("GET", "/_cluster/health")
    return {"status": answer["status"], "nodes": answer["number_of_nodes"], "unassigned_shards": answer["unassigned_shards"]}


def _sizes(store: Store) -> dict[str, Any]:
    """Heap and disk: the fullest node's heap, the node with least free disk, and what our indexes take."""
    wanted = "nodes.*.jvm.mem.heap_used_percent,nodes.*.jvm.mem.heap_max_in_bytes,nodes.*.fs.total"
    nodes = store.call("GET", "/_nodes/stats/jvm,fs", filter_path=wanted)["nodes"].values()
    disks = [node["fs"]["total"] for node in nodes]
    tightest = min(disks, key=lambda disk: int(disk["available_in_bytes"]))
    return {
        "heap_percent": max(node["jvm"]["mem"]["heap_used_percent"] for node in nodes),
        "heap_bytes": min(node["jvm"]["mem"]["heap_max_in_bytes"] for node in nodes),
        "free_bytes": tightest["available_in_bytes"],
        "disk_bytes": tightest["total_in_bytes"],
        "bytes": _our_bytes(store),
    }


def _our_bytes(store: Store) -> int:
    mine = our_indexes(store)
    found = store.call("GET", f"/{store.prefix}*/_stats/store", filter_path="indices.*.total.store.size_in_bytes")
    return sum(each["total"]["store"]["size_in_bytes"] for name, each in found.get("indices", {}).items() if name in mine)


def _problem(store: Store, state: dict[str, Any]) -> str | None:
    if not state["is_writable"]:
        return _write_block(store) or unallocated(store.shown, "", [WATERMARK])
    if state["status"] == "red":
        return "some data are not available (cluster state red): start the missing nodes; `ca publish` makes again what is lost"
    if state["heap_percent"] >= TIGHT_HEAP_PERCENT:
        return f"the heap is {state['heap_percent']} % full: give Elasticsearch more memory, such as ES_JAVA_OPTS='-Xms2g -Xmx2g'"
    return None


def _is_beyond_watermark(store: Store) -> bool:
    """Whether a disk is the reason why an index is nowhere."""
    return any(WATERMARK in reason for reason in why_unallocated(store))


def _write_block(store: Store) -> str | None:
    """Why nothing can be written, None when it can: blocks of the cluster or of an index of ours, or a refused small write."""
    flat = store.call("GET", "/_cluster/settings", flat_settings=True)
    for name, value in {**flat["persistent"], **flat["transient"]}.items():
        if name.startswith("cluster.blocks.read_only") and value == "true":
            return blocked(store.shown, f"{name} is set")
    found = store.call("GET", f"/{store.prefix}*/_settings/index.blocks.*", flat_settings=True)
    mine = our_indexes(store)
    for index, each in found.items():
        if index in mine and (names := [name for name, value in each["settings"].items() if value == "true"]):
            return blocked(store.shown, f"{', '.join(names)} of {index}")
    return None
