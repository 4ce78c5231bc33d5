"""The switch from one state to the next, and removing what nothing refers to any more.

Does not belong here: what a state consists of (`elastic_notes`), making data (`elastic_tables`, `elastic_reports`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from ca_assets.storage.elastic_client import Store
from ca_assets.storage.elastic_faults import Missing
from ca_assets.storage.elastic_notes import Notes, SetKey, State, alias, current_state, our_indexes, read_state
from ca_assets.storage.elastic_reports import drop_sets, reports_index, tokens_there
from ca_assets.storage.index import IndexUnavailable

LEASE_SECONDS = 5.0  # how long a publisher waits for readers of the state before


def last_state(store: Store) -> State | None:
    """The current state; when its alias was deleted by hand, the newest that is still there."""
    if state := current_state(store):
        return state
    found = [state for name, meta in our_indexes(store).items() if meta["what"] == "state" and (state := _state_or_none(store, name))]
    return max(found, key=lambda state: state.switched_at, default=None)


def _state_or_none(store: Store, index: str) -> State | None:
    """None: the publisher was killed before it wrote the state."""
    try:
        return read_state(store, index)
    except Missing:
        return None


def still_there(store: Store, sets: dict[SetKey, str]) -> dict[SetKey, str]:
    """The sets whose documents and notes exist: all, unless somebody deleted an index."""
    found = tokens_there(store) & Notes(store).tokens("set") if sets else set()
    return {key: token for key, token in sets.items() if token in found}


def move_aliases(store: Store, state: State, state_index: str) -> None:
    """All public names to the new state's data, in one call: the moment of publication."""
    wanted = {alias(store, table.name): {part.index for part in table.parts} for table in state.tables.values() if table.parts}
    wanted[alias(store, "ca_current")] = {state_index}
    reports = {"terms": {"set": sorted(state.sets.values())}} if state.sets else {"match_none": {}}
    actions = [action for name, indexes in wanted.items() for action in _moves(store, name, indexes)]
    if reports_index(store) in our_indexes(store):
        actions.append({"add": {"index": reports_index(store), "alias": alias(store, "reports"), "filter": reports}})
    store.call("POST", "/_aliases", {"actions": actions})


def _moves(store: Store, name: str, indexes: set[str]) -> Iterable[dict[str, Any]]:
    try:
        now = set(store.call("GET", f"/_alias/{name}"))
    except Missing:
        now = set()
    if name in our_indexes(store) or _is_index(store, name, now):
        raise IndexUnavailable(
            f"Elasticsearch has an index called {name}, which this program did not make; remove it, or set CA_INDEX_PREFIX"
        )
    yield from ({"remove": {"index": index, "alias": name, "must_exist": False}} for index in sorted(now - indexes))
    yield from ({"add": {"index": index, "alias": name}} for index in sorted(indexes - now))


def _is_index(store: Store, name: str, aliased: set[str]) -> bool:
    """Whether something that is no alias has this name."""
    if aliased:
        return False
    return bool(store.call("GET", f"/{name}", ignore_unavailable=True, features="aliases"))


def sweep(store: Store, *, is_switch: bool) -> None:
    """Remove states, physical indexes and sets of reports that neither the current state nor one that is being read refers to.

    A switch ends whatever else was staged: one load runs at a time, so it is of a load that was killed or failed. When something was
    added to the current generation, only what that replaced goes.
    """
    current = current_state(store)
    made = our_indexes(store)
    old = [name for name, meta in made.items() if meta["what"] == "state" and current and name != current.index]
    leased = _leased(store, old)
    states = {name: _state_or_none(store, name) for name in old}
    kept = [state for name, state in states.items() if name in leased and state] + ([current] if current else [])
    needed = {part.index for state in kept for table in state.tables.values() for part in table.parts}
    unneeded = [name for name, meta in made.items() if meta["what"] not in ("state", "notes", "reports") and name not in needed]
    gone = [each for name, each in states.items() if name not in leased and each and current and each.switched_at < current.switched_at]
    visible = {token for state in kept for token in state.sets.values()}
    replaced = {token for state in gone for token in state.sets.values()}
    drop_sets(store, sorted((_all_sets(store) if is_switch else replaced) - visible))
    _delete(store, [*unneeded, *(name for name in old if name not in leased)])


def _all_sets(store: Store) -> set[str]:
    """Tokens of everything that was staged: with a note (tables have only that), or with documents alone (a staging that was killed)."""
    notes = Notes(store)
    return tokens_there(store) | notes.tokens("set") | notes.tokens("table")


def _leased(store: Store, states: list[str]) -> set[str]:
    """Those of the states that readers still hold after a short wait."""
    deadline = time.monotonic() + LEASE_SECONDS
    while states:
        held = {name for name in states if _contexts(store, name)}
        if not held or time.monotonic() > deadline:
            return held
        time.sleep(0.05)
    return set()


def _contexts(store: Store, index: str) -> int:
    try:
        answer = store.call("GET", f"/{index}/_stats/search", filter_path="_all.total.search.open_contexts")
    except Missing:
        return 0
    return int(answer["_all"]["total"]["search"]["open_contexts"])


def _delete(store: Store, indexes: list[str]) -> None:
    for start in range(0, len(indexes), 20):
        store.call("DELETE", f"/{','.join(indexes[start : start + 20])}", ignore_unavailable=True)
