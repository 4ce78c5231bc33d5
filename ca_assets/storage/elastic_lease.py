"""A reader's lease: a point in time on the index of the current state, which tells publishers what is still being read.

A publisher drops old data only when nobody has a search context on the state that refers to them. A reader that dies keeps his
lease for KEEP_ALIVE; what he read then goes with a later publication. Does not belong here: what a state contains (`elastic_notes`).
"""

from __future__ import annotations

import time

from ca_assets.storage.elastic_client import Store
from ca_assets.storage.elastic_notes import State, alias, read_state
from ca_assets.storage.index import IndexUnavailable

KEEP_ALIVE = "5m"
RENEW_SECONDS = 60.0
STATES_KEPT = 4


class Lease:
    """Holds the state that was current when it was made. Raises Missing when none is."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._id = str(store.call("POST", f"/{alias(store, 'ca_current')}/_pit", keep_alive=KEEP_ALIVE)["id"])
        self._renewed = time.monotonic()

    def state(self, known: dict[str, State]) -> State:
        """The state under the lease; `known` keeps states, which never change, by the name of their index."""
        hits = self._search()
        if not hits:
            raise IndexUnavailable("the published state in Elasticsearch is damaged; `ca publish` makes it again")
        index = str(hits[0]["_index"])
        if index not in known:
            state = read_state(self._store, index)
            for old in list(known)[: -STATES_KEPT + 1]:
                del known[old]
            known[index] = state
        return known[index]

    def renew(self) -> None:
        """Keep it for a long read; cheap to call often."""
        if time.monotonic() - self._renewed > RENEW_SECONDS:
            self._search()

    def close(self) -> None:
        """End it."""
        self._store.close_point(self._id)

    def _search(self) -> list[dict[str, object]]:
        body = {"pit": {"id": self._id, "keep_alive": KEEP_ALIVE}, "size": 1, "_source": False, "track_total_hits": False}
        answer = self._store.call("POST", "/_search", body)
        self._renewed, self._id = time.monotonic(), answer["pit_id"]
        hits: list[dict[str, object]] = answer["hits"]["hits"]
        return hits
