"""What a load is doing at a moment: a child that loads notes when it enters and leaves the writing of the lake, publishing and the switch.

Belongs here: the notes and reading them. They are for spreading kills and for saying where each fell; a load does nothing else
because of them.
"""

from __future__ import annotations

import functools
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OTHER = "sources and checks"
ANALYSIS = "analysis"
Place = tuple[Any, str, str]  # where a function is, its name, the phase


@dataclass(frozen=True)
class Mark:
    """A phase begins or ends."""

    at: float  # time.monotonic(), which all processes share
    phase: str
    is_begin: bool


@dataclass(frozen=True)
class Span:
    """The phase's occurrence with this number (0, 1, …) in a load, and how long it took."""

    phase: str
    number: int
    seconds: float


def note_phases(file: Path) -> None:
    """From now on, in this process: a line in the file at each begin and end of a phase."""
    out = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o644)

    def noted(function: Callable[..., Any], phase: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapped(*args: Any, **more: Any) -> Any:
            _write(out, phase, True)
            try:
                return function(*args, **more)
            finally:
                _write(out, phase, False)

        return wrapped

    for place, name, phase in _places():
        setattr(place, name, noted(getattr(place, name), phase))


def _places() -> Iterator[Place]:
    from ca_assets.index.elasticsearch import index as elastic
    from ca_assets.index.elasticsearch.index import ElasticIndex
    from ca_assets.index.embedded.index import EmbeddedIndex
    from ca_assets.lake.lake import Lake
    from ca_assets.loading.analysis_inputs import AnalysisInputs
    from ca_assets.models.store import ModelStore

    yield AnalysisInputs, "compute", ANALYSIS
    yield ModelStore, "save", "model state"
    yield from ((Lake, name, "lake write") for name in ("write", "record_load", "vacuum"))
    for index in (EmbeddedIndex, ElasticIndex):
        yield from ((index, name, "publish") for name in ("stage_reports", "stage_table"))
        yield index, "switch", "switch"
    yield elastic, "move_aliases", "alias call"  # both inside the switch
    yield elastic, "collect_garbage", "removal of old indexes"


def _write(out: int, phase: str, is_begin: bool) -> None:
    os.write(out, (json.dumps([time.monotonic(), phase, is_begin]) + "\n").encode())


def marks(file: Path) -> list[Mark]:
    """What has been noted so far."""
    lines = file.read_text().splitlines() if file.exists() else []
    return [Mark(*json.loads(line)) for line in lines if line.endswith("]")]


def phase_at_end(noted: list[Mark]) -> str:
    """The innermost phase that had begun and not ended; OTHER when there is none."""
    inside: list[str] = []
    for mark in noted:
        inside = [*inside, mark.phase] if mark.is_begin else inside[:-1]
    return inside[-1] if inside else OTHER


def spans(noted: list[Mark]) -> list[Span]:
    """All phases of a load that had no end by force, each without those inside it."""
    found, counts, inside = [], dict[str, int](), list[Mark]()
    for mark in noted:
        if mark.is_begin:
            inside.append(mark)
        else:
            begin = inside.pop()
            number = counts[mark.phase] = counts.get(mark.phase, -1) + 1
            found.append(Span(mark.phase, number, mark.at - begin.at))
    return found


def wait_for(file: Path, span: Span, is_going: Callable[[], bool]) -> bool:
    """Until a phase begins for the number-th time; False when that does not happen while the load goes on."""
    while is_going():
        if sum(mark.is_begin and mark.phase == span.phase for mark in marks(file)) > span.number:
            return True
        time.sleep(0.0005)
    return False
