"""A small demo shop through both indexes: every table and report of every scope, exported, byte by byte."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from ca_assets.analyses.context import Context, Tables
from ca_assets.analyses.family import compute, families
from ca_assets.demo.generate import generate
from ca_assets.settings.process import ProcessSettings
from ca_assets.shop import load_shop
from ca_assets.storage.embedded import EmbeddedIndex
from ca_assets.storage.engine import connect
from ca_assets.storage.export import export_all
from ca_assets.storage.generation import generation_meta
from ca_assets.storage.lake import Lake
from ca_assets.storage.open import open_index
from ca_assets.tables.load import build_tables
from ca_assets_tests.pipeline import files_of

DAY = dt.date(2026, 11, 19)
TABLES = ("orders", "basket_lines", "downloads")


def test_exports_are_equal_byte_by_byte(elastic_settings: ProcessSettings, tmp_path: Path) -> None:
    generate(tmp_path / "shop", 1_500, 7, end=DAY + dt.timedelta(days=1))
    shop, con, lake = load_shop(tmp_path / "shop" / "shop.yaml"), connect(elastic_settings), Lake(elastic_settings.lake_root)
    clean = build_tables(shop, con, elastic_settings.staging)
    for name in TABLES:
        lake.write(con, name, getattr(clean, name))
    tables = Tables(*(lake.read(con, name) for name in ("orders", "downloads", "basket_lines")))
    sets = list(compute(families(), tables, Context(shop, DAY)))
    meta = generation_meta(shop, DAY, dt.datetime.now(dt.UTC), sets[0].meta["scope_values"])
    exported = []
    for index in (EmbeddedIndex(tmp_path / "index.sqlite", lake), open_index(elastic_settings)):
        for name in TABLES:
            index.stage_table("g", name, lake.version(name), 0)
        for reports in sets:
            index.stage_reports("g", reports)
        index.switch("g", meta)
        out = tmp_path / type(index).__name__
        with index.snapshot() as snapshot:
            export_all(snapshot, out, scope="*", windows=True)
        exported.append(files_of(out))
    embedded, elastic = exported
    assert len(embedded) > 40
    assert [name for name in embedded if elastic.get(name) != embedded[name]] == []
    assert embedded.keys() == elastic.keys()
