"""Child processes of a test: started in sessions of their own, with one log, all ended with the block."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

GRACE_SECONDS = 20


@dataclass
class Children:
    """Running children by name; what they say goes to `log`."""

    log: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, words: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start one more."""
        with self.log.open("ab") as out:
            self.running[name] = subprocess.Popen(words, env=dict(environment), stdout=out, stderr=out, start_new_session=True)

    def stop(self, name: str) -> int:
        """Ask it to end and wait; returns its end code."""
        child = self.running.pop(name)
        child.terminate()
        try:
            return child.wait(GRACE_SECONDS)
        finally:
            kill_group(child.pid)

    def stop_all(self) -> None:
        """End all together; what does not end in time is killed."""
        for child in self.running.values():
            child.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        while any(child.poll() is None for child in self.running.values()) and time.monotonic() < deadline:
            time.sleep(0.1)
        for child in self.running.values():
            kill_group(child.pid)
            child.wait()

    def said(self) -> str:
        """The end of the log."""
        return self.log.read_text(errors="replace")[-4000:]


@contextmanager
def children(log: Path) -> Iterator[Children]:
    """Children for the block."""
    all_of_them = Children(log)
    try:
        yield all_of_them
    finally:
        all_of_them.stop_all()


def kill_group(leader: int) -> None:
    """Kill what is left of a session's process group."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return  # nothing is left


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def group_members(leader: int) -> list[str]:
    """Command lines of the processes of a session, the leader included."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == leader and fields[0] != "Z":
                found.append(stat.with_name("cmdline").read_text().replace("\0", " ").strip())
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
    return found
