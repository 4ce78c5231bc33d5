"""What was staged and what is published, as documents: the staging log of generations, and the state that readers see, under a lease.

A state is one document in an index of its own behind the alias `ca_current`. It never changes: every switch writes a new one and
moves the alias together with those of the data, in one call. A reader's point in time on that index is its lease: what the state refers
to stays while the lease is open; that of a reader that died expires after KEEP_ALIVE, and what it read goes with a later publication.
Does not belong here: the data (`tables`, `reports`), the switch and the garbage collection (`switch`).
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from ca_assets.index.elasticsearch.bulk import send_batches
from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.elasticsearch.documents import BulkBatch
from ca_assets.index.elasticsearch.errors import NotFound
from ca_assets.index.elasticsearch.indexes import STAGING_LOG, STATE, alias, create_index, ensure_index, ownership, scan_documents
from ca_assets.index.elasticsearch.mappings import STAGING_LOG_FIELDS, STATE_FIELDS, index_body, small_settings
from ca_assets.index.protocol import IndexUnavailable

KEEP_ALIVE = "5m"
RENEW_SECONDS = 60.0
STATES_CACHED = 4
SetKey = tuple[str, str]  # report_name, report_date (ISO)


@dataclass(frozen=True)
class Part:
    """A physical index of a table: its name, the partition that it holds (None: the whole table), and what it was made from."""

    index: str
    partition: str | None
    fingerprint: str


@dataclass(frozen=True)
class TableState:
    """A published table: lake version, rows as told, Arrow schema (base64), key, files by partition and its physical indexes."""

    name: str
    lake_version: int
    rows: int
    schema_text: str
    key: tuple[str, ...]
    files: tuple[tuple[str, str | None], ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def schema(self) -> pa.Schema:
        """The columns."""
        return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(self.schema_text)))


@dataclass(frozen=True)
class State:
    """One published state: all that readers see. `sets` gives the token of each published set of reports."""

    generation: str
    meta: dict[str, Any]
    tables: dict[str, TableState] = field(default_factory=dict)
    sets: dict[SetKey, str] = field(default_factory=dict)
    index: str = ""
    switched_at: str = ""


def schema_to_text(schema: pa.Schema) -> str:
    """A schema as text."""
    return base64.b64encode(schema.serialize().to_pybytes()).decode()


def table_from_json(entry: dict[str, Any]) -> TableState:
    """A table from its JSON form."""
    files = tuple((path, partition) for path, partition in entry["files"])
    parts = tuple(Part(*part) for part in entry.get("parts", ()))
    key = tuple(entry.get("key", ()))  # an older version of us wrote none
    return TableState(entry["name"], entry["lake_version"], entry["rows"], entry["schema"], key, files, parts)


def table_to_json(table: TableState) -> dict[str, Any]:
    """A table's JSON form."""
    parts = [[part.index, part.partition, part.fingerprint] for part in table.parts]
    shape = {"name": table.name, "lake_version": table.lake_version, "rows": table.rows, "schema": table.schema_text, "key": table.key}
    return {**shape, "files": table.files, "parts": parts}


class StagingLog:
    """What was staged under generations that are not current yet, and scopes and types of all sets of reports; one small index.

    Entries are of kind "set" (a set of reports) or "table". The stored field `note` holds the entry as JSON text.
    """

    def __init__(self, client: ElasticClient) -> None:
        self.client = client
        self.index = alias(client, "ca_staged")

    def write(self, kind: str, token: str, generation: str, entry: dict[str, Any]) -> None:
        """Write an entry, or replace it; visible at once."""
        body = index_body(STAGING_LOG_FIELDS, ownership(self.client, STAGING_LOG), small_settings(self.client.settings))
        ensure_index(self.client, self.index, body)
        now = dt.datetime.now(dt.UTC).isoformat()
        document = {"kind": kind, "generation": generation, "token": token, "staged_at": now, "note": json.dumps(entry)}
        self.client.call("PUT", f"/{self.index}/_doc/{token}", document, refresh=True)

    def entries(self, kind: str, generation: str | None = None) -> dict[str, dict[str, Any]]:
        """Entries of a kind (and generation) by token."""
        terms: list[dict[str, Any]] = [{"term": {"kind": kind}}]
        if generation is not None:
            terms.append({"term": {"generation": generation}})
        documents = scan_documents(self.client, self.index, {"bool": {"filter": terms}}, missing_ok=True)
        return {document["token"]: json.loads(document["note"]) for document in documents}

    def tokens(self, kind: str) -> set[str]:
        """Tokens of all entries of a kind: a year has thousands, so not what they say."""
        documents = scan_documents(self.client, self.index, {"term": {"kind": kind}}, missing_ok=True, _source=["token"])
        return {document["token"] for document in documents}

    def get(self, tokens: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Entries by token; those that do not exist are left out."""
        ids = list(tokens)
        try:
            answer = self.client.call("POST", f"/{self.index}/_mget", {"ids": ids}) if ids else {"docs": []}
        except NotFound:
            return {}
        return {doc["_id"]: json.loads(doc["_source"]["note"]) for doc in answer["docs"] if doc.get("found")}

    def drop(self, tokens: Iterable[str]) -> None:
        """Remove entries."""
        actions = b"".join(json.dumps({"delete": {"_id": token}}).encode() + b"\n" for token in tokens)
        if actions:
            send_batches(self.client, self.index, [BulkBatch(actions, 0)])
            self.client.call("POST", f"/{self.index}/_refresh")


def write_state(client: ElasticClient, state: State) -> str:
    """Store a state in a new index of its own, still unseen; returns the index's name."""
    plain_generation = "".join(c for c in state.generation.lower() if c.isascii() and c.isalnum())[:16] or "x"
    name = f"{alias(client, 'ca_generation')}-{plain_generation}-{secrets.token_hex(4)}"
    content = {
        "generation": state.generation,
        "meta": state.meta,
        "switched_at": dt.datetime.now(dt.UTC).isoformat(),
        "tables": [table_to_json(table) for table in state.tables.values()],
        "sets": [[*key, token] for key, token in state.sets.items()],
    }
    create_index(client, name, index_body(STATE_FIELDS, ownership(client, STATE), small_settings(client.settings)))
    client.call("PUT", f"/{name}/_doc/state", {"state": json.dumps(content, default=str)}, refresh=True)
    return name


def read_state(client: ElasticClient, index: str) -> State:
    """The state that an index holds. Raises NotFound."""
    document = client.call("GET", f"/{index}/_doc/state")
    content = json.loads(document["_source"]["state"])
    tables = {entry["name"]: table_from_json(entry) for entry in content["tables"]}
    sets = {(name, day): token for name, day, token in content["sets"]}
    return State(content["generation"], content["meta"], tables, sets, document["_index"], content["switched_at"])


def current_state(client: ElasticClient) -> State | None:
    """What readers see now, None before the first publication."""
    try:
        return read_state(client, alias(client, "ca_current"))
    except NotFound:
        return None


class Lease:
    """A point in time on the index of the state that was current when it was made. Raises NotFound when none is."""

    def __init__(self, client: ElasticClient) -> None:
        self._client = client
        self._point_id = str(client.call("POST", f"/{alias(client, 'ca_current')}/_pit", keep_alive=KEEP_ALIVE)["id"])
        self._renewed = time.monotonic()

    def state(self, cache: dict[str, State]) -> State:
        """The state under the lease; `cache` holds states, which never change, by the name of their index."""
        hits = self._search()
        if not hits:
            raise IndexUnavailable("the published state in Elasticsearch is damaged; `ca publish` makes it again")
        index = str(hits[0]["_index"])
        if index not in cache:
            state = read_state(self._client, index)
            for oldest in list(cache)[: -STATES_CACHED + 1]:
                del cache[oldest]
            cache[index] = state
        return cache[index]

    def renew(self) -> None:
        """Extend it during a long read; cheap to call often."""
        if time.monotonic() - self._renewed > RENEW_SECONDS:
            self._search()

    def close(self) -> None:
        """End it."""
        self._client.close_point_in_time(self._point_id)

    def _search(self) -> list[dict[str, object]]:
        body = {"pit": {"id": self._point_id, "keep_alive": KEEP_ALIVE}, "size": 1, "_source": False, "track_total_hits": False}
        answer = self._client.call("POST", "/_search", body)
        self._renewed, self._point_id = time.monotonic(), answer["pit_id"]
        hits: list[dict[str, object]] = answer["hits"]["hits"]
        return hits
