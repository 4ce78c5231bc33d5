"""Named pieces of work: wall seconds, CPU seconds of the process with all its threads, and its peak memory during each piece."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

Spent = dict[str, float]
_RESET, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")


class Clock:
    """Measures pieces; `pieces` keeps them by name, in order."""

    def __init__(self) -> None:
        self.pieces: dict[str, Spent] = {}

    @contextmanager
    def piece(self, name: str) -> Iterator[None]:
        """Measure the block."""
        forget_peak()
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.pieces[name] = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu, "peak_gb": peak_gb()}

    def total(self) -> Spent:
        """All pieces together: seconds are added, of memory the highest peak counts."""
        spent = list(self.pieces.values())
        sums = {name: sum(piece[name] for piece in spent) for name in ("seconds", "cpu_seconds")}
        return {**sums, "peak_gb": max((piece["peak_gb"] for piece in spent), default=0.0)}


def forget_peak() -> None:
    """Let the kernel's record of this process's peak memory begin anew (Linux; elsewhere the peak is that of the whole life)."""
    try:
        _RESET.write_text("5")
    except OSError:
        return


def peak_gb() -> float:
    """The most memory since the last `forget_peak`, in 10^9 bytes."""
    try:
        lines = _STATUS.read_text(encoding="ascii").splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e9
