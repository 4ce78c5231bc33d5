"""What was staged and what is current, as documents: notes of a generation, and the state that readers see.

A state is one document in an index of its own behind the alias `ca_current`. It is never changed: every switch makes a new one and
moves the alias together with those of the data, in one call. A reader's point in time on that index is his lease: whatever the
state refers to is kept while it is open. Does not belong here: the data (`elastic_tables`, `elastic_reports`) and the switch itself.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from ca_assets.storage.elastic_bodies import Body
from ca_assets.storage.elastic_bulk import send
from ca_assets.storage.elastic_client import Store
from ca_assets.storage.elastic_faults import AlreadyThere, Missing, unallocated
from ca_assets.storage.elastic_mappings import NOTES, STATE, index_body, small_settings
from ca_assets.storage.index import IndexUnavailable

OWNER = "customer_analytics"
SetKey = tuple[str, str]  # report_name, report_date (ISO)


@dataclass(frozen=True)
class Part:
    """A physical index of a table: its name, month (None: the whole table), what it was made from, and its rows."""

    index: str
    month: str | None
    fingerprint: str


@dataclass(frozen=True)
class TableState:
    """A published table: lake version, rows as told, Arrow schema (base64), files by month and its physical indexes."""

    name: str
    lake_version: int
    rows: int
    schema_text: str
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


def schema_text(schema: pa.Schema) -> str:
    """A schema as text."""
    return base64.b64encode(schema.serialize().to_pybytes()).decode()


def table_of(note: dict[str, Any]) -> TableState:
    """A table from its JSON form."""
    files = tuple((path, month) for path, month in note["files"])
    parts = tuple(Part(*part) for part in note.get("parts", ()))
    return TableState(note["name"], note["lake_version"], note["rows"], note["schema"], files, parts)


def table_note(table: TableState) -> dict[str, Any]:
    """A table's JSON form."""
    parts = [[part.index, part.month, part.fingerprint] for part in table.parts]
    shape = {"name": table.name, "lake_version": table.lake_version, "rows": table.rows, "schema": table.schema_text}
    return {**shape, "files": table.files, "parts": parts}


def alias(store: Store, name: str) -> str:
    """The public name of a table, of the reports, or of the current state."""
    return f"{store.prefix}{name}"


def ours(store: Store, what: str) -> dict[str, Any]:
    """The `_meta` of an index, by which it is known as ours; `what`: state, notes, reports, or a table's name."""
    return {"made_by": OWNER, "prefix": store.prefix, "what": what}


def our_indexes(store: Store) -> dict[str, dict[str, Any]]:
    """All indexes of this installation: name → `_meta`. Raises IndexUnavailable."""
    found = store.call("GET", f"/{store.prefix}*/_mapping", filter_path="*.mappings._meta")
    metas = {name: each.get("mappings", {}).get("_meta", {}) for name, each in found.items()}
    return {name: meta for name, meta in metas.items() if meta.get("made_by") == OWNER and meta.get("prefix") == store.prefix}


def make_index(store: Store, name: str, body: dict[str, Any]) -> None:
    """Make an index, unless it is there. Raises IndexUnavailable; AlreadyThere when it is somebody else's."""
    if not store.call("GET", f"/{name}", ignore_unavailable=True, features="aliases"):
        new_index(store, name, body)


def new_index(store: Store, name: str, body: dict[str, Any]) -> None:
    """Make an index that is not there; one of our own that is there was made by the same request, which was repeated.

    Raises IndexUnavailable, also when no node takes the index: Elasticsearch makes it nevertheless, and would let documents wait.
    """
    try:
        answer = store.call("PUT", f"/{name}", body, wait_for_active_shards=1)
    except AlreadyThere:
        if our_indexes(store).get(name) != body["mappings"]["_meta"]:
            raise
        return
    if not answer["shards_acknowledged"]:
        raise IndexUnavailable(unallocated(store.shown, name, why_unallocated(store, name)))


def why_unallocated(store: Store, index: str | None = None) -> list[str]:
    """What the deciders of all nodes say against the first shard of the index (None: of any); nothing when it was taken meanwhile."""
    with suppress(IndexUnavailable):
        asked = {"index": index, "shard": 0, "primary": True} if index else None
        answer = store.call("POST", "/_cluster/allocation/explain", asked)
        nodes = answer.get("node_allocation_decisions", [])
        return [str(each["explanation"]) for node in nodes for each in node["deciders"] if each["decision"] == "NO"]
    return []


class Notes:
    """What was staged under generations that are not current yet, and the sets' scopes and types; one small index."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.index = alias(store, "ca_staged")

    def put(self, kind: str, token: str, generation: str, note: dict[str, Any]) -> None:
        """Write a note, or write it anew; visible at once."""
        make_index(self.store, self.index, index_body(NOTES, ours(self.store, "notes"), small_settings(self.store.settings)))
        now = dt.datetime.now(dt.UTC).isoformat()
        document = {"kind": kind, "generation": generation, "token": token, "staged_at": now, "note": json.dumps(note)}
        self.store.call("PUT", f"/{self.index}/_doc/{token}", document, refresh=True)

    def all(self, kind: str, generation: str | None = None) -> dict[str, dict[str, Any]]:
        """Notes of a kind (and generation) by token."""
        wanted: list[dict[str, Any]] = [{"term": {"kind": kind}}]
        if generation is not None:
            wanted.append({"term": {"generation": generation}})
        return {hit["token"]: _read(hit) for hit in scan(self.store, self.index, {"bool": {"filter": wanted}}, missing_ok=True)}

    def tokens(self, kind: str) -> set[str]:
        """Tokens of all notes of a kind: a year has thousands, so not what they say."""
        return {hit["token"] for hit in scan(self.store, self.index, {"term": {"kind": kind}}, missing_ok=True, _source=["token"])}

    def get(self, tokens: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Notes by token; those that do not exist are left out."""
        asked = list(tokens)
        try:
            answer = self.store.call("POST", f"/{self.index}/_mget", {"ids": asked}) if asked else {"docs": []}
        except Missing:
            return {}
        return {each["_id"]: _read(each["_source"]) for each in answer["docs"] if each.get("found")}

    def drop(self, tokens: Iterable[str]) -> None:
        """Remove notes."""
        actions = b"".join(json.dumps({"delete": {"_id": token}}).encode() + b"\n" for token in tokens)
        if actions:
            send(self.store, self.index, [Body(actions, 0)])
            self.store.call("POST", f"/{self.index}/_refresh")


def _read(document: dict[str, Any]) -> dict[str, Any]:
    note: dict[str, Any] = json.loads(document["note"])
    return note


def scan(store: Store, index: str, query: dict[str, Any], *, missing_ok: bool = False, **more: Any) -> list[dict[str, Any]]:
    """Sources of all documents that match, sorted by token or set; for hundreds of small ones. Raises Missing."""
    found: list[dict[str, Any]] = []
    try:
        point = store.call("POST", f"/{index}/_pit", keep_alive="2m")["id"]
    except Missing:
        if missing_ok:
            return []
        raise
    after: dict[str, Any] = {}
    while True:
        body = {"query": query, "size": 5_000, "sort": ["_shard_doc"], "pit": {"id": point, "keep_alive": "2m"}, "track_total_hits": False}
        hits = store.call("POST", "/_search", {**body, **more, **after})["hits"]["hits"]
        found.extend(hit["_source"] for hit in hits)
        if len(hits) < 5_000:
            store.close_point(point)
            return found
        after = {"search_after": hits[-1]["sort"]}


def write_state(store: Store, state: State) -> str:
    """Keep a state in a new index of its own, still unseen; returns the index's name."""
    name = f"{alias(store, 'ca_generation')}-{_plain(state.generation)}-{secrets.token_hex(4)}"
    text = {
        "generation": state.generation,
        "meta": state.meta,
        "switched_at": dt.datetime.now(dt.UTC).isoformat(),
        "tables": [table_note(table) for table in state.tables.values()],
        "sets": [[*key, token] for key, token in state.sets.items()],
    }
    new_index(store, name, index_body(STATE, ours(store, "state"), small_settings(store.settings)))
    store.call("PUT", f"/{name}/_doc/state", {"state": json.dumps(text, default=str)}, refresh=True)
    return name


def read_state(store: Store, index: str) -> State:
    """The state that an index keeps. Raises Missing."""
    document = store.call("GET", f"/{index}/_doc/state")
    text = json.loads(document["_source"]["state"])
    tables = {note["name"]: table_of(note) for note in text["tables"]}
    sets = {(name, day): token for name, day, token in text["sets"]}
    return State(text["generation"], text["meta"], tables, sets, document["_index"], text["switched_at"])


def current_state(store: Store) -> State | None:
    """What readers see now, None before the first publication."""
    try:
        return read_state(store, alias(store, "ca_current"))
    except Missing:
        return None


def _plain(generation: str) -> str:
    """A generation's name as part of an index's: lower case letters, digits."""
    return "".join(c for c in generation.lower() if c.isascii() and c.isalnum())[:16] or "x"
