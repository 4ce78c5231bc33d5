"""Reading the sources, once per load, and what is kept of it: the source cache and the ledger of loads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from ca_assets.cleaning.build import CleanTables, ShopRows, clean_tables, read_sources
from ca_assets.cleaning.incremental import Increments
from ca_assets.cleaning.source_cache import CachedLoad, SourceCache
from ca_assets.contracts.events import BUILT_FOLDER, EVENTS_FOLDER
from ca_assets.loading.guard import require_usable_rows
from ca_assets.loading.ledger import restated
from ca_assets.loading.run import LAKE_TABLES, Run
from ca_assets.settings.connections import secret_lookup
from ca_assets.settings.shops import note_first_month
from ca_assets.sources.driver import Reading


@dataclass(frozen=True)
class LoadResult:
    """What a load read: the clean tables, when, and whether the sources hold what the lake was made from."""

    tables: CleanTables
    loaded_at: dt.datetime
    is_unchanged: bool


@dataclass
class SourceReader:
    """Of one run. `written`: tables of the lake that are now as the sources are."""

    run: Run
    written: set[str] = field(default_factory=set)
    _loaded: LoadResult | None = None

    @cached_property
    def cache(self) -> SourceCache:
        """What earlier loads read."""
        return SourceCache(self.run.settings.home / "copies")

    # reading the sources

    def read(self) -> LoadResult:
        """The sources, read as far as they may have changed, and cleaned: once per run, whichever step asks first. Raises SourceError."""
        if self._loaded is None:
            loaded_at = dt.datetime.now(dt.UTC)
            store = self.run.settings.home / EVENTS_FOLDER / BUILT_FOLDER
            reading = Reading(self.run.shop.folder, self.run.scratch, self.run.progress, secret_lookup(self.run.database), store)
            increments = Increments(self.cache, loaded_at, self.run.request.is_full, self.run.request.months)
            rows = read_sources(self.run.shop, self.run.con, reading, increments, self.run.erased)
            loaded = self._as_loaded(rows) if rows.is_unchanged else None
            self._loaded = LoadResult(loaded or self._cleaned(rows), loaded_at, is_unchanged=loaded is not None)
        return self._loaded

    def _cleaned(self, rows: ShopRows) -> CleanTables:
        clean = clean_tables(rows, self.run.con, self.run.scratch)
        loads = self.run.lake.loads()
        require_usable_rows(clean, loads[-1]["counts"] if loads else {}, self.run.request.accept_empty)
        return clean

    def _as_loaded(self, rows: ShopRows) -> CleanTables | None:
        """The lake's tables, with the counts of the load that made them; None unless they are still as that load left them."""
        last = self.cache.last_load()
        if last is None or not last.made(rows.sources, self.run.newest_versions(LAKE_TABLES)):
            return None
        tables = {name: self.run.lake.read(self.run.con, name) for name in LAKE_TABLES}
        return CleanTables(**tables, counts=last.counts, reasons=last.reasons, rows=rows, alarms=last.alarms)

    def commit_cache(self) -> None:
        """Keep what was read for the next load, once all tables of the lake were made from it (after the publication)."""
        if self._loaded is None or not self.written.issuperset(LAKE_TABLES):
            return
        clean = self._loaded.tables
        load = CachedLoad(tuple(clean.rows.sources), self.run.newest_versions(LAKE_TABLES), clean.counts, clean.reasons, clean.alarms)
        self.cache.commit(clean.rows.to_cache, load)

    def affected_months(self, months: Sequence[str]) -> list[str]:
        """`months`, and those to which orders moved that the lake still has in one of them (else they would vanish)."""
        if not self.run.lake.has("orders"):
            return list(months)
        known, affected, clean = self.run.lake.read(self.run.con, "orders"), set(months), self.read().tables.orders
        while True:
            here = known.filter(known.month.isin(sorted(affected)))
            elsewhere = clean.filter(~clean.month.isin(sorted(affected))).semi_join(here, "id").select("month").distinct()
            moved = set(elsewhere.to_pyarrow()["month"].to_pylist())
            if not moved:
                return sorted(affected)
            affected |= moved

    def record_load(self, run_id: str, months: Sequence[str] | None, before: int | None) -> list[dict[str, Any]]:
        """Record the load in the lake's ledger, and the first month for the partitions that Dagster offers.

        `before`: the version of `orders` before this load, None for the first. Returns the months that changed (see `ledger.restated`).
        """
        loaded = self.read()
        clean, orders = loaded.tables, self.run.lake.read(self.run.con, "orders")
        span = orders.aggregate(first=orders.month.min(), last=orders.month.max()).to_pyarrow().to_pylist()[0]
        changed = restated(self.run.lake, self.run.con, before)
        self.run.lake.record_load(
            {
                "loaded_at": loaded.loaded_at.isoformat(),
                "run_id": run_id,
                "counts": {name: {**counts, "reasons": clean.reasons.get(name, {})} for name, counts in clean.counts.items()},
                "alarms": [asdict(alarm) for alarm in clean.alarms],
                "months": months,
                "reads": {name: asdict(read) for name, read in clean.rows.reads.items()},
                "is_full": all(read.how == "whole" for read in clean.rows.reads.values()),
                "restated": changed,
                "has_newest_month": months is None or span["last"] is None or span["last"] in months,
            }
        )
        if span["first"]:
            note_first_month(self.run.database, span["first"])
        return changed
