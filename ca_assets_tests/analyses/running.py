"""Running analyses on files as the product does, and comparing every figure with the oracle's."""

from __future__ import annotations

import csv
import datetime as dt
import math
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from ca_assets.analyses.context import Context, Tables
from ca_assets.analyses.family import compute, families
from ca_assets.analyses.report import ReportSet
from ca_assets.shop import Shop, load_shop
from ca_assets.tables.load import build_tables

Figures = dict[tuple[Any, ...], tuple[Any, ...]]


def engine() -> ibis.BaseBackend:
    """DuckDB in memory, in UTC."""
    con = ibis.duckdb.connect(threads=2)
    con.raw_sql("SET TimeZone = 'UTC'")
    return con


def tables_of(shop_yaml: Path, staging: Path) -> tuple[Shop, Tables]:
    """Clean tables of a shop's files."""
    staging.mkdir(parents=True, exist_ok=True)
    shop = load_shop(shop_yaml)
    clean = build_tables(shop, engine(), staging)
    return shop, Tables(clean.orders, clean.downloads, clean.basket_lines)


def compute_all(tables: Tables, shop: Shop, report_date: dt.date | None, windows: bool = True) -> dict[str, ReportSet]:
    """All families."""
    return {found.name: found for found in compute(families(), tables, Context(shop, report_date), windows)}


def reports(sets: dict[str, ReportSet]) -> dict[str, pa.Table]:
    """`name/type` → rows."""
    return {f"{name}/{type_}": table for name, found in sets.items() for type_, table in found.tables.items()}


def figures(rows: list[tuple[Any, ...]], keys: int) -> Figures:
    """Rows by their leading `keys` columns; a key twice is an error."""
    found = {row[:keys]: row[keys:] for row in rows}
    assert len(found) == len(rows)
    return found


def tuples(table: pa.Table) -> list[tuple[Any, ...]]:
    """Rows as Python values."""
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def same(ours: Any, theirs: Any) -> bool:
    """Equal, floats to 1e-9."""
    if isinstance(ours, float) and isinstance(theirs, (int, float)):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)
    return bool(ours == theirs)


def write_csv(folder: Path, found: dict[str, pa.Table]) -> None:
    """The reports as exported files (booleans as true and false)."""
    for name, table in found.items():
        path = folder / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(table.column_names)
            writer.writerows([str(v).lower() if isinstance(v, bool) else v for v in row] for row in tuples(table))
