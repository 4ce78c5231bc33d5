"""What must not be there once a load has finished, whatever was killed before: half files, staged rows, runs that seem to go on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from deltalake import DeltaTable

from ca_assets.index.elasticsearch.client import ElasticClient
from ca_assets.index.elasticsearch.indexes import is_of_table, our_indexes
from ca_assets.index.elasticsearch.manifest import StagingLog, read_state
from ca_assets.index.elasticsearch.reports import stored_tokens
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings


def leftovers(settings: ProcessSettings) -> list[str]:
    """All of it, in words; empty when everything is as after a load that nothing disturbed."""
    everywhere = [*_staging(settings), *_lake(Lake(settings.lake_root)), *_runs(settings), *_pins(settings)]
    return [*everywhere, *(of_elasticsearch(settings) if settings.index_url else _embedded(settings))]


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


def _pins(settings: ProcessSettings) -> Iterator[str]:
    """Versions held by a process that is gone: a vacuum removes them, and every load ends with one."""
    yield from (f"pins: {pin.name}" for pin in (settings.home / "pins").glob("*.json"))


def of_models(settings: ProcessSettings) -> Iterator[str]:
    """Half states, which the next training removes."""
    yield from (f"models: {partial}" for partial in (settings.home / "models").glob("*/.partial-*"))


def of_elasticsearch(settings: ProcessSettings) -> Iterator[str]:
    """Physical indexes and sets of reports that no state refers to; more states than the current one and one that a reader may hold."""
    client = ElasticClient(settings)
    made = our_indexes(client)
    states = [read_state(client, name) for name, meta in made.items() if meta["what"] == "state"]
    if len(states) > 2:
        yield f"index: {len(states)} states are kept"
    needed = {part.index for state in states for table in state.tables.values() for part in table.parts}
    parts = {name for name, meta in made.items() if is_of_table(meta)}
    yield from (f"index: nothing refers to {name}" for name in sorted(parts - needed))
    yield from (f"index: {name} is gone" for name in sorted(needed - parts))
    published = {token for state in states for token in state.sets.values()}
    log = StagingLog(client)
    staged = (stored_tokens(client) | log.tokens("set") | log.tokens("table")) - published
    yield from (f"index: the staged set {token} is left" for token in sorted(staged))
