"""What every run has: settings, the shop in force, an engine, the lake, the index, a scratch folder; and what was asked of it.

A run is either a load (it writes the lake's tables, or publishes what was made from them) or beside the loads (families with a job of
their own, such as a weekly training: it reads what readers see now, pinned, and is published by itself).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import ibis

from ca_assets.contracts.erased import ErasedClients
from ca_assets.contracts.tables import LOAD_TABLES, published, table_names
from ca_assets.engine.connect import connect
from ca_assets.index.open import open_index
from ca_assets.index.protocol import Index
from ca_assets.lake.lake import Lake
from ca_assets.loading.progress import Progress
from ca_assets.models.store import ModelStore
from ca_assets.settings.database import Database
from ca_assets.settings.erased import erased_clients
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.shops import AppliedShop, applied_shop
from ca_assets.shop import Shop

LAKE_TABLES = table_names(LOAD_TABLES)
READ_TABLES = table_names(published(LOAD_TABLES))  # what analyses read


class NotReady(RuntimeError):
    """What a run needs is not there yet; the message says what makes it."""


@dataclass(frozen=True)
class Request:
    """What is asked of a run.

    `report_date` None: the default of the contract, section 1. `recompute`: also what has not changed. `is_full`: sources whole. `months`:
    those of a backfill, None for all. `beside`: names of families that run beside the loads; empty: the run is a load. `accept_empty`:
    sources that may have become empty.
    """

    report_date: dt.date | None = None
    recompute: bool = False
    is_full: bool = False
    months: tuple[str, ...] | None = None
    beside: tuple[str, ...] = ()
    accept_empty: tuple[str, ...] = ()


@dataclass
class Run:
    """What the steps of one run share. All of it is opened when it is first needed, and closed with `stack`."""

    settings: ProcessSettings
    database: Database
    scratch: Path
    request: Request
    stack: ExitStack
    progress: Progress | None = None

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
        """The engine of this run; closed with it."""
        con = connect(self.settings, self.scratch / "engine")
        self.stack.callback(con.disconnect)
        return con

    @cached_property
    def lake(self) -> Lake:
        """The lake."""
        return Lake(self.settings.lake_root)

    @cached_property
    def index(self) -> Index:
        """The published view."""
        return open_index(self.settings)

    @cached_property
    def erased(self) -> ErasedClients:
        """The customers that were erased when this run began."""
        return erased_clients(self.database, self.settings)

    @cached_property
    def models(self) -> ModelStore:
        """Kept model states."""
        return ModelStore(self.settings.home / "models")

    def newest_versions(self, names: Sequence[str]) -> dict[str, int]:
        """The newest version of those of the lake's tables that were ever written."""
        return {name: self.lake.version(name) for name in names if self.lake.has(name)}
