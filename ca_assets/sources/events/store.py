"""What loads keep of events: the typed events of each file, and the tables built of them, under one manifest that is replaced in one step.

A file is read again when its size or time changed, and only what hangs together with new or removed events is built again. All of it may
be deleted at any time: the next load then builds everything. A load holds the lake's lock, so nobody else writes here.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ca_assets.code_digest import code_digest
from ca_assets.sources.events.build import BuildRules, Parts, build_tables
from ca_assets.sources.events.lines import line_batches
from ca_assets.sources.events.parse import LINE_FIELDS, Lines, ParseRules, parse_lines, prepare
from ca_assets.sources.staging import Progress

Entry = dict[str, Any]  # of a file in the manifest: its typed events' file, size, time and counts
MANIFEST = "manifest.json"
MEMORY_LIMIT = "2GB"
SETTLED_SECONDS = 2.0  # a file written so shortly before it is read may be written again without its time telling


@dataclass(frozen=True)
class EventFile:
    """A file of events: what its rows say their file is, and its size and time (ns; 0 where it is too fresh to be trusted)."""

    path: Path
    label: str
    size: int
    time: int

    @classmethod
    def of(cls, path: Path, label: str) -> EventFile:
        """As the file is now."""
        status = path.stat()
        is_settled = status.st_mtime < time.time() - SETTLED_SECONDS
        return cls(path, label, status.st_size, status.st_mtime_ns if is_settled else 0)

    def is_same(self, known: Entry) -> bool:
        """Whether the file is as it was when it was read."""
        return bool(self.time) and [self.size, self.time] == [known["size"], known["time"]]


@dataclass(frozen=True)
class Built:
    """The tables that are built: the folder of their files, and the counts of the events that they were built of."""

    folder: Path
    counts: dict[str, int]


class EventStore:
    """The folder of one installation's (or one dry run's) built events. `name`: the source that is read, for errors."""

    def __init__(self, folder: Path, scratch: Path, name: str) -> None:
        self.folder, self.scratch, self.name = folder, scratch, name

    def built(self) -> Built | None:
        """What was built last; None before the first time, and where it cannot be told."""
        manifest = self._manifest()
        folder = self.folder / str(manifest.get("built"))
        return Built(folder, manifest["counts"]) if manifest and folder.is_dir() else None

    def update(self, files: list[EventFile], parsing: ParseRules, building: BuildRules, progress: Progress | None = None) -> Built:
        """Build what these files hold. Raises SourceError; then what was built before stays."""
        rules = json.dumps([code_digest("sources/events"), asdict(parsing), asdict(building)])
        key = hashlib.blake2b(rules.encode(), digest_size=16).hexdigest()
        manifest = self._manifest()
        if manifest.get("key") != key or not (self.folder / str(manifest.get("built"))).is_dir():
            manifest = {"key": key, "built": None, "counts": {}, "files": {}}
        known: dict[str, Entry] = {
            path: entry for path, entry in manifest["files"].items() if (self.folder / entry["events_file"]).exists()
        }
        same = {str(file.path): known[str(file.path)] for file in files if str(file.path) in known and file.is_same(known[str(file.path)])}
        removed = [entry for path, entry in known.items() if path not in same]
        fresh = [file for file in files if str(file.path) not in same]
        if manifest["built"] and not fresh and not removed and len(known) == len(manifest["files"]):
            return Built(self.folder / manifest["built"], manifest["counts"])
        before = self.folder / manifest["built"] if manifest["built"] and len(known) == len(manifest["files"]) else None
        with self._engine() as con:
            new = self._parsed(con, fresh, parsing, progress)
            entries = {**same, **new}
            built = self._build(con, entries, Parts((), self._paths(new.values()), self._paths(removed)), building, before)
        self._write_manifest({"key": key, "built": built.folder.name, "counts": built.counts, "files": entries})
        self._remove_unneeded({built.folder.name, *(entry["events_file"] for entry in entries.values())})
        return built

    @contextmanager
    def _engine(self) -> Iterator[duckdb.DuckDBPyConnection]:
        scratch = self.scratch / "events.spill"
        scratch.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(":memory:", config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(scratch)}) as con:
            prepare(con)
            yield con

    def _parsed(
        self, con: duckdb.DuckDBPyConnection, files: list[EventFile], rules: ParseRules, progress: Progress | None
    ) -> dict[str, Entry]:
        """The files' typed events, each in a file of its own."""
        self.folder.mkdir(parents=True, exist_ok=True)
        entries: dict[str, Entry] = {}
        count = 0
        for file in files:
            target = self._new_name("events")
            arrived_us = (file.time or time.time_ns()) // 1000
            counts = parse_lines(con, Lines(file.label, arrived_us, line_batches(self.name, file.path)), rules, target)
            entries[str(file.path)] = {"events_file": target.name, "size": file.size, "time": file.time, **asdict(counts)}
            count += counts.events + counts.rejected
            if progress is not None:
                progress(self.name, count)
        return entries

    def _build(
        self, con: duckdb.DuckDBPyConnection, entries: dict[str, Entry], changes: Parts, rules: BuildRules, before: Path | None
    ) -> Built:
        files = self._paths(entries.values()) or [self._nothing(con)]
        target = self._new_name("tables")
        left_out = build_tables(con, replace(changes, files=files), rules, target, before)
        events, rejected, robots = (sum(entry[count] for entry in entries.values()) for count in ("events", "rejected", "robots"))
        accepted = events - left_out.duplicates - left_out.orphans
        counts = {"read": events + rejected, "accepted": accepted, "rejected": rejected, **asdict(left_out), "robots": robots}
        return Built(target, counts)

    def _nothing(self, con: duckdb.DuckDBPyConnection) -> Path:
        """A file of no events."""
        target = self._new_name("events")
        parse_lines(con, Lines("", 0, [pa.RecordBatch.from_pylist([], schema=LINE_FIELDS)]), ParseRules(""), target)
        return target

    def _paths(self, entries: Iterable[Entry]) -> list[Path]:
        return [self.folder / entry["events_file"] for entry in entries]

    def _new_name(self, kind: str) -> Path:
        return self.folder / f"{kind}.{secrets.token_hex(8)}"

    def _manifest(self) -> dict[str, Any]:
        try:
            manifest: dict[str, Any] = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return manifest

    def _write_manifest(self, manifest: dict[str, Any]) -> None:
        draft = self.folder / f"{MANIFEST}.draft"
        draft.write_text(json.dumps(manifest, sort_keys=True), encoding="utf-8")
        draft.replace(self.folder / MANIFEST)

    def _remove_unneeded(self, needed: set[str]) -> None:
        """Remove what the manifest does not name: of earlier builds, or left by a killed one."""
        for path in self.folder.iterdir():
            if path.name.removesuffix(".bad") not in needed and not path.name.startswith(MANIFEST):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
