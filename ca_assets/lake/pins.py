"""Versions of lake tables that a long-running reader (a training of an hour) holds, so that vacuum leaves their files alone.

A pin is a JSON file in `CA_HOME/pins` beside a lock file that the pinning process holds. The kernel frees the lock when that process
ends, however it ends, so a pin cannot outlive its reader. Pins are of one installation: others that share a lake's URL do not see them.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ca_assets.lake.lake import Lake

FOLDER = "pins"
ORPHAN_SECONDS = 86_400  # after which a lock file without a pin is of a process that died in between


@contextmanager
def pin_versions(home: Path, versions: Mapping[str, int]) -> Iterator[None]:
    """Hold these versions (by table) for the block. Whoever has just looked up the newest ones takes `pin_newest`."""
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{os.getpid()}-{secrets.token_hex(8)}"
    pin, lock = folder / f"{name}.json", FileLock(folder / f"{name}.lock")
    with lock:
        draft = folder / f"{name}.json.tmp"
        draft.write_text(json.dumps(dict(versions), sort_keys=True), encoding="utf-8")
        draft.replace(pin)  # whole, and only once the lock is held
        try:
            yield
        finally:
            pin.unlink(missing_ok=True)
    Path(lock.lock_file).unlink(missing_ok=True)


@contextmanager
def pin_newest(home: Path, lake: Lake, names: Collection[str]) -> Iterator[dict[str, int]]:
    """Hold the newest versions of these tables for the block, and give them. Raises NotInLake.

    Vacuum never takes the newest version and the one before: when a pinned one is still one of these, no vacuum can have missed the pin.
    """
    while True:
        versions = {name: lake.version(name) for name in names}
        with pin_versions(home, versions):
            if all(lake.version(name) - version <= 1 for name, version in versions.items()):
                yield versions
                return


def pinned_versions(home: Path) -> dict[str, set[int]]:
    """Versions by table that living processes hold; pins of dead ones are removed."""
    versions: dict[str, set[int]] = {}
    folder = home / FOLDER
    for pin in sorted(folder.glob("*.json")):
        lock = FileLock(pin.with_suffix(".lock"))
        try:
            with lock.acquire(timeout=0):
                pin.unlink(missing_ok=True)  # its process has ended
            Path(lock.lock_file).unlink(missing_ok=True)
        except Timeout:
            for name, version in _read(pin).items():
                versions.setdefault(name, set()).add(version)
    for left in [*folder.glob("*.lock"), *folder.glob("*.tmp")]:
        if not left.with_name(f"{left.name.partition('.')[0]}.json").exists() and _age_seconds(left) > ORPHAN_SECONDS:
            left.unlink(missing_ok=True)
    return versions


def _read(pin: Path) -> dict[str, int]:
    try:
        versions: dict[str, int] = json.loads(pin.read_text(encoding="utf-8"))
    except FileNotFoundError:  # its block has just ended
        return {}
    return versions


def _age_seconds(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
