"""Making Elasticsearch forget what was replaced, and looking through every document: for the erasure of a customer.

A document that was replaced stays in its segment until that is merged; a table's old physical index goes when no reader holds it any more.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.elasticsearch.indexes import SCAN_SIZE, is_of_table, our_indexes
from ca_assets.index.elasticsearch.switch import collect_garbage
from ca_assets.index.report_pieces import unpack

ARROW, STATE = "arrow", "state"


def purge(client: ElasticClient) -> None:
    """Drop what nothing refers to, and merge the segments of what is rewritten in place, so that replaced documents are gone."""
    collect_garbage(client, is_switch=True)
    for name, meta in our_indexes(client).items():
        if not is_of_table(meta):
            client.call("POST", f"/{name}/_forcemerge", max_num_segments=1)
            client.call("POST", f"/{name}/_flush")
    client.call("POST", f"/{client.prefix}*/_refresh")


def find_texts(client: ElasticClient, is_in: Callable[[str], bool]) -> tuple[int, list[str]]:
    """Look at every text of every document of ours; returns how many documents, and the indexes in which `is_in` holds of some."""
    count, found = 0, []
    for name in our_indexes(client):
        has_some = False
        for source in _documents(client, name):
            count += 1
            has_some = has_some or any(map(is_in, _texts(source)))
        found += [f"Elasticsearch: {name}"] if has_some else []
    return count, found


def _documents(client: ElasticClient, index: str) -> Iterator[dict[str, Any]]:
    """All documents of an index, a page at a time."""
    point_id = client.call("POST", f"/{index}/_pit", keep_alive="5m")["id"]
    after: dict[str, Any] = {}
    try:
        while True:
            body = {"size": SCAN_SIZE // 10, "sort": ["_shard_doc"], "pit": {"id": point_id, "keep_alive": "5m"}, "track_total_hits": False}
            hits = client.call("POST", "/_search", {**body, **after})["hits"]["hits"]
            yield from (hit["_source"] for hit in hits)
            if not hits:
                return
            after = {"search_after": hits[-1]["sort"]}
    finally:
        client.close_point_in_time(point_id)


def _texts(value: Any, name: str = "") -> Iterator[str]:
    """All texts in a document, also in its packed rows and in JSON that is kept as a text."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, name)
    elif isinstance(value, str) and name == ARROW:
        yield from _packed_texts(base64.b64decode(value))
    elif isinstance(value, str):
        yield value
        if name == STATE and value.startswith("{"):  # a published state, not the digest of one
            yield from _texts(json.loads(value))


def _packed_texts(data: bytes) -> Iterator[str]:
    for column in unpack(data).columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            yield from (text for text in column.unique().to_pylist() if text is not None)
