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

from ca_assets.analyses.context import Context, Tables
from ca_assets.analyses.family import compute
from ca_assets.analyses.report import ReportSet
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.shops import applied_shop
from ca_assets.storage.embedded import EmbeddedIndex
from ca_assets.storage.engine import connect
from ca_assets.storage.index import Snapshot
from ca_assets.storage.lake import Lake
from ca_assets.storage.open import open_index

TABLES = ("orders", "downloads", "basket_lines")


@contextmanager
def snapshot_as_of(settings: ProcessSettings, names: Collection[str], report_date: dt.date, windows: bool) -> Iterator[Snapshot]:
    """A snapshot in which the reports of the analyses `names` are as of `report_date`, from one published state of the lake."""
    shop = applied_shop(open_database(settings)).shop
    with tempfile.TemporaryDirectory() as folder, open_index(settings).snapshot() as published:
        own = EmbeddedIndex(Path(folder) / "index.sqlite", Lake(settings.lake_root))
        con = connect(settings)
        tables = {name: own.lake.read(con, name, published.table(name).lake_version) for name in TABLES}
        lines = tables["basket_lines"] if shop.sources.baskets else None
        made = list(compute(names, Tables(tables["orders"], tables["downloads"], lines), Context(shop, report_date), windows))
        con.disconnect()
        _publish(own, published, made, report_date)
        with own.snapshot() as snapshot:
            yield snapshot


def _publish(own: EmbeddedIndex, published: Snapshot, made: Sequence[ReportSet], report_date: dt.date) -> None:
    """The reports and the published versions of the tables, under the meta of the publication but its report date."""
    meta: dict[str, Any] = {**published.meta(), "report_date": report_date.isoformat()}
    for reports in made:
        meta["scope_values"] = reports.meta.get("scope_values", {})
        own.stage_reports("asked", reports)
    for table in map(published.table, TABLES):
        own.stage_table("asked", table.name, table.lake_version, table.rows)
    own.switch("asked", meta)
