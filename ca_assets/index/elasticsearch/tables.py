"""Physical indexes of tables: which ones a version of the lake needs, and building those that do not exist yet.

A table that is partitioned in the lake has one per partition (orders: per month), every other table one. A physical index is named by
table, partition, lake version and a fingerprint of what it is made from (the lake's files of that partition, columns, key); it is
filled once, marked complete and never written again. Hence an unchanged month keeps its index, and a publication that was killed goes
on where it stopped. `basket_lines` has none: its rows stand in the orders' baskets.
Does not belong here: what readers see of them (`manifest`, `index`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace

from ca_assets.index.elasticsearch.bulk import BulkSender
from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.elasticsearch.documents import DocumentSource, table_batches
from ca_assets.index.elasticsearch.errors import WaitTimeout
from ca_assets.index.elasticsearch.indexes import alias, create_index, our_indexes, ownership, purpose_of
from ca_assets.index.elasticsearch.manifest import Part, TableState
from ca_assets.index.elasticsearch.mappings import index_body, served_settings, table_properties, table_settings
from ca_assets.index.protocol import IndexUnavailable
from ca_assets.lake.lake import Lake

EDITION = 2  # of the documents' form: another one builds all physical indexes anew
LINES = "basket_lines"
MAX_PARALLEL = 3
REPLICA_WAIT = "30s"
REFRESH_TIMEOUT_SECONDS = 600
Content = tuple[str, str | None, str]  # table, partition, fingerprint


@dataclass(frozen=True)
class IndexPlan:
    """A physical index as it should be."""

    partition: str | None
    fingerprint: str
    source: DocumentSource
    lake_version: int

    @property
    def content(self) -> Content:
        """What it holds, whatever its name."""
        return self.source.table, self.partition, self.fingerprint


def with_parts(client: ElasticClient, lake: Lake, tables: dict[str, TableState]) -> dict[str, TableState]:
    """The tables with their physical indexes; those that do not exist yet are built. Raises IndexUnavailable."""
    existing = our_indexes(client)
    complete = {
        (purpose_of(meta), meta.get("partition"), meta["fingerprint"]): name for name, meta in existing.items() if meta.get("is_complete")
    }
    plans = [plan for name in tables for plan in index_plans(lake, tables, name)]
    missing = {plan.content: _index_name(client, plan) for plan in plans if plan.content not in complete}
    for index in existing.keys() & set(missing.values()):  # of a publication that was killed
        client.call("DELETE", f"/{index}", ignore_unavailable=True)
    _build_indexes(client, [(missing[plan.content], plan) for plan in plans if plan.content in missing])
    names = {**complete, **missing}
    parts = {
        name: tuple(Part(names[plan.content], plan.partition, plan.fingerprint) for plan in plans if plan.source.table == name)
        for name in tables
    }
    return {name: replace(table, parts=parts[name]) for name, table in tables.items()}


def _build_indexes(client: ElasticClient, missing: list[tuple[str, IndexPlan]]) -> None:
    """Several in parallel, since building an index is waiting more than work; all share the sender's connections."""
    with BulkSender(client) as sender, ThreadPoolExecutor(MAX_PARALLEL) as pool:
        futures = [pool.submit(_build_index, client, sender, index, plan) for index, plan in missing]
        try:
            for future in futures:
                future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def index_plans(lake: Lake, tables: dict[str, TableState], name: str) -> Iterator[IndexPlan]:
    """What a table consists of: its partitions, or itself."""
    if name == LINES:
        return
    table, lines = tables[name], tables.get(LINES) if name == "orders" else None
    for partition in sorted({partition for _, partition in table.files}, key=str) or [None]:
        files, line_files = _files_of_partition(table, partition), _files_of_partition(lines, partition)
        made_from = json.dumps([EDITION, table.name, table.schema_text, table.key, files, line_files])  # the lake never changes a file
        source = DocumentSource(name, table.schema, table.key, _uris(lake, name, files), _uris(lake, LINES, line_files))
        yield IndexPlan(partition, hashlib.blake2b(made_from.encode(), digest_size=10).hexdigest(), source, table.lake_version)


def _files_of_partition(table: TableState | None, partition: str | None) -> list[str]:
    return sorted(path for path, own in table.files if own == partition) if table else []


def _uris(lake: Lake, name: str, files: list[str]) -> list[str]:
    return [f"{lake.uri(name)}/{path}" for path in files]


def _index_name(client: ElasticClient, plan: IndexPlan) -> str:
    partition = f"-{plan.partition}" if plan.partition else ""
    return f"{alias(client, plan.source.table)}{partition}-v{plan.lake_version}-{plan.fingerprint[:12]}".lower()


def _build_index(client: ElasticClient, sender: BulkSender, index: str, plan: IndexPlan) -> None:
    """Create, fill, check and complete a physical index."""
    table = plan.source.table
    meta = {**ownership(client, table), "partition": plan.partition, "fingerprint": plan.fingerprint, "lake_version": plan.lake_version}
    create_index(client, index, index_body(table_properties(table, plan.source.schema), meta, table_settings(table, client.settings)))
    sent = sender.send(index, table_batches(plan.source))
    client.call_all_shards("POST", f"/{index}/_refresh", timeout_seconds=REFRESH_TIMEOUT_SECONDS)
    count = client.call_all_shards("GET", f"/{index}/_count")["count"]
    if count != sent:
        raise IndexUnavailable(f"{index} has {count:,} documents instead of {sent:,}; are keys in the lake unique? nothing was published")
    if client.settings.index_replicas:
        client.call("PUT", f"/{index}/_settings", {"index": served_settings(client.settings)})
        with suppress(WaitTimeout):  # too few nodes for the replicas: the cluster's state says so, the data are there
            client.call("GET", f"/_cluster/health/{index}", wait_for_status="green", timeout=REPLICA_WAIT, filter_path="status")
    client.call("PUT", f"/{index}/_mapping", {"_meta": {**meta, "is_complete": True, "documents": sent}})
