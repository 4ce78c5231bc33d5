"""Physical indexes of tables: which ones a version of the lake needs, and making those that are not there yet.

`orders` has one per month, every other table one. A physical index is named by table, month, lake version and a fingerprint of what
it is made from (the lake's files of that month, the fields); it is filled once, marked complete and never written again. Hence an
unchanged month keeps its index, and a publication that was killed goes on where it stopped. `basket_lines` has none: its
rows stand in the orders' baskets. Does not belong here: what readers see of them (`elastic_notes`, `elastic`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache

import duckdb

from ca_assets.storage.elastic_bodies import Rows, bodies
from ca_assets.storage.elastic_bulk import Sender
from ca_assets.storage.elastic_client import Store
from ca_assets.storage.elastic_faults import Late
from ca_assets.storage.elastic_mappings import index_body, served_settings, table_properties, table_settings
from ca_assets.storage.elastic_notes import Part, TableState, alias, new_index, our_indexes, ours
from ca_assets.storage.index import IndexUnavailable
from ca_assets.storage.lake import Lake

EDITION = 1  # of the documents' form: another one makes all physical indexes anew
LINES = "basket_lines"
AT_ONCE = 3
REPLICA_WAIT = "30s"
SLOW_SECONDS = 600
Content = tuple[str, str | None, str]  # table, month, fingerprint


@dataclass(frozen=True)
class Plan:
    """A physical index as it should be."""

    month: str | None
    fingerprint: str
    rows: Rows
    lake_version: int

    @property
    def content(self) -> Content:
        return self.rows.table, self.month, self.fingerprint


def with_parts(store: Store, lake: Lake, tables: dict[str, TableState]) -> dict[str, TableState]:
    """The tables with their physical indexes; those that do not exist yet are made. Raises IndexUnavailable."""
    made = our_indexes(store)
    complete = {(meta["what"], meta["month"], meta["fingerprint"]): name for name, meta in made.items() if meta.get("is_complete")}
    wanted = [plan for name in tables for plan in plans(lake, tables, name)]
    missing = {plan.content: _name(store, plan) for plan in wanted if plan.content not in complete}
    for index in made.keys() & set(missing.values()):  # of a publication that was killed
        store.call("DELETE", f"/{index}", ignore_unavailable=True)
    _make_all(store, [(missing[plan.content], plan) for plan in wanted if plan.content in missing])
    names = {**complete, **missing}
    parts = {name: tuple(Part(names[p.content], p.month, p.fingerprint) for p in wanted if p.rows.table == name) for name in tables}
    return {name: replace(table, parts=parts[name]) for name, table in tables.items()}


def _make_all(store: Store, wanted: list[tuple[str, Plan]]) -> None:
    """Several at once, since making an index is waiting more than work; all share the sender's connections."""
    with Sender(store) as sender, ThreadPoolExecutor(AT_ONCE) as pool:
        making = [pool.submit(_make, store, sender, index, plan) for index, plan in wanted]
        try:
            for each in making:
                each.result()
        finally:
            pool.shutdown(cancel_futures=True)


def plans(lake: Lake, tables: dict[str, TableState], name: str) -> Iterator[Plan]:
    """What a table consists of: for orders its months, else itself."""
    table, lines = tables[name], tables.get(LINES)
    if name == LINES:
        return
    for month in sorted({month or "" for _, month in table.files}) if name == "orders" else [None]:
        files = _of_month(table, month)
        lines_of_month = _of_month(lines, month) if lines and name == "orders" else []
        rows = Rows(name, table.schema, _uris(lake, name, files), _uris(lake, LINES, lines_of_month))
        yield Plan(month, _fingerprint(table, files, lines_of_month), rows, table.lake_version)


def _of_month(table: TableState, month: str | None) -> list[str]:
    return sorted(path for path, each in table.files if month is None or (each or "") == month)


def _uris(lake: Lake, name: str, files: list[str]) -> list[str]:
    return [f"{lake.uri(name)}/{path}" for path in files]


def _fingerprint(table: TableState, files: list[str], lines: list[str]) -> str:
    """Stands for the documents: the lake never changes a file, and a changed month has new ones."""
    made_from = json.dumps([EDITION, table.name, table.schema_text, files, lines])
    return hashlib.blake2b(made_from.encode(), digest_size=10).hexdigest()


def _name(store: Store, plan: Plan) -> str:
    month = f"-{plan.month}" if plan.month else ""
    return f"{alias(store, plan.rows.table)}{month}-v{plan.lake_version}-{plan.fingerprint[:12]}".lower()


def _make(store: Store, sender: Sender, index: str, plan: Plan) -> None:
    """Make, fill, check and complete a physical index."""
    meta = {**ours(store, plan.rows.table), "month": plan.month, "fingerprint": plan.fingerprint, "lake_version": plan.lake_version}
    properties = table_properties(plan.rows.table, plan.rows.schema)
    new_index(store, index, index_body(properties, meta, table_settings(store.settings)))
    sent = sender.send(index, bodies(engine(), plan.rows))
    store.whole("POST", f"/{index}/_refresh", seconds=SLOW_SECONDS)
    found = store.whole("GET", f"/{index}/_count")["count"]
    if found != sent:
        raise IndexUnavailable(f"{index} has {found:,} documents instead of {sent:,}; are keys in the lake unique? nothing was published")
    if store.settings.index_replicas:
        store.call("PUT", f"/{index}/_settings", {"index": served_settings(store.settings)})
        with suppress(Late):  # too few nodes for the replicas: the cluster's state says so, the data are there
            store.call("GET", f"/_cluster/health/{index}", wait_for_status="green", timeout=REPLICA_WAIT, filter_path="status")
    store.call("PUT", f"/{index}/_mapping", {"_meta": {**meta, "is_complete": True, "documents": sent}})


@cache
def engine() -> duckdb.DuckDBPyConnection:
    """One bounded engine per process that makes documents; each stream has a cursor of its own."""
    made = duckdb.connect(":memory:", config={"memory_limit": "1GB", "preserve_insertion_order": False})
    made.execute("SET GLOBAL TimeZone = 'UTC'")
    return made
