"""Test shops in databases: rows as tables of a real PostgreSQL, and a shop.yaml of files turned into one of tables.

Belongs here: making and filling tables, and the types that a shop would give the columns of the demo's files (`DEMO_TYPES`).
Used by tests and by `bench.sources`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pyarrow.parquet as pq
import yaml
from pyarrow import csv as arrow_csv

from ca_assets_tests.servers.postgresql import PostgreSQL
from ca_assets_tests.shops.builder import Data, csv_text, header, parse_rows

Types = Mapping[str, Mapping[str, str]]  # of the columns, by table
VARIABLE = "SHOP_DATABASE_URL"
SCHEMA = "shop"
NULL = "\\N"
# Naive times in UTC, as the demo's files have them; money without loss; other types as shops have them.
DEMO_TYPES: Types = {
    "sessions": {"order_id": "varchar(40) NOT NULL", "customer": "text", "started_at": "timestamp", "ended_at": "timestamptz"}
    | {"ship_country": "char(2)", "device": "text", "channel": "text", "viewed_product": "boolean", "added_to_basket": "boolean"}
    | {"saw_checkout": "boolean", "entered_payment": "boolean", "purchased": "boolean", "amount": "numeric(12, 2)"}
    | {"discount": "numeric(12, 2)", "voucher": "text", "refunded": "numeric", "refunded_at": "timestamp"},
    "customers": {"customer": "text", "first_seen": "timestamptz", "signed_up": "timestamp", "newsletter_at": "timestamp"},
    "lines": {"order_id": "text", "sku": "text", "title": "text", "category": "text", "unit_price": "numeric(10, 2)", "qty": "integer"},
    "deliveries": {"order_id": "text", "packed_at": "timestamp", "delivered_at": "timestamp", "promised_at": "timestamptz"}
    | {"returned_at": "timestamp", "lat": "double precision", "lon": "double precision"},
}


def texts(data: Data) -> dict[str, str]:
    """Columns of the type text, one for each name of a header."""
    return dict.fromkeys(header(data), "text")


def make_tables(server: PostgreSQL, database: str, types: Types) -> None:
    """Make tables, empty; those that are there go."""
    for table, columns in types.items():
        body = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        server.execute(f"DROP TABLE IF EXISTS {table}; CREATE TABLE {table} ({body})", database)


def replace_rows(server: PostgreSQL, database: str, tables: Mapping[str, Data]) -> None:
    """The rows of several tables become these, in one transaction; None is NULL."""
    with _cursor(server, database) as cursor:
        for table, data in tables.items():
            rows = parse_rows(data)
            cursor.execute(f"TRUNCATE {table}")
            if rows:
                words = f"COPY {table} ({', '.join(header(rows))}) FROM STDIN (FORMAT csv, HEADER, NULL '{NULL}')"
                cursor.copy_expert(words, io.StringIO(csv_text(rows, null=NULL)))


def fill_demo(server: PostgreSQL, database: str, folder: Path) -> None:
    """The demo's Parquet files of a folder as tables of `SCHEMA`."""
    server.execute(f"CREATE SCHEMA {SCHEMA}", database)
    types = {name: columns for name, columns in DEMO_TYPES.items() if (folder / f"{name}.parquet").exists()}
    make_tables(server, database, {f"{SCHEMA}.{name}": columns for name, columns in types.items()})
    with _cursor(server, database) as cursor:
        cursor.execute("SET TimeZone = 'UTC'")
        for name in types:
            with pq.ParquetFile(folder / f"{name}.parquet") as file:
                for batch in file.iter_batches(100_000):
                    text = io.BytesIO()
                    arrow_csv.write_csv(batch, text)
                    text.seek(0)
                    columns = ", ".join(batch.schema.names)
                    cursor.copy_expert(f"COPY {SCHEMA}.{name} ({columns}) FROM STDIN (FORMAT csv, HEADER)", text)
    server.execute(f"VACUUM ANALYZE {SCHEMA}.sessions", database)


def over_tables(shop_yaml: Path, kind: str, url: str = f"${{{VARIABLE}}}", schema: str = f"{SCHEMA}.") -> dict[str, Any]:
    """A shop.yaml of files as one whose sources are tables, each named as its file."""
    shop: dict[str, Any] = yaml.safe_load(shop_yaml.read_text(encoding="utf-8"))
    for source in shop["sources"].values():
        source |= {"kind": kind, "url": url, "table": f"{schema}{Path(source.pop('path')).stem}"}
    return shop


def write_config(shop: Mapping[str, Any], folder: Path) -> Path:
    """A shop.yaml from its value; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shop.yaml").write_text(yaml.safe_dump(dict(shop), sort_keys=False), encoding="utf-8")
    return folder / "shop.yaml"


@contextmanager
def _cursor(server: PostgreSQL, database: str) -> Iterator[Any]:
    """Of one transaction, which is committed at the end."""
    connection = psycopg2.connect(server.url(database, "postgresql"))
    try:
        with connection, connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
