"""Reports as of a day that is not published: computed from the published tables by the same pure functions, into a scratch index.

Belongs here: making that index. Does not belong here: how anything is exported.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ca_assets.analyses.core.context import Context, Tables
from ca_assets.analyses.core.family import compute
from ca_assets.analyses.core.report import ReportSet
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
    """A snapshot in which the reports of the analyses `names` are as of `report_date`, from one published state of the lake.

    ShopError when there was no such day.
    """
    shop = applied_shop(open_database(settings)).shop
    shop.calendar.require_day(report_date)
    with tempfile.TemporaryDirectory() as folder, open_index(settings).snapshot() as published_snapshot:
        own = EmbeddedIndex(Path(folder) / "index.sqlite", Lake(settings.lake_root))
        con = connect(settings)
        tables = {name: own.lake.read(con, name, published_snapshot.table(name).lake_version) for name in PUBLISHED}
        lines = tables["basket_lines"] if shop.sources.baskets else None
        made = list(compute(names, Tables(tables["orders"], tables["downloads"], lines), Context(shop, report_date, windows)))
        con.disconnect()
        _publish(own, published_snapshot, made, report_date)
        with own.snapshot() as snapshot:
            yield snapshot


def _publish(own: EmbeddedIndex, published_snapshot: Snapshot, made: Sequence[ReportSet], report_date: dt.date) -> None:
    """The reports and the published versions of the tables, under the meta of the publication but its report date."""
    meta: dict[str, Any] = {**published_snapshot.meta(), "report_date": report_date.isoformat()}
    for reports in made:
        meta["scope_values"] = reports.meta.get("scope_values", {})
        own.stage_reports("asked", reports)
    for table in map(published_snapshot.table, PUBLISHED):
        own.stage_table("asked", table.name, table.lake_version, table.rows, table.key)
    own.switch("asked", meta)
