"""Files of lines in a folder per day, appended to by one process: `DAY/20261121T000633123456-5f2a91c0.open.jsonl`, closed without `.open`.

A file is closed when it has grown to its limit, at the full hour, and when the clock was set back: within a file times of arrival never go
back. While it is written its process holds a lock on it (flock), which the kernel frees when the process dies.
Belongs here: names, opening, appending, taking back, closing. Does not belong here: when (`writer`), what a dead process left (`recovery`).
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ca_assets.contracts.events import LINES_ENDING, OPEN_ENDING

SECOND = 1_000_000_000
SET_BACK = 10 * SECOND  # a clock that goes back further was set; less is jitter, and the last time is used again


@dataclass
class _OpenFile:
    path: Path
    descriptor: int
    hour: int
    written: int = 0
    durable: int = 0
    last: int = 0  # the newest time of arrival in it, nanoseconds since the epoch


class RollingFiles:
    """The files of one folder (`raw`, `bad`), one of them open at a time. Not for several threads."""

    def __init__(self, folder: Path, limit_bytes: float) -> None:
        self._folder, self._limit = folder, limit_bytes
        self._file: _OpenFile | None = None

    def write(self, lines: Sequence[bytes], now: int) -> int:
        """Append lines, each stamped with the arrival `now` (ns since the epoch); returns bytes. Durable only after `sync`. OSError."""
        self.close_if_due(now)
        file = self._file or self._open(now)
        file.last = max(file.last, now)
        start = b'{"received_at":"' + _stamp(file.last).encode() + b'",'
        data = memoryview(b"".join(part for line in lines for part in (start, line)))
        written = 0
        while written < len(data):
            count = os.write(file.descriptor, data[written:])
            written += count
            file.written += count
        return written

    def sync(self) -> None:
        """Make durable what was written. OSError: then nothing since the last success can be relied on; `roll_back`."""
        if self._file is not None and self._file.durable != self._file.written:
            os.fdatasync(self._file.descriptor)
            self._file.durable = self._file.written

    def roll_back(self) -> None:
        """Take back what was written since the last `sync`, and go on in a new file: after an error of the disk this one is not trusted.

        What cannot be taken back was never acknowledged; a half line of it is cut off at the next start.
        """
        file = self._file
        if file is None or file.durable == file.written:
            return
        try:
            os.ftruncate(file.descriptor, file.durable)
            os.fsync(file.descriptor)
            file.written = file.durable
        except OSError:
            self._file = None
            os.close(file.descriptor)  # stays `.open`, for `recovery`
            return
        self.close()

    def close_if_due(self, now: int) -> None:
        """Close the open file when it is full, of another hour, or written by a later clock. OSError."""
        file = self._file
        if file and (file.written >= self._limit or file.hour != now // (3600 * SECOND) or now < file.last - SET_BACK):
            self.close()

    def close(self) -> None:
        """Close the open file, if any. OSError: the file keeps its name, for `recovery`."""
        file, self._file = self._file, None
        if file is None:
            return
        try:
            if file.written:
                file.path.rename(closed_name(file.path))
            else:
                file.path.unlink()
            sync_folder(file.path.parent)
        finally:
            os.close(file.descriptor)

    def _open(self, now: int) -> _OpenFile:
        """A new file. It gets the ending of open files after it is locked, so that nobody takes it for a dead process's."""
        moment = datetime.fromtimestamp(now // SECOND, UTC)
        folder = self._folder / f"{moment:%Y-%m-%d}"
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            sync_folder(self._folder)
        name = f"{moment:%Y%m%dT%H%M%S}{now % SECOND // 1000:06d}-{secrets.token_hex(4)}"
        path, hidden = folder / f"{name}{OPEN_ENDING}", folder / f".{name}.new"
        descriptor = os.open(hidden, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o640)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            hidden.rename(path)
            sync_folder(folder)
        except OSError:
            os.close(descriptor)
            raise
        self._file = _OpenFile(path, descriptor, now // (3600 * SECOND))
        return self._file


def closed_name(path: Path) -> Path:
    """The name of an open file once it is closed."""
    return path.with_name(path.name.removesuffix(OPEN_ENDING) + LINES_ENDING)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def stamp_now() -> str:
    """The time as it is written into lines."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def _stamp(nanoseconds: int) -> str:
    return f"{datetime.fromtimestamp(nanoseconds // SECOND, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds % SECOND // 1000:06d}Z"
