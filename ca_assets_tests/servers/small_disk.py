"""A file system of a few megabytes in memory, which really gets full: `with small_disk(folder, 64): …`. Only root may mount one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BLOCK = 65_536


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mounted on the folder, which anybody may write to; skips the test where that is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=False) if os.geteuid() == 0 else None
    if done is None or done.returncode:
        pytest.skip("a small file system is mounted by root only (in a container: with --cap-add SYS_ADMIN)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, leave: int = 0) -> Path:
    """A file that takes all but so many bytes of its file system."""
    file, left = folder / "filler", os.statvfs(folder)
    size = max(left.f_bavail * left.f_frsize - leave, 0)
    with file.open("wb", buffering=0) as out:
        try:
            for _ in range(size // BLOCK + 1):
                out.write(bytes(BLOCK))
        except OSError:
            assert not leave
    return file
