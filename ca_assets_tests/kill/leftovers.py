"""What must not be there once a load has finished, whatever was killed before: half files, staged rows, runs that seem to go on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from deltalake import DeltaTable

from ca_assets.settings.process import ProcessSettings
from ca_assets.storage.elastic_client import Store
from ca_assets.storage.elastic_notes import Notes, our_indexes, read_state
from ca_assets.storage.elastic_reports import tokens_there
from ca_assets.storage.lake import Lake


def leftovers(settings: ProcessSettings) -> list[str]:
    """All of it, in words; empty when everything is as after a load that nothing disturbed."""
    found = [*_staging(settings), *_lake(Lake(settings.lake_root)), *_runs(settings)]
    return [*found, *(of_elasticsearch(settings) if settings.index_url else _embedded(settings))]


def _staging(settings: ProcessSettings) -> Iterator[str]:
    yield from (f"staging: {path}" for path in settings.staging.rglob("*") if path.is_file() or path.name.startswith("load-"))


def _lake(lake: Lake) -> Iterator[str]:
    """Files that no version of a table has, and commits that did not become one."""
    for name in lake.names():
        folder = Path(lake.uri(name))
        known = {Path(file).name for file in _files_of_all_versions(lake.uri(name))}
        yield from (f"lake/{name}: no version has {file}" for file in folder.rglob("*.parquet*") if file.name not in known)
        odd = [file for file in (folder / "_delta_log").iterdir() if file.suffix not in (".json", ".parquet") and file.is_file()]
        yield from (f"lake/{name}: unfinished commit {file}" for file in odd if not file.name.startswith("_last_checkpoint"))


def _files_of_all_versions(uri: str) -> Iterator[str]:
    for version in range(DeltaTable(uri).version() + 1):
        yield from DeltaTable(uri, version=version).file_uris()


def _embedded(settings: ProcessSettings) -> Iterator[str]:
    with sqlite3.connect(settings.index_file) as db:
        for table in ("report", "report_set", "tables"):
            count = db.execute(f"SELECT count(*) FROM {table} WHERE slot <> ''").fetchone()[0]
            if count:
                yield f"index: {count} staged rows in {table}"
        for table in ("content", "meta"):
            count = db.execute(f"SELECT count(*) FROM {table} WHERE version NOT IN (SELECT {table} FROM report)").fetchone()[0]
            if count:
                yield f"index: {count} rows of {table} that no report has"
    db.close()


def _runs(settings: ProcessSettings) -> Iterator[str]:
    with sqlite3.connect(settings.dagster_home / "history" / "runs.db") as db:
        rows = db.execute("SELECT run_id, status FROM runs WHERE status NOT IN ('SUCCESS', 'FAILURE', 'CANCELED')").fetchall()
    db.close()
    yield from (f"Dagster: run {run} is {status}" for run, status in rows)


def of_elasticsearch(settings: ProcessSettings) -> Iterator[str]:
    """Physical indexes and sets of reports that no state refers to; more states than the current one and one that a reader may hold."""
    store = Store(settings)
    made = our_indexes(store)
    states = [read_state(store, name) for name, meta in made.items() if meta["what"] == "state"]
    if len(states) > 2:
        yield f"index: {len(states)} states are kept"
    needed = {part.index for state in states for table in state.tables.values() for part in table.parts}
    parts = {name for name, meta in made.items() if meta["what"] not in ("state", "notes", "reports")}
    yield from (f"index: nothing refers to {name}" for name in sorted(parts - needed))
    yield from (f"index: {name} is gone" for name in sorted(needed - parts))
    published = {token for state in states for token in state.sets.values()}
    notes = Notes(store)
    staged = (tokens_there(store) | notes.tokens("set") | notes.tokens("table")) - published
    yield from (f"index: the staged set {token} is left" for token in sorted(staged))
