"""Staging results in the index under the publication's lock, and removing what nothing needs afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ca_assets.analyses.core.family import Result, families, family_tables
from ca_assets.lake.lake import LEDGER as LOADS
from ca_assets.lake.pins import pinned_versions
from ca_assets.loading.analysis_inputs import AnalysisInputs
from ca_assets.loading.fingerprints import beside_digest, family_digest, state_digest
from ca_assets.loading.locks import publication_lock
from ca_assets.loading.run import LAKE_TABLES, READ_TABLES, NotReady, Run
from ca_assets.settings.erased import erased_clients


@dataclass
class Stager:
    """Of one run; holds the publication's lock from the first staging until the run ends."""

    run: Run
    inputs: AnalysisInputs
    _staging_id: str | None = None

    def staging_id(self) -> str:
        """Under which name results are staged. Takes the publication's lock, waiting for others, and keeps it until the run ends.

        Of a load: the state of its tables, or what is current when that is of the same state (then results are visible at once). Beside the
        loads: what is current, and what shall be added to it.
        """
        if self._staging_id is None:
            self.run.stack.enter_context(publication_lock(self.run.settings.home))
            self._require_nobody_erased()
            self._staging_id = self._beside_id() if self.run.request.beside else self._state_id()
        return self._staging_id

    def _require_nobody_erased(self) -> None:
        """What this run read may name customers who were erased while it computed (a training of an hour)."""
        if erased_clients(self.run.database, self.run.settings) != self.run.erased:
            raise NotReady("a customer was erased while this was computed from older tables; run it again")

    def state(self) -> str:
        """Stands for what the lake's tables hold now: the shop's edition and their versions."""
        return state_digest(self.run.applied.edition, self.run.newest_versions(READ_TABLES))

    def _state_id(self) -> str:
        state, current = self.state(), self.run.index.current()
        if current is None:
            return state
        with self.run.index.snapshot() as snapshot:
            return current if snapshot.meta().get("state") == state else state

    def _beside_id(self) -> str:
        fingerprints = [self.inputs.fingerprint(families()[name]) for name in self.run.request.beside]
        return beside_digest(self.run.index.current() or "", fingerprints)

    def stage_result(self, name: str, result: Result) -> None:
        """Write a family's tables to the lake, stage them and its reports, and keep its model states."""
        staging, day = self.staging_id(), self.inputs.context.report_date
        for spec in families()[name].tables:
            rows = result.tables[spec.name]
            if spec.keeps == "by_date" and day is not None:
                version = self.run.lake.write_date(self.run.con, spec.name, day, rows)
            else:
                version = self.run.lake.write(self.run.con, spec.name, rows)
            self.inputs.family_versions[spec.name] = version
            if spec.is_published and (spec.keeps == "by_date" or day == self.inputs.default_date):  # another day is not the newest state
                count = int(self.run.lake.read(self.run.con, spec.name, version).count().to_pyarrow().as_py())
                self.run.index.stage_table(staging, spec.name, version, count, spec.row_key)
        self.run.index.stage_reports(staging, result.reports)
        for state in result.models:
            self.run.models.save(name, replace(state, code_digest=family_digest(name)), families()[name].states_kept)

    def tidy(self, still_read: Mapping[str, int]) -> None:
        """Delete files of the lake that nothing needs; `still_read` are versions that readers may have open.

        A load holds both locks, so nobody else writes any table; beside the loads only the families' tables are ours.
        A lake elsewhere may have other writers.
        """
        ours = (*family_tables(), *(() if self.run.request.beside else (*LAKE_TABLES, LOADS)))
        self.run.lake.vacuum(still_read, pinned_versions(self.run.settings.home), alone=() if self.run.settings.lake_url else ours)
