"""One run as its steps see it: reading the sources, what analyses read, and staging."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property

from ca_assets.analyses.core.family import NIGHTLY, families
from ca_assets.loading.analysis_inputs import AnalysisInputs
from ca_assets.loading.locks import QUEUE_WAIT_SECONDS, lake_lock
from ca_assets.loading.progress import Progress
from ca_assets.loading.run import Request, Run
from ca_assets.loading.scratch import scratch_folder
from ca_assets.loading.source_reader import SourceReader
from ca_assets.loading.stager import Stager
from ca_assets.settings.database import open_database
from ca_assets.settings.process import process_settings


@dataclass
class LoadSession(Run):
    """A run with its parts, each made when it is first needed."""

    @cached_property
    def sources(self) -> SourceReader:
        """Reads the sources, once."""
        return SourceReader(self)

    @cached_property
    def inputs(self) -> AnalysisInputs:
        """What analyses read."""
        return AnalysisInputs(self)

    @cached_property
    def stager(self) -> Stager:
        """Where results go."""
        return Stager(self, self.inputs)


@contextmanager
def load_session(request: Request | None = None, progress: Progress | None = None) -> Iterator[LoadSession]:
    """A run's session with a scratch folder of its own. A load holds the lake's lock for all of it. Raises LoadRunning."""
    settings, request = process_settings(), request or Request()
    with ExitStack() as stack:
        if not request.beside:
            stack.enter_context(lake_lock(settings.home, QUEUE_WAIT_SECONDS))
        staging = stack.enter_context(scratch_folder(settings.staging))
        session = LoadSession(settings, open_database(settings), staging, request, stack, progress)
        len(session.erased.pseudonyms)  # as of now: `Stager` compares it with those when something is published
        yield session


def families_beside(selected: Sequence[str]) -> tuple[str, ...]:
    """The families among the names of selected assets, when all of them (but `publication`) have a job of their own; else none."""
    names = [name for name in selected if name != "publication"]
    beside = [name for name in names if name in families() and families()[name].job != NIGHTLY]
    return tuple(sorted(beside)) if beside and len(beside) == len(names) else ()
