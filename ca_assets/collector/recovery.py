"""What a killed collector left: its open files get their final names, and a last line that was cut short is put aside.

An acknowledged event is never in such a half line: the answer is given when the whole group of lines is durable.
Belongs here: files of processes that are dead. Does not belong here: files that are being written (their lock tells).
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ca_assets.collector.files import closed_name, stamp_now, sync_folder
from ca_assets.collector.settings import BAD_FOLDER
from ca_assets.contracts.events import LINES_ENDING, OPEN_ENDING, RAW_FOLDER

BLOCK = 65_536


@dataclass(frozen=True)
class Recovered:
    """A file of a dead process, by its final name; `torn_bytes` of half a line were cut off and put aside."""

    path: Path
    torn_bytes: int


def recover(folder: Path) -> list[Recovered]:
    """Close every open file below `raw` and `bad` that no living process writes. Raises OSError."""
    paths = [path for part in (RAW_FOLDER, BAD_FOLDER) for path in sorted((folder / part).glob(f"*/*{OPEN_ENDING}"))]
    return [recovered for path in paths if (recovered := _recover_file(folder, path))]


def _recover_file(folder: Path, path: Path) -> Recovered | None:
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:  # another process was first
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        whole, size = _whole_bytes(descriptor), os.fstat(descriptor).st_size
        if not path.exists():
            return None
        if whole < size:
            _put_aside(folder, path, os.pread(descriptor, size - whole, whole))
            os.ftruncate(descriptor, whole)
        os.fsync(descriptor)
        path.rename(closed_name(path)) if whole else path.unlink()
        sync_folder(path.parent)
        return Recovered(closed_name(path), size - whole)
    except BlockingIOError:
        return None  # its process lives
    finally:
        os.close(descriptor)


def _whole_bytes(descriptor: int) -> int:
    """The length up to and with the last line end."""
    end = os.fstat(descriptor).st_size
    while end:
        start = max(0, end - BLOCK)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _put_aside(folder: Path, path: Path, torn: bytes) -> None:
    """A file of one line in `bad`, durable before the half line is cut off."""
    now = stamp_now()
    aside = folder / BAD_FOLDER / now[:10]
    aside.mkdir(parents=True, exist_ok=True)
    line = {
        "received_at": now,
        **dict.fromkeys(("sent_at", "write_key", "user_agent")),
        "reason": f"torn_line: the last line of {path.parent.name}/{path.name} was cut short when its process died",
        "message": torn.decode("utf-8", errors="replace"),
    }
    target = aside / f"torn-{path.name.removesuffix(OPEN_ENDING)}{LINES_ENDING}"
    with target.open("wb") as file:
        file.write(msgspec.json.encode(line) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(aside)
