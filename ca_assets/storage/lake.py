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
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError
from pyarrow import fs

from ca_assets.storage.lake_files import LakeConflict, LakeError, LakeFiles, NotInLake, scan, table_files, table_uris
from ca_assets.storage.lake_vacuum import delete_unneeded
from ca_assets.storage.lake_write import Target, write

__all__ = ["Lake", "LakeConflict", "LakeError", "LakeFiles", "NotInLake"]
LEDGER = "_loads"
_NAME = re.compile(r"\w[\w.-]*")


class Lake:
    """Tables of a folder (made when first written) or of an object store's URL."""

    def __init__(self, root: str) -> None:
        if "://" not in root and re.search(r"%[0-9A-Fa-f]{2}", root):
            raise LakeError(
                f"the folder {root} has a % followed by two hexadecimal digits, which Delta Lake reads as one sign; choose another"
            )
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
        return table_files(self.open(name, version))

    def read(self, con: ibis.BaseBackend, name: str, version: int | None = None) -> ibis.Table:
        """The newest (or given) version as a lazy table with the written schema, also when it has no rows. Raises NotInLake."""
        return scan(con, self.files(name, version))

    def write(
        self, con: ibis.BaseBackend, name: str, expr: ibis.Table, *, months: Collection[str] | None = None, key: str | None = None
    ) -> int:
        """Replace the table, or only the given months of it, in one commit; returns the version that is then the newest.

        Tables with a column `month` are partitioned by it. Months whose content is unchanged are not written; when none changed
        there is no commit. With `months` and `key`, rows of other months that have a key of the new rows are removed in
        the same commit (an order that moved exists once). Raises LakeConflict, and LakeError when columns change in a
        write of single months or rows lie outside of them.
        """
        target = Target(name, self.uri(name), self.open(name) if self.has(name) else None)
        return write(con, target, expr, months, key)

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

    def vacuum(self, keep: dict[str, int], grace_hours: float = 1.0, is_alone: bool = False) -> int:
        """Delete files that neither the newest version, the one before, nor the published ones in `keep` need.

        Files younger than `grace_hours` stay (a write or a long read may need them), but for those that a killed write left, when
        the caller knows that nobody else writes (`is_alone`). Makes no version; returns the number deleted.
        """
        before = dt.datetime.now(dt.UTC) - dt.timedelta(hours=grace_hours)
        needed = {name: self._needed(name, keep.get(name)) for name in self.names()}
        return sum(delete_unneeded(self.uri(name), files, before, is_alone) for name, files in needed.items() if files is not None)

    def _needed(self, name: str, published: int | None) -> set[str] | None:
        """Names of the files to keep; None when a version to keep is so old that its log is gone: then nothing may be deleted."""
        newest = self.version(name)
        kept = {newest, max(newest - 1, 0), newest if published is None else published}
        try:
            return {Path(uri).name for version in kept for uri in table_uris(self.open(name, version))}
        except DeltaError:
            return None
