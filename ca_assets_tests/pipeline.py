"""From a shop.yaml to an exported folder through every layer but Dagster: sources, tables, lake, analyses, index, export.

The same functions as `ca load` and `ca export --all --windows` call, without the seconds that a run's bookkeeping takes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import ibis

from ca_assets.analyses.core.context import Context, Tables, default_report_date
from ca_assets.analyses.core.family import base_families, compute_results
from ca_assets.cleaning.build import CleanTables, build_tables
from ca_assets.cleaning.incremental import Increments
from ca_assets.cleaning.source_cache import CachedLoad, SourceCache
from ca_assets.contracts.tables import LOAD_TABLES, published, row_keys, table_names
from ca_assets.engine.connect import connect
from ca_assets.export.export import export_all
from ca_assets.index.embedded.index import EmbeddedIndex
from ca_assets.index.protocol import Index
from ca_assets.index.publisher import generation_meta
from ca_assets.lake.lake import Lake
from ca_assets.loading.publication import mapped_parts
from ca_assets.settings.process import ProcessSettings
from ca_assets.shop import load_shop


@dataclass(frozen=True)
class Loaded:
    """What a load gave: counts per source, its moment, the lake's versions, the folder of the export."""

    counts: dict[str, dict[str, int]]
    loaded_at: dt.datetime
    versions: dict[str, int]
    export: Path


def load_and_export(
    shop_yaml: Path,
    home: Path,
    report_date: dt.date | None = None,
    *,
    names: Collection[str] | None = None,
    windows: bool = True,
    parts: bool = False,
) -> Loaded:
    """Load the shop whole into `home` (which may hold an earlier load) and export everything of all scopes and windows.

    `names`: the families to compute, where not all that read the base tables are of interest. `parts`: readers are told what is mapped.
    """
    shop, settings = load_shop(shop_yaml), ProcessSettings(home=home)
    con, loaded_at = connect(settings), dt.datetime.now(dt.UTC)
    clean = build_tables(shop, con, settings.staging)
    _write(Lake(settings.lake_root), con, clean)
    con.disconnect()
    return export_lake(shop_yaml, home, loaded_at, clean.counts, report_date, names=names, windows=windows, parts=parts)


def load_tables(shop_yaml: Path, home: Path, now: dt.datetime, is_full: bool = False) -> CleanTables:
    """Load the tables at the moment `now`, reading only what may have changed since the last time, and keep what was read."""
    shop, settings = load_shop(shop_yaml), ProcessSettings(home=home)
    con, cache = connect(settings), SourceCache(home / "copies")
    clean = build_tables(shop, con, settings.staging, increments=Increments(cache, now, is_full))
    _write(Lake(settings.lake_root), con, clean)
    cache.commit(clean.rows.to_cache, CachedLoad((), {}, clean.counts, clean.reasons))
    con.disconnect()
    return clean


def export_lake(
    shop_yaml: Path,
    home: Path,
    loaded_at: dt.datetime,
    counts: dict[str, dict[str, int]],
    report_date: dt.date | None = None,
    *,
    names: Collection[str] | None = None,
    windows: bool = True,
    parts: bool = False,
    index: Index | None = None,
) -> Loaded:
    """Compute, publish (to the embedded index, where none is given) and export everything of the lake in `home`."""
    shop, settings = load_shop(shop_yaml), ProcessSettings(home=home)
    con, lake = connect(settings), Lake(settings.lake_root)
    lines = lake.read(con, "basket_lines") if shop.sources.baskets else None
    tables = Tables(lake.read(con, "orders"), lake.read(con, "downloads"), lines)
    day = report_date or default_report_date(tables.orders, loaded_at, shop.calendar)
    index = index or EmbeddedIndex(settings.index_file, lake)
    scope_values: dict[str, list[str]] = {}
    token = lake.token()
    keys = {name: row_keys(LOAD_TABLES)[name] for name in {*table_names(published(LOAD_TABLES))} & lake.versions().keys()}
    for family, result in compute_results(names or base_families(), tables, Context(shop, day, windows)):
        scope_values = result.reports.meta["scope_values"]
        index.stage_reports(token, result.reports)
        for spec in family.tables:
            if spec.keeps == "latest":
                lake.write(con, spec.name, result.tables[spec.name])
            elif day is not None:
                lake.write_date(con, spec.name, day, result.tables[spec.name])
            else:
                continue
            keys[spec.name] = spec.row_key
    for name, key in sorted(keys.items()):
        index.stage_table(token, name, lake.version(name), 0, key)
    index.switch(token, generation_meta(shop, day, loaded_at, scope_values, **(mapped_parts(shop) if parts else {})))
    export = home / "export"
    with index.snapshot() as snapshot:
        export_all(snapshot, export, scope="*", windows=windows)
    con.disconnect()
    return Loaded(counts, loaded_at, lake.versions(), export)


def _write(lake: Lake, con: ibis.BaseBackend, clean: CleanTables) -> None:
    for name in table_names(LOAD_TABLES):
        if (table := getattr(clean, name)) is not None:
            lake.write(con, name, table)


def files_of(export: Path) -> dict[str, list[bytes]]:
    """Every exported file as its sorted lines (rows have no promised order), byte by byte."""
    return {str(path.relative_to(export)): sorted(path.read_bytes().splitlines()) for path in sorted(export.rglob("*.csv"))}
