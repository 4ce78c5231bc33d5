"""The index on Elasticsearch: the `Index` protocol with the semantics that `embedded` states, for the same contract tests.

- Tables are physical indexes (`elastic_tables`), reports are documents of sets (`elastic_reports`); both are written unseen.
- A switch makes a new state (`elastic_notes`) and moves all aliases in one `update_aliases` call: `orders`, `downloads`, `reports`
  for people and other programs, `ca_current` for our own readers, who resolve it once and then read by physical names.
- A table that is staged into the current generation becomes visible with the next switch, reports at once (as `Index` says).
- What nothing refers to any more is dropped after the switch, unless a reader still holds a lease on a state that does; then the next
  switch drops it. What was staged for a generation that was never switched to (a killed load) goes with the next switch, as one load
  runs at a time.
- Anything of it that was deleted by hand is made again by the next publication.

Belongs here: the order of these steps. Reading is `elastic_snapshot`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ca_assets.analyses.report import ReportSet
from ca_assets.settings.index_settings import IndexSettings
from ca_assets.storage.elastic_client import Store
from ca_assets.storage.elastic_faults import Missing
from ca_assets.storage.elastic_health import health
from ca_assets.storage.elastic_lease import Lease
from ca_assets.storage.elastic_notes import Notes, SetKey, State, TableState, current_state, schema_text, table_note, table_of, write_state
from ca_assets.storage.elastic_patience import READER_SECONDS
from ca_assets.storage.elastic_reports import set_key, set_token, stage_set
from ca_assets.storage.elastic_snapshot import ElasticSnapshot
from ca_assets.storage.elastic_switch import last_state, move_aliases, still_there, sweep
from ca_assets.storage.elastic_tables import LINES, with_parts
from ca_assets.storage.embedded_file import NO_DAY
from ca_assets.storage.index import NotPublished
from ca_assets.storage.lake import Lake


class ElasticIndex:
    """The `Index` protocol on one Elasticsearch; any number of readers, one publisher at a time (the load's lock)."""

    def __init__(self, settings: IndexSettings, lake: Lake) -> None:
        self.store = Store(settings)
        self._reading = self.store.patient(READER_SECONDS)
        self.lake = lake
        self.notes = Notes(self.store)
        self._states: dict[str, State] = {}

    def __repr__(self) -> str:
        return f"ElasticIndex({self.store.shown!r})"

    def stage_reports(self, generation: str, reports: ReportSet) -> None:
        """Write reports under a generation (see `Index`). Raises IndexUnavailable."""
        key, state = set_key(reports), current_state(self.store)
        visible = state.sets.get(key) if state else None
        is_current = state is not None and state.generation == generation
        token = visible if is_current and visible else set_token(generation, key)
        stage_set(self.store, generation, token, reports, visible)
        if state and is_current and not visible:
            self._make_current(state.generation, state.meta, state.tables, _with_set(state.sets, key, token))
            sweep(self.store, is_switch=False)

    def stage_table(self, generation: str, name: str, lake_version: int, rows: int) -> None:
        """Publish a lake table's version under a generation (see `Index`). Raises IndexUnavailable, NotInLake.

        Orders are written when their basket lines are staged too, in whichever order that happens, at the latest by the switch.
        """
        files = self.lake.files(name, lake_version)
        root = f"{self.lake.uri(name)}/"
        listed = tuple((uri.removeprefix(root), month) for uri, month in files.files)
        table = TableState(name, lake_version, rows, schema_text(files.schema), listed)
        self.notes.put("table", _table_token(generation, name), generation, table_note(table))
        staged = self._staged_tables(generation)
        if name not in ("orders", LINES):
            with_parts(self.store, self.lake, {name: table})
        elif {"orders", LINES} <= staged.keys():
            with_parts(self.store, self.lake, {each: staged[each] for each in ("orders", LINES)})

    def switch(self, generation: str, meta: dict[str, Any]) -> None:
        """Make a generation current (see `Index` and this module's text). Raises IndexUnavailable."""
        before = last_state(self.store)
        tables = {**(before.tables if before else {}), **self._staged_tables(generation)}
        sets = still_there(self.store, before.sets) if before else {}
        for token, note in self.notes.all("set", generation).items():
            sets = _with_set(sets, (note["report_name"], note["report_date"]), token)
        self._make_current(generation, meta, with_parts(self.store, self.lake, tables), sets)
        sweep(self.store, is_switch=True)

    def current(self) -> str | None:
        """The current generation; None before the first publication. Raises IndexUnavailable."""
        state = current_state(self._reading)
        return state.generation if state else None

    @contextmanager
    def snapshot(self) -> Iterator[ElasticSnapshot]:
        """A consistent view: one state, leased. Raises NotPublished before the first publication, IndexUnavailable."""
        try:
            lease = Lease(self._reading)
        except Missing as error:
            raise NotPublished("nothing is published yet; load the shop (ca load), or publish what was loaded (ca publish)") from error
        try:
            yield ElasticSnapshot(self._reading, lease.state(self._states), lease)
        finally:
            lease.close()

    def health(self) -> dict[str, Any]:
        """Place, version, state of the cluster, heap, disk, write access. Never raises for an unreachable store."""
        return health(self.store)

    def _staged_tables(self, generation: str) -> dict[str, TableState]:
        return {note["name"]: table_of(note) for note in self.notes.all("table", generation).values()}

    def _make_current(self, generation: str, meta: dict[str, Any], tables: dict[str, TableState], sets: dict[SetKey, str]) -> None:
        state = State(generation, json.loads(json.dumps(meta, default=str)), tables, sets)
        index = write_state(self.store, state)
        move_aliases(self.store, state, index)


def _table_token(generation: str, name: str) -> str:
    return hashlib.blake2b(json.dumps(["table", generation, name]).encode(), digest_size=8).hexdigest()


def _with_set(sets: dict[SetKey, str], key: SetKey, token: str) -> dict[SetKey, str]:
    """The sets with one more, which ends the one of its name from before any day was complete."""
    none = (key[0], NO_DAY.isoformat())
    return {**{each: found for each, found in sets.items() if each != none}, key: token}
