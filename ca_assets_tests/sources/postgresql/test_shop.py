"""One shop through CSV files, Parquet files, PostgreSQL's COPY and Redshift's cursor: the same exports, byte by byte."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from ca_assets.demo.generate import generate
from ca_assets.shop import load_shop
from ca_assets.sources.driver import Reading
from ca_assets.sources.open import open_source
from ca_assets_tests.pipeline import files_of, load_and_export
from ca_assets_tests.servers.postgresql import PostgreSQL
from ca_assets_tests.shops.databases import VARIABLE, fill_demo, over_tables, write_config
from ca_assets_tests.sources.postgresql.customers_table import KINDS

DAY = dt.date(2024, 6, 1)


def test_exports_are_those_of_files(postgresql: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shops = {form: tmp_path / form / "shop.yaml" for form in ("csv", "parquet", *KINDS)}
    generate(tmp_path / "csv", sessions=600, end=DAY)
    generate(tmp_path / "parquet", sessions=600, end=DAY, format="parquet")  # the same rows, without CSV's broken lines
    database = postgresql.database()
    fill_demo(postgresql, database, tmp_path / "parquet")
    monkeypatch.setenv(VARIABLE, postgresql.url(database, "postgresql"))
    for kind in KINDS:
        write_config(over_tables(shops["csv"], kind), tmp_path / kind)
    # What Redshift's way stages is what PostgreSQL's does, so that nothing later can differ.
    for name in ("sessions", "customers", "baskets", "deliveries"):
        ways = [_staged(name, shops[kind], tmp_path / f"staging_{kind}") for kind in KINDS]
        assert len(ways[0]) > 20 and ways[0].equals(ways[1]), name
    loaded = {form: load_and_export(_narrow(shops[form]), tmp_path / f"home_{form}", DAY) for form in ("csv", "parquet", "postgresql")}
    exported = {form: files_of(shop.export) for form, shop in loaded.items()}
    assert len(exported["csv"]) > 40 and loaded["csv"].counts["sessions"]["accepted"] > 400
    for form in ("parquet", "postgresql"):
        assert [name for name, lines in exported["csv"].items() if lines != exported[form].get(name)] == [], form
        assert loaded[form].counts == loaded["parquet"].counts, form


def _staged(name: str, shop_yaml: Path, staging: Path) -> pa.Table:
    shop = load_shop(shop_yaml)
    raw = open_source(name, getattr(shop.sources, name), Reading(shop.folder, staging))
    assert raw.is_whole
    return pq.read_table(raw.path)


def _narrow(path: Path) -> Path:
    """With few scopes, which are enough here."""
    shop = yaml.safe_load(path.read_text())
    shop["sources"]["sessions"]["dimensions"] = {"device": "device"}
    path.write_text(yaml.safe_dump(shop, sort_keys=False))
    return path
