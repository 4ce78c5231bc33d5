"""The switch from one state to the next, and garbage collection: removing what nothing refers to any more.

Does not belong here: what a state consists of (`manifest`), making data (`tables`, `reports`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.elasticsearch.errors import NotFound
from ca_assets.index.elasticsearch.indexes import STATE, alias, is_of_table, our_indexes, purpose_of
from ca_assets.index.elasticsearch.manifest import SetKey, StagingLog, State, current_state, read_state
from ca_assets.index.elasticsearch.reports import drop_sets, reports_index, stored_tokens
from ca_assets.index.protocol import IndexUnavailable

LEASE_SECONDS = 5.0  # how long a publisher waits for readers of the state before
DELETED_AT_ONCE = 20  # indexes whose names fit into a URL


def newest_state(client: ElasticClient) -> State | None:
    """The current state; when its alias was deleted by hand, the newest that still exists."""
    if state := current_state(client):
        return state
    indexes = [name for name, meta in our_indexes(client).items() if purpose_of(meta) == STATE]
    states = [state for index in indexes if (state := _state_or_none(client, index))]
    return max(states, key=lambda state: state.switched_at, default=None)


def _state_or_none(client: ElasticClient, index: str) -> State | None:
    """None: the publisher was killed before it wrote the state."""
    try:
        return read_state(client, index)
    except NotFound:
        return None


def existing_sets(client: ElasticClient, sets: dict[SetKey, str]) -> dict[SetKey, str]:
    """The sets whose documents and log entries exist: all, unless somebody deleted an index."""
    tokens = stored_tokens(client) & StagingLog(client).tokens("set") if sets else set()
    return {key: token for key, token in sets.items() if token in tokens}


def move_aliases(client: ElasticClient, state: State, state_index: str) -> None:
    """All public names to the new state's data, in one call: the moment of publication."""
    targets = {alias(client, table.name): {part.index for part in table.parts} for table in state.tables.values() if table.parts}
    targets[alias(client, "ca_current")] = {state_index}
    existing = our_indexes(client)
    actions = [action for name, indexes in targets.items() for action in _alias_actions(client, name, indexes, name in existing)]
    if reports_index(client) in existing:
        published = {"terms": {"set": sorted(state.sets.values())}} if state.sets else {"match_none": {}}
        actions.append({"add": {"index": reports_index(client), "alias": alias(client, "reports"), "filter": published}})
    client.call("POST", "/_aliases", {"actions": actions})


def _alias_actions(client: ElasticClient, name: str, indexes: set[str], is_index: bool) -> Iterator[dict[str, Any]]:
    """What moves an alias to the indexes. Raises IndexUnavailable when an index has its name."""
    try:
        now = set(client.call("GET", f"/_alias/{name}"))
    except NotFound:
        now = set()
    if is_index or (not now and client.call("GET", f"/{name}", ignore_unavailable=True, features="aliases")):
        raise IndexUnavailable(
            f"Elasticsearch has an index called {name}, which this program did not make; remove it, or set CA_INDEX_PREFIX"
        )
    yield from ({"remove": {"index": index, "alias": name, "must_exist": False}} for index in sorted(now - indexes))
    yield from ({"add": {"index": index, "alias": name}} for index in sorted(indexes - now))


def collect_garbage(client: ElasticClient, *, is_switch: bool) -> None:
    """Remove states, physical indexes and sets of reports that neither the current state nor a leased one refers to.

    A switch ends whatever else was staged: one load runs at a time, so it is of a load that was killed or failed. When something was
    added to the current generation, only what that replaced goes.
    """
    current = current_state(client)
    existing = our_indexes(client)
    old = [name for name, meta in existing.items() if purpose_of(meta) == STATE and current and name != current.index]
    leased = _leased(client, old)
    states = {name: _state_or_none(client, name) for name in old}
    needed_states = [state for name, state in states.items() if name in leased and state] + ([current] if current else [])
    needed = {part.index for state in needed_states for table in state.tables.values() for part in table.parts}
    visible = {token for state in needed_states for token in state.sets.values()}
    replaced = {
        token
        for name, state in states.items()
        if name not in leased and state and current and state.switched_at < current.switched_at
        for token in state.sets.values()
    }
    drop_sets(client, sorted((_all_tokens(client) if is_switch else replaced) - visible))
    unneeded = [name for name, meta in existing.items() if is_of_table(meta) and name not in needed]
    unneeded += [name for name in old if name not in leased]
    for start in range(0, len(unneeded), DELETED_AT_ONCE):
        client.call("DELETE", f"/{','.join(unneeded[start : start + DELETED_AT_ONCE])}", ignore_unavailable=True)


def _all_tokens(client: ElasticClient) -> set[str]:
    """Tokens of everything that was staged: with a log entry (tables have only that), or only with documents (of a killed staging)."""
    log = StagingLog(client)
    return stored_tokens(client) | log.tokens("set") | log.tokens("table")


def _leased(client: ElasticClient, states: list[str]) -> set[str]:
    """Those of the states that still have a reader's lease after a short wait."""
    deadline = time.monotonic() + LEASE_SECONDS
    while states:
        leased = {name for name in states if _open_contexts(client, name)}
        if not leased or time.monotonic() > deadline:
            return leased
        time.sleep(0.05)
    return set()


def _open_contexts(client: ElasticClient, index: str) -> int:
    """Number of search contexts, each a reader's lease."""
    try:
        answer = client.call("GET", f"/{index}/_stats/search", filter_path="_all.total.search.open_contexts")
    except NotFound:
        return 0
    return int(answer["_all"]["total"]["search"]["open_contexts"])
