"""The index on Elasticsearch: the `Index` protocol with the semantics that `embedded.index` states, for the same contract tests.

- Tables are physical indexes (`tables`), reports are documents of sets (`reports`); both are written unseen.
- A switch writes a new state (`manifest`) and moves all aliases in one `update_aliases` call: `orders`, `downloads`, `reports`
  for people and other programs, `ca_current` for our own readers, who resolve it once and then read by physical names.
- A table that is staged into the current generation becomes visible with the next switch, reports at once (as `Index` says).
- What nothing refers to any more is dropped after the switch, unless a reader still has a lease on a state that does; then the next
  switch drops it. What was staged for a generation that was never switched to (a killed load) goes with the next switch, as one load
  runs at a time.
- Anything of it that was deleted by hand is made again by the next publication.

Belongs here: the order of these steps. Reading is `snapshot`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ca_assets.analyses.core.report import ReportSet
from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.elasticsearch.errors import NotFound
from ca_assets.index.elasticsearch.health import health
from ca_assets.index.elasticsearch.manifest import (
    Lease,
    SetKey,
    StagingLog,
    State,
    TableState,
    current_state,
    schema_to_text,
    table_from_json,
    table_to_json,
    write_state,
)
from ca_assets.index.elasticsearch.purge import find_texts, purge
from ca_assets.index.elasticsearch.reports import set_key, set_token, stage_set
from ca_assets.index.elasticsearch.retry import READER_SECONDS
from ca_assets.index.elasticsearch.snapshot import ElasticSnapshot
from ca_assets.index.elasticsearch.switch import collect_garbage, existing_sets, move_aliases, newest_state
from ca_assets.index.elasticsearch.tables import LINES, with_parts
from ca_assets.index.protocol import NotPublished, check_table_name
from ca_assets.index.report_pieces import NO_REPORT_DATE
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import IndexSettings


class ElasticIndex:
    """The `Index` protocol on one Elasticsearch; any number of readers, one publisher at a time (the load's lock)."""

    def __init__(self, settings: IndexSettings, lake: Lake) -> None:
        self.client = ElasticClient(settings)
        self._reader_client = self.client.with_retry_seconds(READER_SECONDS)
        self.lake = lake
        self.staging_log = StagingLog(self.client)
        self._states: dict[str, State] = {}

    def __repr__(self) -> str:
        return f"ElasticIndex({self.client.display_url!r})"

    def stage_reports(self, generation: str, reports: ReportSet) -> None:
        """Write reports under a generation (see `Index`). Raises IndexUnavailable."""
        key, state = set_key(reports), current_state(self.client)
        visible = state.sets.get(key) if state else None
        is_current = state is not None and state.generation == generation
        token = visible if is_current and visible else set_token(generation, key)
        stage_set(self.client, generation, token, reports, visible)
        if state and is_current and not visible:
            self._make_current(state.generation, state.meta, state.tables, _with_set(state.sets, key, token))
            collect_garbage(self.client, is_switch=False)

    def stage_table(self, generation: str, name: str, lake_version: int, rows: int, key: Sequence[str]) -> None:
        """Publish a lake table's version under a generation (see `Index`). Raises IndexUnavailable, NotInLake, ValueError.

        Orders are written when their basket lines are staged too, in whichever order that happens, at the latest by the switch.
        """
        check_table_name(name)
        files = self.lake.files(name, lake_version)
        root = f"{self.lake.uri(name)}/"
        relative_files = tuple((uri.removeprefix(root), month) for uri, month in files.files)
        table = TableState(name, lake_version, rows, schema_to_text(files.schema), tuple(key), relative_files)
        token = hashlib.blake2b(json.dumps(["table", generation, name]).encode(), digest_size=8).hexdigest()
        self.staging_log.write("table", token, generation, table_to_json(table))
        staged = self._staged_tables(generation)
        if name not in ("orders", LINES):
            with_parts(self.client, self.lake, {name: table})
        elif {"orders", LINES} <= staged.keys():
            with_parts(self.client, self.lake, {both: staged[both] for both in ("orders", LINES)})

    def switch(self, generation: str, meta: dict[str, Any]) -> None:
        """Make a generation current (see `Index` and this module's text). Raises IndexUnavailable."""
        before = newest_state(self.client)
        tables = {**(before.tables if before else {}), **self._staged_tables(generation)}
        sets = existing_sets(self.client, before.sets) if before else {}
        for token, entry in self.staging_log.entries("set", generation).items():
            sets = _with_set(sets, (entry["report_name"], entry["report_date"]), token)
        self._make_current(generation, meta, with_parts(self.client, self.lake, tables), sets)
        collect_garbage(self.client, is_switch=True)

    def current(self) -> str | None:
        """The current generation; None before the first publication. Raises IndexUnavailable."""
        state = current_state(self._reader_client)
        return state.generation if state else None

    @contextmanager
    def snapshot(self) -> Iterator[ElasticSnapshot]:
        """A consistent view: one state, leased. Raises NotPublished before the first publication, IndexUnavailable."""
        try:
            lease = Lease(self._reader_client)
        except NotFound as error:
            raise NotPublished("nothing is published yet; load the shop (ca load), or publish what was loaded (ca publish)") from error
        try:
            yield ElasticSnapshot(self._reader_client, lease.state(self._states), lease)
        finally:
            lease.close()

    def health(self) -> dict[str, Any]:
        """Place, version, state of the cluster, heap, disk, write access. Never raises for an unreachable store."""
        return health(self.client)

    def purge(self) -> None:
        """Forget what was replaced (see `purge`). Raises IndexUnavailable."""
        purge(self.client)

    def find_texts(self, is_in: Callable[[str], bool]) -> tuple[int, list[str]]:
        """Look through all documents (see `Index`). Raises IndexUnavailable."""
        return find_texts(self.client, is_in)

    def _staged_tables(self, generation: str) -> dict[str, TableState]:
        return {entry["name"]: table_from_json(entry) for entry in self.staging_log.entries("table", generation).values()}

    def _make_current(self, generation: str, meta: dict[str, Any], tables: dict[str, TableState], sets: dict[SetKey, str]) -> None:
        state = State(generation, json.loads(json.dumps(meta, default=str)), tables, sets)
        index = write_state(self.client, state)
        move_aliases(self.client, state, index)


def _with_set(sets: dict[SetKey, str], key: SetKey, token: str) -> dict[SetKey, str]:
    """The sets with one more, which replaces the one of its name from before any day was complete."""
    undated = (key[0], NO_REPORT_DATE.isoformat())
    return {**{other: published for other, published in sets.items() if other != undated}, key: token}
