"""Reports and families' tables as of a day that is not published, computed from the published tables into a scratch index and lake.

Belongs here: making these. Does not belong here: how anything is exported.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ibis

from ca_assets.analyses.core.context import Context, Tables
from ca_assets.analyses.core.family import Family, Result, compute_results, latest_tables
from ca_assets.contracts.tables import LOAD_TABLES, published, table_names
from ca_assets.engine.connect import connect
from ca_assets.index.embedded.index import EmbeddedIndex
from ca_assets.index.open import open_index
from ca_assets.index.protocol import Snapshot
from ca_assets.lake.lake import Lake
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.shops import applied_shop

PUBLISHED = table_names(published(LOAD_TABLES))


@contextmanager
def snapshot_as_of(settings: ProcessSettings, names: Collection[str], report_date: dt.date, windows: bool) -> Iterator[Snapshot]:
    """A snapshot in which the reports and tables of the analyses `names` are as of `report_date`, from one published state of the lake.

    ShopError when there was no such day.
    """
    shop = applied_shop(open_database(settings)).shop
    shop.calendar.require_day(report_date)
    with tempfile.TemporaryDirectory() as folder, open_index(settings).snapshot() as published_snapshot:
        own = EmbeddedIndex(Path(folder) / "index.sqlite", _ScratchLake(settings.lake_root, folder))
        con = connect(settings)
        tables = {name: own.lake.read(con, name, published_snapshot.table(name).lake_version) for name in PUBLISHED}
        lines = tables["basket_lines"] if shop.sources.baskets else None
        meta: dict[str, Any] = {**published_snapshot.meta(), "report_date": report_date.isoformat()}
        base = Tables(tables["orders"], tables["downloads"], lines)
        for family, result in compute_results(names, base, Context(shop, report_date, windows)):
            meta["scope_values"] = result.reports.meta.get("scope_values", {})
            own.stage_reports("asked", result.reports)
            _stage_tables(own, con, family, result)
        con.disconnect()
        for table in map(published_snapshot.table, PUBLISHED):
            own.stage_table("asked", table.name, table.lake_version, table.rows, table.key)
        own.switch("asked", meta)
        with own.snapshot() as snapshot:
            yield snapshot


def _stage_tables(index: EmbeddedIndex, con: ibis.BaseBackend, family: Family, result: Result) -> None:
    """Write a family's tables to the scratch lake and stage them."""
    for spec in family.tables:
        if spec.name in latest_tables():
            version = index.lake.write(con, spec.name, result.tables[spec.name])
            rows = int(index.lake.read(con, spec.name, version).count().to_pyarrow().as_py())
            index.stage_table("asked", spec.name, version, rows, spec.row_key)


class _ScratchLake(Lake):
    """The lake, but for the families' tables, which are in a folder of our own."""

    def __init__(self, root: str, folder: str) -> None:
        super().__init__(root)
        self._scratch = Lake(folder)

    def uri(self, name: str) -> str:
        """Where a table is. LakeError when the name cannot be that of a table."""
        return self._scratch.uri(name) if name in latest_tables() else super().uri(name)
