"""One shop through CSV files and through BigQuery tables: the same exports, byte by byte."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import yaml

from ca_assets.demo.generate import generate
from ca_assets_tests.pipeline import files_of, load_and_export
from ca_assets_tests.servers.bigquery import BigQueryServer
from ca_assets_tests.shops.databases import over_tables, write_config

# Types differ on purpose from source to source: what a column means must not depend on them.
TABLES = {
    "sessions": {"order_id": "STRING", "customer": "STRING", "started_at": "TIMESTAMP", "ended_at": "DATETIME", "ship_country": "STRING"}
    | {"device": "STRING", "channel": "STRING", "viewed_product": "BOOL", "added_to_basket": "INT64", "saw_checkout": "STRING"}
    | {"entered_payment": "BOOL", "purchased": "BOOL", "amount": "NUMERIC", "discount": "BIGNUMERIC", "voucher": "STRING"}
    | {"refunded": "FLOAT64", "refunded_at": "TIMESTAMP"},
    "customers": {"customer": "STRING", "first_seen": "DATETIME", "signed_up": "TIMESTAMP", "newsletter_at": "DATETIME"},
    "lines": {"order_id": "STRING", "sku": "STRING", "title": "STRING", "category": "STRING", "unit_price": "NUMERIC", "qty": "INT64"},
    "deliveries": {"order_id": "BYTES", "packed_at": "TIMESTAMP", "delivered_at": "DATETIME", "promised_at": "STRING"}
    | {"returned_at": "TIMESTAMP", "lat": "FLOAT64", "lon": "FLOAT64"},
}


def test_exports_are_those_of_csv_files(bigquery_server: BigQueryServer, tmp_path: Path) -> None:
    day = dt.date(2024, 6, 1)
    generate(tmp_path / "csv", sessions=1500, end=day)
    generate(tmp_path / "parquet", sessions=1500, end=day, format="parquet")  # the same rows, without CSV's broken lines
    for table, types in TABLES.items():
        bigquery_server.warehouse.copy(f"shop-project.shop.{table}", tmp_path / "parquet" / f"{table}.parquet", types)
    bigquery_server.page_rows = 400
    shop = yaml.safe_load((tmp_path / "csv" / "shop.yaml").read_text())
    shop["sources"]["sessions"]["dimensions"] = {"device": "device"}  # few scopes are enough here
    file_shop = write_config(shop, tmp_path / "csv")
    table_shop = over_tables(file_shop, "bigquery", bigquery_server.source_url("shop"), schema="")
    deliveries = table_shop["sources"]["deliveries"]
    deliveries["query"] = f"SELECT * FROM {deliveries.pop('table')} WHERE true"
    theirs = load_and_export(file_shop, tmp_path / "home_csv", day)
    ours = load_and_export(write_config(table_shop, tmp_path), tmp_path / "home_bigquery", day)
    assert {job.statement_type for job in bigquery_server.jobs} == {"SELECT"}
    exported = files_of(ours.export)
    assert len(exported) > 40 and ours.counts["sessions"]["accepted"] > 1000
    assert [name for name, lines in files_of(theirs.export).items() if lines != exported.get(name)] == []
    assert {name: counts["accepted"] for name, counts in ours.counts.items()} == {
        name: counts["accepted"] for name, counts in theirs.counts.items()
    }
