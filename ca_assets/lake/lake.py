"""The lake: the truth. Delta Lake tables under one folder or URL, written by delta-rs, read by their file lists.

Belongs here: which versions exist, reading a version, replacing a table, months of it or one report date in one commit, the ledger of
loads, removing files that nothing needs. How a write decides what changed: `write`. Does not belong here: what tables contain
(`contracts.tables`), what is published of them (`index`), who reads an old version for long (`pins`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError
from pyarrow import fs

from ca_assets.contracts.tables import MONTH, REPORT_DATE
from ca_assets.lake.files import LakeConflict, LakeError, LakeFiles, NotInLake, scan, table_files, table_uris
from ca_assets.lake.vacuum import delete_unneeded, forget_history
from ca_assets.lake.write import Target, recorded, write, write_date

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
        folders = store.get_file_info(fs.FileSelector(path, allow_not_found=True))
        return sorted(folder.base_name for folder in folders if _NAME.fullmatch(folder.base_name) and self.has(folder.base_name))

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
        return write(con, self._target(name, MONTH if MONTH in expr.columns else None), expr, months, key)

    def write_date(self, con: ibis.BaseBackend, name: str, day: dt.date, rows: ibis.Table) -> int:
        """Replace one report date of a table that keeps them, in one commit; other dates stay. Returns the version that is then the newest.

        The table is partitioned by `report_date`, which is added to rows that lack it. A date without rows is one that was written. When
        nothing of it changed there is no commit. New columns are null in earlier dates; LakeError when a column changed its type or rows
        are of another date. Raises LakeConflict.
        """
        return write_date(con, self._target(name, REPORT_DATE), rows, day)

    def _target(self, name: str, partition: str | None) -> Target:
        return Target(name, self.uri(name), self.open(name) if self.has(name) else None, partition)

    def dates(self, name: str, version: int | None = None) -> tuple[dt.date, ...]:
        """The report dates that the newest (or given) version of a table has a state of, in order. Raises NotInLake."""
        record = recorded(self.open(name, version))
        return tuple(sorted(map(dt.date.fromisoformat, record.fingerprints))) if record else ()

    def read_as_of(self, con: ibis.BaseBackend, name: str, day: dt.date, version: int | None = None) -> ibis.Table:
        """The state of the newest report date up to `day`, as a lazy table with the column `report_date`.

        NotInLake when there is none (`dates` says which there are).
        """
        dates = [date for date in self.dates(name, version) if date <= day]
        if not dates:
            raise NotInLake(f"the lake has no state of {name!r} as of {day} or before")
        return scan(con, self.files(name, version).of_partitions([dates[-1].isoformat()]))

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

    def replace_loads(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Write the ledger anew, which nothing but an erasure does."""
        rows = pa.table({"entry": [json.dumps(entry, default=str, sort_keys=True) for entry in entries]})
        write_deltalake(self.uri(LEDGER), rows, mode="overwrite")

    def forget_history(self, name: str) -> int:
        """Keep nothing of a table but its newest version: neither files nor commits. For whoever holds the lake's lock; returns the number
        of files deleted. Readers of an older version lose it."""
        return forget_history(self.open(name))

    def vacuum(
        self,
        published: Mapping[str, int],
        pinned: Mapping[str, Collection[int]] | None = None,
        *,
        grace_hours: float = 1.0,
        alone: Collection[str] = (),
    ) -> int:
        """Delete files that no version needs which is the newest, the one before, published or pinned; returns the number deleted.

        `published`, `pinned`: versions by table that readers see, and that long-running readers hold (`pins`). Files younger than
        `grace_hours` stay, as a write or a read that just began may need them. Of the tables `alone` the caller knows that nobody else
        writes them now: there, what a killed write left goes at once. Makes no version.
        """
        before = dt.datetime.now(dt.UTC) - dt.timedelta(hours=grace_hours)
        deleted = 0
        for name in self.names():
            versions = {*(pinned or {}).get(name, ()), *([published[name]] if name in published else ())}
            needed = self._needed_files(name, versions)
            if needed is not None:
                deleted += delete_unneeded(self.uri(name), needed, before, is_alone=name in alone)
        return deleted

    def _needed_files(self, name: str, versions: Collection[int]) -> set[str] | None:
        """Names of the files to keep; None when a version to keep is so old that its log is gone: then nothing may be deleted."""
        newest = self.version(name)
        try:
            return {Path(uri).name for version in {newest, max(newest - 1, 0), *versions} for uri in table_uris(self.open(name, version))}
        except DeltaError:
            return None
