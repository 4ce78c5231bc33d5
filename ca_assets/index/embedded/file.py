"""The embedded index's SQLite file: its tables, connections and transactions, and its errors as IndexUnavailable.

`slot` is '' for what readers see and a generation's name for what is only staged. Contents and metas are stored once, by hash.
Does not belong here: what is written when (`index`) or read (`snapshot`).
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ca_assets.index.protocol import IndexUnavailable

BUSY_SECONDS = 60.0
SHARED_BYTES = 100_000  # free disk that SQLite's shared-memory file surely fits into
SCHEMA_VERSION = 2
SCHEMA = """
CREATE TABLE IF NOT EXISTS current (one INTEGER PRIMARY KEY, generation TEXT NOT NULL, meta TEXT NOT NULL, switched_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS content (version TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS meta (version TEXT PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS report (
    slot TEXT NOT NULL, report_name TEXT NOT NULL, type TEXT NOT NULL, report_date TEXT NOT NULL, scope TEXT NOT NULL,
    content TEXT NOT NULL, meta TEXT NOT NULL, created_at TEXT NOT NULL, staged_at TEXT NOT NULL,
    PRIMARY KEY (slot, report_name, type, scope, report_date)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS report_content ON report (content);
CREATE INDEX IF NOT EXISTS report_meta ON report (meta);
CREATE TABLE IF NOT EXISTS report_set (
    slot TEXT NOT NULL, report_name TEXT NOT NULL, report_date TEXT NOT NULL, scopes TEXT NOT NULL, staged_at TEXT NOT NULL,
    PRIMARY KEY (slot, report_name, report_date)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tables (
    slot TEXT NOT NULL, name TEXT NOT NULL, lake_version INTEGER NOT NULL, rows INTEGER NOT NULL, files TEXT NOT NULL,
    schema BLOB NOT NULL, staged_at TEXT NOT NULL, key TEXT NOT NULL DEFAULT '[]', PRIMARY KEY (slot, name));
"""
MIGRATIONS = {1: "ALTER TABLE tables ADD COLUMN key TEXT NOT NULL DEFAULT '[]'"}  # from that version to the next


class IndexFile:
    """One SQLite file; a connection per transaction (0.1 ms), so that it may be used from any thread and after a fork."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection whose whole life is one read transaction. Raises IndexUnavailable."""
        with self._sqlite_errors(), closing(self._reader()) as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One write transaction: committed at the end, rolled back by any error. Makes the file when needed. Raises IndexUnavailable."""
        with self._sqlite_errors(), closing(self._create()) as db:
            db.execute("BEGIN IMMEDIATE")
            with db:
                yield db

    def vacuum(self) -> None:
        """Write the file anew without free pages, and empty its log; waits for writers. Raises IndexUnavailable."""
        with self._sqlite_errors(), closing(self._create()) as db:
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _reader(self) -> sqlite3.Connection:
        """A connection that has begun to read. Readers and writers share a file of 32 KB; where the disk has not even that, alone."""
        try:
            return self._begin_reading("NORMAL")
        except sqlite3.OperationalError:
            if shutil.disk_usage(self.path.parent).free > SHARED_BYTES:
                raise
        return self._begin_reading("EXCLUSIVE")

    def _begin_reading(self, locking: str) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            db.execute(f"PRAGMA locking_mode = {locking}")  # before anything that opens the file
            db.execute("BEGIN")
            db.execute("SELECT 1 FROM sqlite_master")
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _create(self) -> sqlite3.Connection:
        """A connection for writing; the file and its tables are made when they are not there."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unavailable(error) from error
        db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        db.execute("PRAGMA synchronous = NORMAL")  # with WAL: safe against kill -9; a power cut may lose the last publication, never mix
        if _schema_version(db) != SCHEMA_VERSION:
            db.execute("PRAGMA journal_mode = WAL")
            with db:
                db.execute("BEGIN IMMEDIATE")
                for version in range(_schema_version(db) or SCHEMA_VERSION, SCHEMA_VERSION):  # read again: another process may be faster
                    db.execute(MIGRATIONS[version])
                for statement in SCHEMA.split(";"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        return db

    def _unavailable(self, error: Exception) -> IndexUnavailable:
        return IndexUnavailable(f"the embedded index {self.path} cannot be used: {error}; check the folder, its rights and the disk")

    @contextmanager
    def _sqlite_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._unavailable(error) from error


def _schema_version(db: sqlite3.Connection) -> int:
    """0: the file has no tables yet."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def disk_state(file: IndexFile) -> dict[str, Any]:
    """Path, size and free bytes of the file's disk, whether it can be read and written, and the current generation."""
    state: dict[str, Any] = {"path": str(file.path), "is_reachable": True, "is_writable": True, "problem": None}
    try:
        with file.writing() as db:
            row = db.execute("SELECT generation FROM current").fetchone()
        state |= {
            "generation": row[0] if row else None,
            "bytes": file.path.stat().st_size,
            "free_bytes": shutil.disk_usage(file.path.parent).free,
        }
    except IndexUnavailable as unavailable:
        state |= {"is_reachable": False, "is_writable": False, "problem": str(unavailable)}
    return state
