"""Segments of a large shop: CPU seconds and memory of values, fits, bounds, the table and all reports.

`python -m bench.segments FOLDER [BUYERS]` makes the shop of `bench.lists` with so many buyers once (three orders each on average, two
years, four countries), and prints for each family what it took beside the base tables, which all families of a night share.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import ibis

from bench.clock import Clock, Spent
from bench.lists import CUSTOMERS, write_shop
from ca_assets.analyses.core.base import make_base
from ca_assets.analyses.core.context import Context, Tables, default_report_date
from ca_assets.analyses.core.family import Inputs, compute_family, families
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets.cleaning.build import build_tables
from ca_assets.engine.connect import connect
from ca_assets.lake.lake import Lake
from ca_assets.settings.process import ProcessSettings
from ca_assets.shop import load_shop

FAMILIES = ("rfm_segments", "rfm", "segmentation")


def made_home(folder: Path, buyers: int) -> Path:
    """A home with the shop in its lake; made once."""
    home = folder / f"segments-{buyers}"
    if not (home / "ready").exists():
        home.mkdir(parents=True, exist_ok=True)
        write_shop(home, buyers)
        fill_lake(home, home / "shop.yaml")
        (home / "ready").touch()
    return home


def fill_lake(home: Path, shop_yaml: Path) -> None:
    """Write a shop's clean orders and customers into a home's lake."""
    con, lake, settings = _open(home)
    clean = build_tables(load_shop(shop_yaml), con, settings.staging)
    lake.write(con, "orders", clean.orders)
    lake.write(con, "downloads", clean.downloads)
    con.disconnect()


def read_lake(home: Path, shop_yaml: Path) -> tuple[Tables, Context]:
    """The tables of a home, and the context of a night's reports on the newest day."""
    con, lake, _ = _open(home)
    shop = load_shop(shop_yaml)
    tables = Tables(lake.read(con, "orders"), lake.read(con, "downloads"))
    return tables, Context(shop, default_report_date(tables.orders, dt.datetime.now(dt.UTC), shop.calendar), windows=False)


def _open(home: Path) -> tuple[ibis.BaseBackend, Lake, ProcessSettings]:
    settings = ProcessSettings(home=home)
    return connect(settings), Lake(settings.lake_root), settings


def measure(home: Path) -> dict[str, Spent]:
    """What the base tables and each family took."""
    clock = Clock()
    tables, context = read_lake(home, home / "shop.yaml")
    with TempTables(tables.orders.get_backend()) as temp:
        with clock.piece("base tables"):
            base = make_base(tables, context, temp)
        for name in FAMILIES:
            with clock.piece(name), TempTables(temp.engine) as own:
                result = compute_family(families()[name], Inputs(own, lambda: base), context)
                for table in result.tables.values():
                    own.materialize(table)
    return clock.pieces


def main() -> None:
    """Print what was measured."""
    pieces = measure(made_home(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else CUSTOMERS))
    for name, spent in pieces.items():
        print(f"{name}: {spent['cpu_seconds']:.1f} CPU s, {spent['seconds']:.1f} s, peak {spent['peak_gb']:.2f} GB")
    print(f"segments together: {sum(pieces[name]['cpu_seconds'] for name in FAMILIES):.1f} CPU s")


if __name__ == "__main__":
    main()
