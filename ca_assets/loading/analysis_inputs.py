"""What a run's analyses read: versions of the lake's tables, base tables, other families' tables, model states; and running a family."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import ibis

from ca_assets.analyses.core.base import Base, make_base
from ca_assets.analyses.core.context import Context, Tables, default_report_date
from ca_assets.analyses.core.family import ACTIVITY, HISTORY, LEDGER, Family, Inputs, Result, compute_family, family_tables
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets.contracts.tables import published, table_names
from ca_assets.index.protocol import NotPublished
from ca_assets.index.publisher import units_of
from ca_assets.lake.lake import LEDGER as LOADS
from ca_assets.lake.pins import pin_versions
from ca_assets.loading.fingerprints import family_fingerprint
from ca_assets.loading.run import READ_TABLES, NotReady, Run


@dataclass
class AnalysisInputs:
    """Of one run. `family_versions`: of family tables that this run wrote."""

    run: Run
    family_versions: dict[str, int] = field(default_factory=dict)

    def newest_load(self) -> dict[str, Any]:
        """The last recorded load that covered the newest month: a backfill of an old month does not make the data newer."""
        return [entry for entry in self.run.lake.loads() if entry["has_newest_month"]][-1]

    @cached_property
    def published_meta(self) -> dict[str, Any]:
        """What was recorded with the publication that readers saw when this was first asked; empty before the first one."""
        return self.current_meta()

    def current_meta(self) -> dict[str, Any]:
        """What is recorded with the publication that readers see now; empty before the first one."""
        try:
            with self.run.index.snapshot() as snapshot:
                return snapshot.meta()
        except NotPublished:
            return {}

    def published_versions(self) -> dict[str, int]:
        """Lake versions that readers see now, of all published tables; none before the first publication."""
        try:
            with self.run.index.snapshot() as snapshot:
                return {name: snapshot.table(name).lake_version for name in self._published_names() if _is_published(snapshot, name)}
        except NotPublished:
            return {}

    def _published_names(self) -> tuple[str, ...]:
        return (*READ_TABLES, *table_names(published(spec for _, spec in family_tables().values())))

    @cached_property
    def versions(self) -> dict[str, int]:
        """Versions of the load's tables that this run's analyses read: of a load the newest; beside the loads those that readers see.

        Beside the loads they are pinned, so that no vacuum of a nightly load deletes their files while a training reads them. Of a load
        they are final once its own tables are written. Raises NotReady.
        """
        if not self.run.request.beside:
            return self.run.newest_versions(READ_TABLES)
        meta = self.published_meta
        if meta.get("edition") != self.run.applied.edition:
            raise NotReady("the shop's settings have changed since the last load, or nothing was loaded yet; load the shop first (ca load)")
        return {name: version for name, version in self._table_versions.items() if name in READ_TABLES}

    @cached_property
    def _table_versions(self) -> dict[str, int]:
        """Versions of all published tables as this run reads them, whatever is published meanwhile; beside the loads they are pinned."""
        while True:
            versions = self.published_versions()
            if not self.run.request.beside:
                return versions
            self.run.stack.enter_context(pin_versions(self.run.settings.home, versions))
            if self.published_versions() == versions:  # else a vacuum may have run before they were held
                return versions

    @cached_property
    def default_date(self) -> dt.date | None:
        """The last day that was whole when the newest orders were loaded (the contract, section 1)."""
        if self.run.request.beside:
            day = self.published_meta.get("report_date")
            return dt.date.fromisoformat(day) if day else None
        loaded_at = dt.datetime.fromisoformat(self.newest_load()["loaded_at"])
        return default_report_date(self.run.lake.read(self.run.con, "orders"), loaded_at, self.run.shop.calendar)

    @cached_property
    def context(self) -> Context:
        """Shop and report date: the requested one, else the default."""
        return Context(self.run.shop, self.run.request.report_date or self.default_date)

    @cached_property
    def base(self) -> Base | None:
        """What analyses start from, made once per run, by the first that asks; None when no session is known as of the report."""
        tables = {name: self.run.lake.read(self.run.con, name, version) for name, version in self.versions.items()}
        lines = tables.get("basket_lines") if self.run.shop.sources.baskets else None
        return make_base(Tables(tables["orders"], tables["downloads"], lines), self.context, TempTables(self.run.con))

    def family_table(self, name: str, is_history: bool = False, is_optional: bool = False) -> ibis.Table:
        """Another family's table as of the report date: what this run wrote, else what readers see.

        Raises NotReady when it was never written; an optional one has no rows then.
        """
        owner, spec = family_tables()[name]
        version = self.family_versions.get(name, self._table_versions.get(name))
        if version is None and is_optional:
            return ibis.memtable(spec.schema(self.run.shop).empty_table())
        if version is None:
            raise NotReady(f"the table {name} is not there yet; run {owner.name} first (ca load --only {owner.name})")
        day = self.context.report_date
        if spec.keeps == "latest" or day is None:
            return self.run.lake.read(self.run.con, name, version)
        if is_history:
            table = self.run.lake.read(self.run.con, name, version)
            return table.filter(table.report_date <= day)
        return self.run.lake.read_as_of(self.run.con, name, day, version)

    def _own_table(self, name: str) -> ibis.Table:
        """A family's own table as its earlier runs left it; no rows before the first."""
        table = name.removesuffix(HISTORY)
        if table in self._table_versions:
            return self.family_table(table, name.endswith(HISTORY))
        if not family_tables()[table][1].is_published and self.run.lake.has(table):
            return self.run.lake.read(self.run.con, table)
        return ibis.memtable(family_tables()[table][1].schema(self.run.shop).empty_table())

    def compute(self, family: Family, tables: Mapping[str, ibis.Table]) -> Result:
        """Run a family on this run's inputs; `tables`: those of other families that it reads, by the names of its `inputs`."""
        with TempTables(self.run.con) as temp:
            inputs = Inputs(
                temp,
                lambda: self.base,
                {**tables, **{name: self._own_table(name) for name in family.own_inputs}},
                self.run.lake.loads() if LEDGER in family.inputs else (),
                lambda: self.run.models.latest(family.name, self.context.report_date),
                lambda day: self.run.models.read(family.name, day),
                self.activity() if ACTIVITY in family.inputs else None,
            )
            return compute_family(family, inputs, self.context)

    def activity(self) -> ibis.Table | None:
        """What was looked at and put into baskets; None where sessions are not built of events, so that the table is missing or empty."""
        if not self.run.lake.has(ACTIVITY):
            return None
        table = self.run.lake.read(self.run.con, ACTIVITY)
        return table if table.limit(1).count().to_pyarrow().as_py() else None

    def fingerprint(self, family: Family) -> str:
        """Stands for what a family's result is made from, in this run."""
        reads = dict(self.versions) if family.reads_lake else {}
        if LEDGER in family.inputs:
            reads[LEDGER] = self.run.lake.version(LOADS) if self.run.lake.has(LOADS) else -1
        if ACTIVITY in family.inputs:
            reads[ACTIVITY] = self.run.lake.version(ACTIVITY) if self.run.lake.has(ACTIVITY) else -1
        tables = {name: self.family_versions.get(name, self._table_versions.get(name, -1)) for name in family.input_tables}
        return family_fingerprint(family, self.run.applied.edition, self.context.report_date, {**reads, **tables})

    def is_published(self, family: Family) -> bool:
        """Whether readers have the family's result already, made from the same."""
        unit = units_of(self.published_meta).get(family.name)
        return unit is not None and unit.fingerprint == self.fingerprint(family)


def _is_published(snapshot: Any, name: str) -> bool:
    try:
        snapshot.table(name)
    except NotPublished:
        return False
    return True
