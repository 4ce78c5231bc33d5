"""The index that the process's settings name, or that was chosen in the browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from ca_assets.analyses.core.report import ReportSet
from ca_assets.index.embedded.index import EmbeddedIndex
from ca_assets.index.protocol import Index, Snapshot
from ca_assets.lake.lake import Lake
from ca_assets.settings.database import Database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.store import EMBEDDED, is_set_by_environment, newest_choice, with_chosen_store

LOOK_SECONDS = 2.0


def open_index(settings: ProcessSettings) -> Index:
    """The embedded index in `CA_HOME/index`, or the Elasticsearch that CA_INDEX_URL names or that was chosen in the browser.

    Raises IndexUnavailable for a wrong URL.
    """
    settings, lake = with_chosen_store(settings), Lake(settings.lake_root)
    if not settings.index_url or settings.index_url == EMBEDDED:
        return EmbeddedIndex(settings.index_file, lake)
    from ca_assets.index.elasticsearch.index import ElasticIndex  # its client takes a third of a second to import

    return ElasticIndex(settings, lake)


class FollowingIndex:
    """The index of a process that lives long: soon after another store was chosen in the browser it reads from that one."""

    def __init__(self, settings: ProcessSettings, database: Database) -> None:
        self._settings, self._database = settings, database
        self._lock = threading.Lock()
        self._index = open_index(settings)
        self._choice = self._newest()
        self._looked_at = time.monotonic()

    def _newest(self) -> int | None:
        choice = None if is_set_by_environment(self._settings) else newest_choice(self._database)
        return choice.id if choice else None

    def _current(self) -> Index:
        with self._lock:
            if time.monotonic() - self._looked_at > LOOK_SECONDS:
                self._looked_at, choice = time.monotonic(), self._newest()
                if choice != self._choice:
                    self._index, self._choice = open_index(self._settings), choice
            return self._index

    def stage_reports(self, generation: str, reports: ReportSet) -> None:
        """As `Index`."""
        self._current().stage_reports(generation, reports)

    def stage_table(self, generation: str, name: str, lake_version: int, rows: int, key: Sequence[str]) -> None:
        """As `Index`."""
        self._current().stage_table(generation, name, lake_version, rows, key)

    def switch(self, generation: str, meta: dict[str, Any]) -> None:
        """As `Index`."""
        self._current().switch(generation, meta)

    def current(self) -> str | None:
        """As `Index`."""
        return self._current().current()

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """As `Index`."""
        return self._current().snapshot()

    def health(self) -> dict[str, Any]:
        """As `Index`."""
        return self._current().health()
