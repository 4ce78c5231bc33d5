"""A shop whose sources are folders of Parquet files, so that a day can be added to it as a file in each.

The new day repeats the last one: the same visits a day later under new ids; customers who were new that day come as new ones again.
"""

# ruff: noqa: S608 - paths and names are ours
from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb

SOURCES = ("sessions", "customers", "lines", "deliveries")


def folders_of(shop: Path, target: Path) -> Path:
    """The shop.yaml of a copy in `target` that has a folder per source; the files themselves are linked."""
    shutil.rmtree(target, ignore_errors=True)
    text = shop.read_text(encoding="utf-8")
    for name in SOURCES:
        (target / name).mkdir(parents=True)
        (target / name / "0.parquet").hardlink_to(shop.parent / f"{name}.parquet")
        text = text.replace(f"path: {name}.parquet", f"path: {name}")
    (target / "shop.yaml").write_text(text, encoding="utf-8")
    return target / "shop.yaml"


def add_day(shop: Path, last: date) -> int:
    """One file more in each source's folder: the day after `last`. Returns the number of sessions added."""
    folder, con = shop.parent, duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    later = "+ INTERVAL 1 DAY"
    fresh = f"first_seen::DATE = DATE '{last}'"
    con.execute(f"CREATE VIEW old_customers AS FROM '{folder}/customers/0.parquet'")
    con.execute(f"CREATE TABLE s AS FROM '{folder}/sessions/0.parquet' WHERE started_at::DATE = DATE '{last}'")
    con.execute(f"CREATE TABLE c AS FROM old_customers WHERE {fresh}")
    shifted = {
        "sessions": f"""SELECT * REPLACE (order_id || '-n' AS order_id, started_at {later} AS started_at, ended_at {later} AS ended_at,
            refunded_at {later} AS refunded_at, CASE WHEN customer IN (SELECT customer FROM c) THEN customer || '-n' ELSE customer END
            AS customer) FROM s""",
        "customers": f"""SELECT * REPLACE (customer || '-n' AS customer, first_seen {later} AS first_seen, signed_up {later} AS signed_up,
            newsletter_at {later} AS newsletter_at) FROM c""",
        "lines": f"SELECT * REPLACE (order_id || '-n' AS order_id) FROM '{folder}/lines/0.parquet' SEMI JOIN s USING (order_id)",
        "deliveries": f"""SELECT * REPLACE (order_id || '-n' AS order_id, packed_at {later} AS packed_at,
            delivered_at {later} AS delivered_at, promised_at {later} AS promised_at, returned_at {later} AS returned_at)
            FROM '{folder}/deliveries/0.parquet' SEMI JOIN s USING (order_id)""",
    }
    for name, query in shifted.items():
        con.execute(f"COPY ({query}) TO '{folder}/{name}/1.parquet' (FORMAT parquet, COMPRESSION zstd)")
    row = con.execute("SELECT count(*) FROM s").fetchone()
    return int(row[0]) if row else 0
