"""Which files of a lake table nothing needs any more: those of old versions, and what a killed write left behind.

Belongs here: deciding and deleting. Does not belong here: which versions are still read (`Lake.vacuum`'s caller knows).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

from deltalake import DeltaTable
from pyarrow import fs

from ca_assets.lake.files import LOG, read_actions, table_uris


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
        names: set[str] = set()
        for file in self.files:
            if LOG in PurePosixPath(file.path).parts and file.base_name.endswith(".json") and file.mtime >= moment:
                actions = read_actions(self.store, file.path)
                names |= {PurePosixPath(unquote(action["add"]["path"])).name for action in actions if "add" in action}
        return names


def delete_unneeded(uri: str, needed: set[str], before: dt.datetime, is_alone: bool) -> int:
    """Delete data files that are not among the names `needed` and not changed since `before`; returns how many.

    `is_alone` (the caller knows that nobody writes): also younger ones that no commit ever added, which a killed write left.
    """
    store, path = fs.FileSystem.from_uri(uri)
    entries = store.get_file_info(fs.FileSelector(path, recursive=True))
    folder = _Folder(store, [entry for entry in entries if entry.type == fs.FileType.File])
    unneeded = [file for file in folder.data() if file.base_name not in needed]
    doomed = [file for file in unneeded if file.mtime <= before]
    if is_alone:
        committed = folder.committed_since(before)
        doomed += [file for file in unneeded if file.mtime > before and file.base_name not in committed]
    doomed += [file for file in folder.unfinished_commits() if is_alone or file.mtime <= before]
    for file in doomed:
        store.delete_file(file.path)
    return len(doomed)


def forget_history(table: DeltaTable) -> int:
    """Delete all but the newest version of a table: its data files, and of the log what a checkpoint of that version makes unneeded.

    The log's commits hold the smallest and largest value of each column. Nobody may write meanwhile. Returns the number of files deleted.
    """
    newest = {PurePosixPath(uri).name for uri in table_uris(table)}
    table.create_checkpoint()
    store, path = fs.FileSystem.from_uri(table.table_uri)
    files = [file for file in store.get_file_info(fs.FileSelector(path, recursive=True)) if file.type == fs.FileType.File]
    doomed = [file.path for file in files if _is_of_history(file.path, newest, f"{table.version():020}")]
    for file in doomed:
        store.delete_file(file)
    return len(doomed)


def _is_of_history(path: str, newest: set[str], version: str) -> bool:
    """Whether a file is of no use to the newest version: data that it does not name, commits and checkpoints before it."""
    name = PurePosixPath(path).name
    if LOG not in PurePosixPath(path).parts:
        return ".parquet" in name and name not in newest
    return name[: len(version)].isdigit() and name[: len(version)] < version
