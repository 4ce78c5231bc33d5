"""Scratch folders of loads and dry runs: each has a lock that its process holds, so that what a killed one left can be told and removed."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

PREFIX = "load-"


@contextmanager
def scratch_folder(root: Path, prefix: str = PREFIX) -> Iterator[Path]:
    """A folder of its own below `root`, removed at the end; folders with the prefix whose process is dead are removed first."""
    root.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(root, prefix)
    folder = root / f"{prefix}{secrets.token_hex(8)}"
    try:
        with FileLock(_lock_file(folder), timeout=0, thread_local=False):
            folder.mkdir()  # once the lock is held: a folder without one counts as abandoned
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        _lock_file(folder).unlink(missing_ok=True)


def _lock_file(folder: Path) -> Path:
    """Beside the folder, not in it: what is in it may be removed while the process lives."""
    return folder.with_name(f"{folder.name}.lock")


def _remove_abandoned(root: Path, prefix: str) -> None:
    for lock_file in root.glob(f"{prefix}*.lock"):
        try:
            with FileLock(lock_file, timeout=0):
                shutil.rmtree(lock_file.with_suffix(""), ignore_errors=True)
                lock_file.unlink(missing_ok=True)
        except Timeout:
            continue  # its process lives
    for folder in root.glob(f"{prefix}*"):
        if folder.is_dir() and not _lock_file(folder).exists():  # killed before it took the lock, or of an earlier version
            shutil.rmtree(folder, ignore_errors=True)
