"""Which files of a lake table nothing needs any more: those of old versions, and what a killed write left behind.

Belongs here: deciding and deleting. Does not belong here: which versions are published (`Lake.vacuum`'s caller knows).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

from pyarrow import fs

LOG = "_delta_log"


@dataclass(frozen=True)
class _Folder:
    """A table's files as they are now."""

    store: fs.FileSystem
    files: list[fs.FileInfo]

    def data(self) -> list[fs.FileInfo]:
        """Files with rows (whole or half written)."""
        return [file for file in self.files if LOG not in PurePosixPath(file.path).parts and ".parquet" in file.base_name]

    def unfinished_commits(self) -> list[fs.FileInfo]:
        """What a commit writes before it becomes one."""
        log = [file for file in self.files if LOG in PurePosixPath(file.path).parts]
        return [file for file in log if file.base_name.endswith(".tmp") or "#" in file.base_name]

    def committed_since(self, moment: dt.datetime) -> set[str]:
        """Names of data files that commits since then added."""
        log = [file for file in self.files if LOG in PurePosixPath(file.path).parts and file.base_name.endswith(".json")]
        return {name for file in log if file.mtime >= moment for name in self._added(file.path)}

    def _added(self, path: str) -> Iterable[str]:
        with self.store.open_input_file(path) as file:
            lines = file.read().decode().splitlines()
        adds = (json.loads(line).get("add") for line in lines if line.strip())
        return {PurePosixPath(unquote(add["path"])).name for add in adds if add}


def delete_unneeded(uri: str, needed: set[str], before: dt.datetime, is_alone: bool) -> int:
    """Delete data files that are not among the names `needed` and not changed since `before`; returns how many.

    `is_alone` (the caller knows that nobody writes): also younger ones that no commit ever added, which a killed write left.
    """
    store, path = fs.FileSystem.from_uri(uri)
    found = store.get_file_info(fs.FileSelector(path, recursive=True))
    folder = _Folder(store, [file for file in found if file.type == fs.FileType.File])
    unneeded = [file for file in folder.data() if file.base_name not in needed]
    gone = [file for file in unneeded if file.mtime <= before]
    if is_alone:
        known = folder.committed_since(before)
        gone += [file for file in unneeded if file.mtime > before and file.base_name not in known]
    gone += [file for file in folder.unfinished_commits() if is_alone or file.mtime <= before]
    for file in gone:
        store.delete_file(file.path)
    return len(gone)
