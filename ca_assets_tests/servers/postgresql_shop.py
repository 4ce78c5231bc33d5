"""A shop of Parquet files (the demo's) as tables of a real PostgreSQL, and its shop.yaml with databases for sources.

Belongs here: columns with the types that a shop would give them. Used by tests and by `bench.sources`.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import psycopg2
import pyarrow.parquet as pq
import yaml
from pyarrow import csv

from ca_assets_tests.servers.postgresql import PostgreSQL

VARIABLE = "SHOP_DATABASE_URL"
SCHEMA = "shop"
# Naive times in UTC, as the demo's files have them; money without loss; other types as shops have them.
TABLES = {
    "sessions": "order_id varchar(40) NOT NULL, customer text, started_at timestamp, ended_at timestamptz, ship_country char(2), "
    "device text, channel text, viewed_product boolean, added_to_basket boolean, saw_checkout boolean, entered_payment boolean, "
    "purchased boolean, amount numeric(12, 2), discount numeric(12, 2), voucher text, refunded numeric, refunded_at timestamp",
    "customers": "customer text, first_seen timestamptz, signed_up timestamp, newsletter_at timestamp",
    "lines": "order_id text, sku text, title text, category text, unit_price numeric(10, 2), qty integer",
    "deliveries": "order_id text, packed_at timestamp, delivered_at timestamp, promised_at timestamptz, returned_at timestamp, "
    "lat double precision, lon double precision",
}


def fill(server: PostgreSQL, database: str, folder: Path) -> None:
    """The Parquet files of a folder into the tables of `SCHEMA`."""
    connection = psycopg2.connect(server.url(database, "postgresql"))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {SCHEMA}; SET TimeZone = 'UTC'")
            for table, columns in TABLES.items():
                if (folder / f"{table}.parquet").exists():
                    cursor.execute(f"CREATE TABLE {SCHEMA}.{table} ({columns})")
                    _copy(cursor, table, folder / f"{table}.parquet")
    finally:
        connection.close()
    server.execute(f"VACUUM ANALYZE {SCHEMA}.sessions", database)


def _copy(cursor: Any, table: str, path: Path) -> None:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(100_000):
            text = io.BytesIO()
            csv.write_csv(batch, text)
            text.seek(0)
            names = ", ".join(batch.schema.names)
            cursor.copy_expert(f"COPY {SCHEMA}.{table} ({names}) FROM STDIN (FORMAT csv, HEADER)", text)


def with_databases(shop_yaml: Path, kind: str) -> str:
    """The text of a shop.yaml of files with tables for sources; their url is `${VARIABLE}`."""
    shop: dict[str, Any] = yaml.safe_load(shop_yaml.read_text(encoding="utf-8"))
    for source in shop["sources"].values():
        table = Path(source.pop("path")).stem
        source |= {"kind": kind, "url": f"${{{VARIABLE}}}", "table": f"{SCHEMA}.{table}"}
    return yaml.safe_dump(shop, sort_keys=False)
