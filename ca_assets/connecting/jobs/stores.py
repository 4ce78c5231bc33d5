"""The job that looks at a store of reports before it is used: does it answer, may we write, how much memory and disk has it."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.elasticsearch.errors import NotFound
from ca_assets.index.elasticsearch.health import health
from ca_assets.index.elasticsearch.retry import HEALTH_SECONDS
from ca_assets.index.open import open_index
from ca_assets.index.protocol import IndexUnavailable
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.store import StoreSettings

Say = Callable[[str], None]
LEAST_HEAP, TIGHT_DISK, OLDEST = 1 << 30, 0.15, 8
HEAP_WORDS = (
    "The heap is {heap:.1f} GB. For a shop of some million orders give Elasticsearch at least 1 GB: "
    "set ES_JAVA_OPTS=-Xms1g -Xmx1g there and restart it."
)
DISK_WORDS = "Only {free:.0f} GB of its disk are free. Elasticsearch stops writing when a disk is 95 % full."


def facts(settings: ProcessSettings, request: dict[str, Any], say: Say) -> dict[str, Any]:
    """Facts about a store, with `problem` (None: it can be used) and `advice`. `request`: the fields of `StoreSettings`."""
    store = StoreSettings(**request)
    settings = store.over(settings)
    if not store.url:
        return _embedded(settings)
    say("Connecting")
    client = ElasticClient(settings, HEALTH_SECONDS)
    found = health(client)
    if found["is_reachable"] and not found["problem"]:
        say("Writing a test index")
        found |= _written(client)
    found["problem"] = found["problem"] and _in_the_form(str(found["problem"]))
    return found | {"advice": _advice(found), "data_folders": _data_folders(client) if found["is_reachable"] else []}


def _embedded(settings: ProcessSettings) -> dict[str, Any]:
    disk = shutil.disk_usage(settings.home)
    found = open_index(settings).health() | {"data_folders": [str(settings.index_file.parent)]}
    return found | {"advice": [], "free_bytes": disk.free, "disk_bytes": disk.total}


def _written(client: ElasticClient) -> dict[str, Any]:
    """Whether an index can really be made, written and removed: privileges alone do not tell."""
    name = f"{client.prefix}ca_rights_{secrets.token_hex(6)}"
    try:
        client.call("PUT", f"/{name}", {"settings": {"number_of_shards": 1, "number_of_replicas": 0}})
        client.call("PUT", f"/{name}/_doc/1", {"tried": True})
    except IndexUnavailable as error:
        return {"is_writable": False, "problem": f"this account may not make and write indexes: {error}"}
    finally:
        with suppress(IndexUnavailable, NotFound):
            client.call("DELETE", f"/{name}")
    return {"is_writable": True}


def _data_folders(client: ElasticClient) -> list[str]:
    with suppress(IndexUnavailable, KeyError):
        nodes = client.call("GET", "/_nodes/stats/fs", filter_path="nodes.*.fs.data.path")["nodes"].values()
        return sorted({data["path"] for node in nodes for data in node["fs"]["data"]})
    return []


def _advice(found: dict[str, Any]) -> list[str]:
    advice = []
    if found.get("heap_bytes") and found["heap_bytes"] < LEAST_HEAP:
        advice.append(HEAP_WORDS.format(heap=found["heap_bytes"] / (1 << 30)))
    if found.get("disk_bytes") and found["free_bytes"] < TIGHT_DISK * found["disk_bytes"]:
        advice.append(DISK_WORDS.format(free=found["free_bytes"] / (1 << 30)))
    if found.get("version") and int(str(found["version"]).split(".")[0]) < OLDEST:
        advice.append(f"Version {found['version']} is older than {OLDEST}.0, with which this program was tried. Renew it.")
    return advice


def _in_the_form(problem: str) -> str:
    """The words of a form for those of the environment."""
    words = {
        "CA_INDEX_CA_FILE": "the field Certificate",
        "CA_INDEX_URL": "the URL",
        "CA_INDEX_USER": "the user",
        "CA_INDEX_PASSWORD": "the password",
    }
    for variable, field in words.items():
        problem = problem.replace(variable, field)
    return problem
