"""Lists of customers and orders of a large shop: the first opening, and pages by number in several orders.

`python -m bench.lists FOLDER [CUSTOMERS]` makes a shop with so many customers (three orders each on average, seeded) once, and measures
what the server does for each page: publication, list, rows, components. Seconds of the first opening are with and without base tables.
"""

from __future__ import annotations

import datetime as dt
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

CUSTOMERS, ORDERS_EACH, DAYS = 1_000_000, 3, 730
START = np.datetime64("2024-01-01T00:00:00", "us")
REPEATS = 5
YAML = """
calendar: {timezone: Europe/Berlin}
currency: EUR
sources:
  sessions:
    kind: parquet
    path: sessions.parquet
    columns: {id: id, client: client, session_start_date: started, payment_amount: amount, has_purchased: bought}
    dimensions: [country]
"""


def made_home(folder: Path, customers: int) -> Path:
    """A home with the shop loaded and published; made once."""
    home = folder / f"lists-{customers}"
    if not (home / "ready").exists():
        home.mkdir(parents=True, exist_ok=True)
        write_shop(home, customers)
        _publish(home)
        (home / "ready").touch()
    return home


def write_shop(home: Path, customers: int) -> None:
    """Sessions of so many customers as Parquet, and shop.yaml."""
    random, count = np.random.default_rng(7), customers * ORDERS_EACH
    client = np.concatenate([np.arange(customers), random.integers(0, customers, count - customers)])
    started = START + random.integers(0, DAYS * 86_400, count).astype("m8[s]")
    table = pa.table(
        {
            "id": pa.array([f"w{n:09d}" for n in range(count)]),
            "client": pa.array([f"c{n:08d}" for n in client.tolist()]),
            "started": pa.array(started),
            "amount": np.round(random.gamma(4, 10, count), 2),
            "bought": np.ones(count, dtype=bool),
            "country": pa.array(["DE", "FR", "GB", "IT"]).take(pa.array(random.integers(0, 4, count))),
        }
    )
    pq.write_table(table, home / "sessions.parquet")
    (home / "shop.yaml").write_text(YAML)


def _publish(home: Path) -> None:
    from ca_assets.analyses.core.context import Context, Tables, default_report_date
    from ca_assets.analyses.core.family import compute
    from ca_assets.cleaning.build import build_tables
    from ca_assets.contracts.tables import BASKET_LINES, LOAD_TABLES, row_keys, table_names
    from ca_assets.engine.connect import connect
    from ca_assets.index.open import open_index
    from ca_assets.index.publisher import generation_meta
    from ca_assets.lake.lake import Lake
    from ca_assets.settings.database import open_database
    from ca_assets.settings.process import ProcessSettings
    from ca_assets.settings.shops import apply_shop
    from ca_assets.shop import load_shop

    settings, shop = ProcessSettings(home=home), load_shop(home / "shop.yaml")
    apply_shop(open_database(settings), home / "shop.yaml")
    con, lake, now = connect(settings), Lake(settings.lake_root), dt.datetime.now(dt.UTC)
    clean = build_tables(shop, con, settings.staging)
    for name in table_names(LOAD_TABLES):
        if (table := getattr(clean, name)) is not None:
            lake.write(con, name, table)
    lake.write(con, BASKET_LINES.name, ibis.memtable(BASKET_LINES.schema().empty_table()))
    tables = Tables(lake.read(con, "orders"), lake.read(con, "downloads"))
    day, index = default_report_date(tables.orders, now, shop.calendar), open_index(settings)
    scope_values: dict[str, list[str]] = {}
    for reports in compute(["stats"], tables, Context(shop, day, windows=False)):
        scope_values = reports.meta["scope_values"]
        index.stage_reports("bench", reports)
    for name in ("orders", "downloads", "basket_lines"):
        index.stage_table("bench", name, lake.version(name), 0, row_keys(LOAD_TABLES)[name])
    index.switch("bench", generation_meta(shop, day, now, scope_values))
    con.disconnect()


def measure_lists(home: Path) -> None:
    """Print seconds of first openings and milliseconds of pages."""
    from ca_assets.index.open import open_index
    from ca_assets.on_demand.sharing import SharedPool
    from ca_assets.settings.process import ProcessSettings
    from ca_dash.app.lists import page
    from ca_dash.app.site import find_site
    from ca_dash.app.views import Views
    from ca_dash.reports import Reader

    settings = ProcessSettings(home=home, range_timeout_seconds=600)
    pool = SharedPool(settings)
    views = Views(Reader(open_index(settings), pool), find_site())

    def milliseconds(kind: Any, search: str) -> tuple[float, str]:
        before = time.perf_counter()
        said = page(views, kind, search)[1]
        return (time.perf_counter() - before) * 1000, said

    for kind, search, note in (
        ("customers", "", "no base tables yet"),
        ("customers", "?scope=country%3DFR&from=2025-06-01&to=2025-06-30", "base tables there"),
        ("orders", "", "base tables there"),
    ):
        took, said = milliseconds(kind, search)
        print(f"first opening of {kind}{search} ({note}): {took / 1000:.1f} s, {said}", flush=True)
    for kind, column in (("customers", "revenue"), ("orders", "payment_amount")):
        for order in ("", f"sort=-{column}", "sort=client"):
            if order:
                print(f"first page of {kind} in the order {order}: {milliseconds(kind, f'?{order}')[0]:.0f} ms", flush=True)
            for number in (1, 5_000, 19_999):
                search = f"?{order}&page={number}".replace("?&", "?")
                times = [milliseconds(kind, search) for _ in range(REPEATS)]
                most = max(took for took, _ in times)
                print(
                    f"{kind}{search}: median {statistics.median(took for took, _ in times):.0f} ms, most {most:.0f} ms; {times[0][1]}",
                    flush=True,
                )
    pool.close()


if __name__ == "__main__":
    measure_lists(made_home(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else CUSTOMERS))
