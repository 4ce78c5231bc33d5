"""The lake: the truth. Delta Lake tables under one folder or URL, written by delta-rs, read by their file lists.

Belongs here: which versions exist, reading a version, replacing a table or months of it in one commit, the ledger of loads,
removing files that nothing needs. How a write decides what changed: `lake_write`. Does not belong here: what tables contain
(`tables.contracts`) or what is published of them (`index`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import ibis
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from pyarrow import fs

LEDGER = "_loads"
MONTH = "month"
_NAME = re.compile(r"\w[\w.-]*")


class LakeError(RuntimeError):
    """The lake cannot do what was asked; the message says why and what helps."""


class LakeConflict(LakeError):
    """Another process wrote the same table meanwhile; nothing of this write is visible."""


class NotInLake(LookupError):
    """The lake has no such table; the message says what makes it."""


@dataclass(frozen=True)
class LakeFiles:
    """One version of a table as readers need it: its columns, and each Parquet file with its month (None: no partition)."""

    version: int
    schema: pa.Schema
    files: tuple[tuple[str, str | None], ...]


class Lake:
    """Tables of a folder (made when first written) or of an object store's URL."""

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/") if "://" in root else str(Path(root).resolve())

    def uri(self, name: str) -> str:
        """Where a table is. LakeError when the name cannot be that of a table."""
        if not _NAME.fullmatch(name):
            raise LakeError(f"{name!r} cannot be a table's name; use letters, digits, _ . and -")
        return f"{self.root}/{name}"

    def has(self, name: str) -> bool:
        """Whether the table was ever written."""
        return bool(DeltaTable.is_deltatable(self.uri(name)))

    def open(self, name: str, version: int | None = None) -> DeltaTable:
        """delta-rs's own handle of the newest (or given) version. Raises NotInLake."""
        if not self.has(name):
            raise NotInLake(f"the lake has no table {name!r}; load the shop first (ca load)")
        return DeltaTable(self.uri(name), version=version)

    def version(self, name: str) -> int:
        """The newest version. Raises NotInLake."""
        return int(self.open(name).version())

    def versions(self) -> dict[str, int]:
        """The newest version of every table but the ledger, by name."""
        return {name: self.version(name) for name in self.names() if name != LEDGER}

    def names(self) -> list[str]:
        """Names of all tables, the ledger included."""
        store, path = fs.FileSystem.from_uri(self.root)
        found = store.get_file_info(fs.FileSelector(path, allow_not_found=True))
        return sorted(item.base_name for item in found if _NAME.fullmatch(item.base_name) and self.has(item.base_name))

    def token(self) -> str:
        """Short text that stands for the versions of all tables: equal exactly while no table changed."""
        state = {name: [str(self.open(name).metadata().id), version] for name, version in self.versions().items()}
        return hashlib.blake2b(json.dumps(state, sort_keys=True).encode(), digest_size=8).hexdigest()

    def files(self, name: str, version: int | None = None) -> LakeFiles:
        """Schema and files of the newest (or given) version. Raises NotInLake."""
        table = self.open(name, version)
        schema = pa.schema(table.schema().to_arrow())
        months = MONTH in table.metadata().partition_columns
        return LakeFiles(int(table.version()), schema, tuple((uri, month_of(uri) if months else None) for uri in self._uris(table)))

    def _uris(self, table: DeltaTable) -> list[str]:
        """Files of a version as DuckDB opens them: delta-rs percent-encodes paths of local files too."""
        return sorted(table.file_uris() if "://" in self.root else map(unquote, table.file_uris()))

    def read(self, con: ibis.BaseBackend, name: str, version: int | None = None) -> ibis.Table:
        """The newest (or given) version as a lazy table with the written schema, also when it has no rows. Raises NotInLake."""
        return scan(con, self.files(name, version))

    def write(
        self, con: ibis.BaseBackend, name: str, expr: ibis.Table, months: Collection[str] | None = None, key: str | None = None
    ) -> int:
        """Replace the table, or only the given months of it, in one commit; returns the version that is then the newest.

        Tables with a column `month` are partitioned by it. Months whose content is unchanged are not written; when none changed
        there is no commit. With `months` and `key`, rows of other months that have a key of the new rows are removed in
        the same commit (an order that moved exists once). Raises LakeConflict, and LakeError when columns change in a
        write of single months or rows lie outside of them.
        """
        from ca_assets.storage.lake_write import write

        return write(self, con, name, expr, months, key)

    def record_load(self, entry: dict[str, Any]) -> None:
        """Append a load to the ledger (a JSON object: `loaded_at`, counts per source, lake versions, …)."""
        row = pa.table({"entry": [json.dumps(entry, default=str, sort_keys=True)]})
        write_deltalake(self.uri(LEDGER), row, mode="append")

    def loads(self) -> list[dict[str, Any]]:
        """All recorded loads, by `loaded_at` (then as recorded)."""
        if not self.has(LEDGER):
            return []
        texts = pa.table(DeltaTable(self.uri(LEDGER)).scan().read_all()).column("entry").to_pylist()
        return sorted((json.loads(text) for text in texts), key=lambda entry: str(entry.get("loaded_at", "")))

    def vacuum(self, keep: dict[str, int], grace_hours: float = 1.0) -> int:
        """Delete files that neither the newest version, the one before, nor the published ones in `keep` need.

        Files younger than `grace_hours` stay (a write or a long read may need them). Makes no version; returns the number deleted.
        """
        return sum(self._vacuum_table(name, keep.get(name), grace_hours) for name in self.names())

    def _vacuum_table(self, name: str, published: int | None, grace_hours: float) -> int:
        newest = self.version(name)
        kept = {newest, max(newest - 1, 0), newest if published is None else published}
        needed = {Path(uri).name for version in kept for uri in self._uris(self.open(name, version))}
        store, path = fs.FileSystem.from_uri(self.uri(name))
        before = dt.datetime.now(dt.UTC) - dt.timedelta(hours=grace_hours)
        found = store.get_file_info(fs.FileSelector(path, recursive=True))
        old = [f.path for f in found if f.extension == "parquet" and "_delta_log" not in f.path and f.mtime <= before]
        unneeded = [path for path in old if Path(path).name not in needed]
        for file in unneeded:
            store.delete_file(file)
        return len(unneeded)


def month_of(uri: str) -> str:
    """The month in a partitioned file's path (`…/month=2010-11/…`)."""
    return unquote(uri.rpartition(f"/{MONTH}=")[2].partition("/")[0])


def scan(con: ibis.BaseBackend, files: LakeFiles) -> ibis.Table:
    """Files of a version as a lazy table: columns in the schema's order, the month as text."""
    if not files.files:
        return ibis.memtable(files.schema.empty_table())
    raw = con.read_parquet([uri for uri, _ in files.files], hive_partitioning=True, hive_types_autocast=False)
    target = ibis.Schema.from_pyarrow(files.schema)
    return raw.select(*(raw[name] if raw[name].type() == target[name] else raw[name].cast(target[name]) for name in target.names))
