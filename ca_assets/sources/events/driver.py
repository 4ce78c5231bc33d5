"""Sources of kind `events`: the shop's sessions, customers, baskets and product activity, built of files or a table of events.

Whichever of them is read first builds all; the others of the same load read what was built then. Belongs here: from a source's
configuration to the files and rules of a build. What is built: `parse`, `visits`, `tables`; what is kept of it: `store`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from ca_assets.contracts.events import COLLECTOR, MESSAGE, RECEIVED_AT
from ca_assets.settings.secrets import encryption_key
from ca_assets.shop import SourceConfig
from ca_assets.sources.driver import FileDriver, Reading, Wanted
from ca_assets.sources.events.build import BuildRules
from ca_assets.sources.events.names import code_of
from ca_assets.sources.events.parse import ParseRules
from ca_assets.sources.events.store import Built, EventFile
from ca_assets.sources.events.summary import BUILT_OF, event_store
from ca_assets.sources.files.locations import labelled_files, source_files
from ca_assets.sources.files.parquet.driver import driver as parquet
from ca_assets.sources.open import check_source, open_source
from ca_assets.sources.staging import RawSource

TABLE = "events"


class EventsDriver:
    """Reads sources of kind `events`."""

    def check(self, name: str, config: SourceConfig, reading: Reading) -> None:
        """Whether there are files, or the table has its columns. SourceError when not. Reads no rows."""
        if config.url:
            check_source(TABLE, _table(config), reading)
        else:
            source_files(name, config, reading.folder)

    def read(self, name: str, config: SourceConfig, reading: Reading, wanted: Wanted) -> RawSource:
        """Every row of a table that is built of the events, whatever `wanted` says: a new event may change any of them."""
        built = built_events(name, config, reading)
        file = built.folder / f"{name}.parquet"
        mapped = config.model_copy(update={"kind": "parquet", "path": str(file), "url": None, "table": None, "query": None})
        return parquet.read(name, mapped, reading, replace(wanted, files=None))

    def lacking(self, name: str, config: SourceConfig, reading: Reading) -> dict[str, list[str]]:
        """None: all columns are built."""
        return {}

    def column_names(self, name: str, config: SourceConfig, reading: Reading) -> list[str]:
        """The columns that shop.yaml maps; there are no others."""
        return [*config.columns.values(), *config.dimensions.values(), *config.actions.values()]

    def read_texts(self, name: str, config: SourceConfig, reading: Reading) -> RawSource:
        """The same as `read`: a `query` over events is refused in shop.yaml."""
        return self.read(name, config, reading, Wanted())


def built_events(name: str, config: SourceConfig, reading: Reading) -> Built:
    """The tables as the events are now; within one load as they were when first asked. Raises SourceError."""
    store = event_store(name, reading)
    mark = reading.staging / BUILT_OF
    identity = config.model_dump_json(include={"path", "url", "table", "query", "events"})
    if mark.exists():
        known = json.loads(mark.read_text(encoding="utf-8"))
        if known["identity"] == identity and Path(known["folder"]).is_dir():
            return Built(Path(known["folder"]), known["counts"])
    events = config.events
    parsing = ParseRules(encryption_key(), events.paths, events.server_keys, events.browser_keys)
    building = BuildRules(events.gap_minutes * 60, events.paths, tuple((action, code_of(action)) for action in events.names))
    built = store.update(_files(name, config, reading), parsing, building, reading.progress)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(json.dumps({"identity": identity, "folder": str(built.folder), "counts": built.counts}), encoding="utf-8")
    return built


def _files(name: str, config: SourceConfig, reading: Reading) -> list[EventFile]:
    if config.url:
        staged = open_source(TABLE, _table(config), reading)
        return [replace(EventFile.of(staged.path, config.table or "query"), time=0)]
    if config.path == COLLECTOR:
        return [EventFile.of(path, "/".join(path.parts[-3:])) for path in source_files(name, config, reading.folder)]
    return [EventFile.of(path, label or path.name) for path, label in labelled_files(name, config, reading.folder)]


def _table(config: SourceConfig) -> SourceConfig:
    """The table of events as a source of its own."""
    columns = {RECEIVED_AT: "received_at", MESSAGE: "event"}
    place = {"kind": "postgresql", "url": config.url, "table": config.table, "query": config.query}
    return SourceConfig.model_validate({**place, "columns": columns})


driver: FileDriver = EventsDriver()
