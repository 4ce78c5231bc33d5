"""What the steps of one load share: shop, engine, lake, index, and the sources parsed once.

Belongs here: opening and closing these, which months a write must cover, which day the reports cover. Does not belong here:
Dagster (`defs`), parsing (`sources`, `tables`), storing (`storage`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis

from ca_assets.analyses.base import Base, make_base
from ca_assets.analyses.context import Context, Tables
from ca_assets.analyses.held import Shelf
from ca_assets.analyses.report_date import default_report_date
from ca_assets.loads.guard import require_some_sessions
from ca_assets.loads.ledger import restated
from ca_assets.loads.lock import load_lock
from ca_assets.loads.progress import Progress
from ca_assets.settings.connections import secret_lookup
from ca_assets.settings.database import Database, open_database
from ca_assets.settings.process import ProcessSettings, process_settings
from ca_assets.settings.shops import AppliedShop, applied_shop, note_first_month
from ca_assets.shop import Shop
from ca_assets.sources.reading import Reading
from ca_assets.storage.engine import connect
from ca_assets.storage.index import Index, NotPublished
from ca_assets.storage.lake import Lake
from ca_assets.storage.open import open_index
from ca_assets.tables.increments import Increments
from ca_assets.tables.kept import KeptRows
from ca_assets.tables.load import CleanTables, Sources, clean_tables, take_sources

LAKE_TABLES = ("orders", "downloads", "basket_lines", "rejects")


@dataclass
class LoadSession:
    """One load. `asked_date` None: the default of REPORTS.md section 1; `recompute`: also what has not changed; `is_full`: sources whole.

    `asked_months`: those of a backfill, None for all. `is_unchanged`: the sources hold what the lake was made from. `written`: tables
    of the lake that are now as the sources.
    """

    settings: ProcessSettings
    database: Database
    staging: Path
    asked_date: dt.date | None = None
    progress: Progress | None = None
    loaded_at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    recompute: bool = False
    is_full: bool = False
    asked_months: tuple[str, ...] | None = None
    is_unchanged: bool = False
    written: set[str] = field(default_factory=set)

    @cached_property
    def applied(self) -> AppliedShop:
        """The shop in force. Raises ShopError."""
        return applied_shop(self.database)

    @property
    def shop(self) -> Shop:
        """The shop in force. Raises ShopError."""
        return self.applied.shop

    @cached_property
    def con(self) -> ibis.BaseBackend:
        """The engine of this load."""
        return connect(self.settings, self.staging / "engine")

    @cached_property
    def lake(self) -> Lake:
        """The lake."""
        return Lake(self.settings.lake_root)

    @cached_property
    def index(self) -> Index:
        """The published view."""
        return open_index(self.settings)

    @cached_property
    def clean(self) -> CleanTables:
        """The sources, read as far as they may have changed, and cleaned: once per load, whichever step asks first. Raises SourceError."""
        self.loaded_at = dt.datetime.now(dt.UTC)
        reading = Reading(self.shop.folder, self.staging, self.progress, secret_lookup(self.database))
        increments = Increments(self.kept, self.loaded_at, self.is_full, self.asked_months)
        sources = take_sources(self.shop, self.con, reading, increments)
        self.is_unchanged = sources.is_unchanged and self._is_loaded(sources)
        if self.is_unchanged:
            return self._as_loaded(sources)
        clean = clean_tables(sources, self.con, self.staging)
        if self.lake.has("orders"):
            require_some_sessions(clean)
        return clean

    @cached_property
    def kept(self) -> KeptRows:
        """What earlier loads read."""
        return KeptRows(self.settings.home / "copies")

    def _is_loaded(self, sources: Sources) -> bool:
        """Whether the lake is still as the load left it that the copies belong to, with these sources."""
        last = self.kept.last_load()
        return last.get("sources") == sorted(sources.taken) and last["versions"] == self._versions()

    def _versions(self) -> dict[str, int]:
        return {name: self.lake.version(name) for name in LAKE_TABLES if self.lake.has(name)}

    def _as_loaded(self, sources: Sources) -> CleanTables:
        """The lake's tables, with the counts of the load that made them."""
        last, tables = self.kept.last_load(), {name: self.lake.read(self.con, name) for name in LAKE_TABLES}
        return CleanTables(**tables, counts=last["counts"], reasons=last["reasons"], reads=sources.reads, copies=sources.copies)

    def commit_copies(self) -> None:
        """Keep what was read for the next load, once all tables of the lake were made from it (after the publication)."""
        if "clean" not in self.__dict__ or not self.written.issuperset(LAKE_TABLES):
            return
        clean = self.clean
        load = {"sources": sorted(clean.reads), "versions": self._versions(), "counts": clean.counts, "reasons": clean.reasons}
        self.kept.commit(clean.copies, load)

    def tables(self) -> Tables:
        """The lake's newest tables, lazy."""
        lines = self.lake.read(self.con, "basket_lines") if self.shop.sources.baskets else None
        return Tables(self.lake.read(self.con, "orders"), self.lake.read(self.con, "downloads"), lines)

    def generation(self) -> str:
        """Stands for what reports are computed from: the shop's edition and the versions of the tables that analyses read."""
        state = {name: self.lake.version(name) for name in ("orders", "downloads", "basket_lines") if self.lake.has(name)}
        return hashlib.blake2b(json.dumps([self.applied.edition, state]).encode(), digest_size=8).hexdigest()

    @cached_property
    def default_date(self) -> dt.date | None:
        """The last day that was whole when the newest orders were loaded (REPORTS.md section 1)."""
        loaded_at = dt.datetime.fromisoformat(self.newest_load()["loaded_at"])
        return default_report_date(self.lake.read(self.con, "orders"), loaded_at, self.shop.calendar)

    @cached_property
    def context(self) -> Context:
        """Shop and report date: the asked one, else the default."""
        return Context(self.shop, self.asked_date or self.default_date)

    @cached_property
    def base(self) -> Base | None:
        """What all analyses start from, made once per load, by the first that asks; None when no session is known as of the report."""
        return make_base(self.tables(), self.context, Shelf(self.con))

    def newest_load(self) -> dict[str, Any]:
        """The last recorded load that covered the newest month: a backfill of an old month does not make the data newer."""
        return [entry for entry in self.lake.loads() if entry["has_newest_month"]][-1]

    def affected_months(self, months: Sequence[str]) -> list[str]:
        """`months`, and those to which orders moved that the lake still has in one of them (else they would vanish)."""
        if not self.lake.has("orders"):
            return list(months)
        known, affected = self.lake.read(self.con, "orders"), set(months)
        while True:
            here = known.filter(known.month.isin(sorted(affected)))
            clean = self.clean.orders
            elsewhere = clean.filter(~clean.month.isin(sorted(affected))).semi_join(here, "id").select("month").distinct()
            moved = set(elsewhere.to_pyarrow()["month"].to_pylist())
            if not moved:
                return sorted(affected)
            affected |= moved

    def published_versions(self) -> dict[str, int]:
        """Lake versions that readers see now; none before the first publication."""
        try:
            with self.index.snapshot() as snapshot:
                return {name: snapshot.table(name).lake_version for name in ("orders", "downloads", "basket_lines")}
        except NotPublished:
            return {}

    def tidy(self, still_read: dict[str, int]) -> None:
        """Delete files of the lake that nothing needs; `still_read` are versions that readers may have open.

        A lake in `CA_HOME` is written under this load's lock only, so what a killed load left can go at once.
        """
        self.lake.vacuum(still_read, is_alone=self.settings.lake_url is None)

    def note_orders_written(self, run_id: str, months: Sequence[str] | None, before: int | None) -> list[dict[str, Any]]:
        """Record the load in the lake's ledger, and the first month for the partitions that Dagster offers.

        `before`: the version of `orders` before this load, None for the first. Returns the months that changed (see `ledger.restated`).
        """
        orders = self.lake.read(self.con, "orders")
        span = orders.aggregate(first=orders.month.min(), last=orders.month.max()).to_pyarrow().to_pylist()[0]
        counts = {name: {**found, "reasons": self.clean.reasons.get(name, {})} for name, found in self.clean.counts.items()}
        entry: dict[str, Any] = {"loaded_at": self.loaded_at.isoformat(), "run_id": run_id, "counts": counts, "months": months}
        entry["reads"] = {name: asdict(read) for name, read in self.clean.reads.items()}
        entry["is_full"] = all(read.how == "whole" for read in self.clean.reads.values())
        entry["restated"] = restated(self.lake, self.con, before)
        entry["has_newest_month"] = months is None or span["last"] is None or span["last"] in months
        self.lake.record_load(entry)
        if span["first"]:
            note_first_month(self.database, span["first"])
        changed: list[dict[str, Any]] = entry["restated"]
        return changed


@contextmanager
def load_session(asked_date: dt.date | None = None, progress: Progress | None = None) -> Iterator[LoadSession]:
    """A load's session: holds the lock, has a staging folder of its own that is removed at the end. Raises LoadRunning."""
    settings = process_settings()
    with load_lock(settings.home):
        settings.staging.mkdir(parents=True, exist_ok=True)
        for left in settings.staging.glob("load-*"):  # by a killed load: nobody else may hold the lock
            shutil.rmtree(left, ignore_errors=True)
        staging = Path(tempfile.mkdtemp(prefix="load-", dir=settings.staging))
        session = LoadSession(settings, open_database(settings), staging, asked_date, progress)
        try:
            yield session
        finally:
            _close(session)


def _close(session: LoadSession) -> None:
    if "con" in session.__dict__:
        session.con.disconnect()
    shutil.rmtree(session.staging, ignore_errors=True)
