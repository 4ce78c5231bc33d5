"""Running analyses on test shops and on files as the product does, and comparing every figure with the oracle's."""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from ca_assets.analyses.core.context import Context, Tables
from ca_assets.analyses.core.family import base_families, compute, spec_of
from ca_assets.analyses.core.report import ReportSet
from ca_assets.cleaning.build import build_tables
from ca_assets.shop import Shop, load_shop
from ca_assets_tests.shops.builder import SampleShop
from ca_assets_tests.shops.clean_tables import clean_tables, engine

Figures = dict[tuple[Any, ...], tuple[Any, ...]]


def computed(names: Sequence[str], sample: SampleShop, day: str = "2024-03-31", windows: bool = True) -> dict[str, ReportSet]:
    """Families of a test shop as of the end of a day, by name."""
    context = Context(sample.parsed(), dt.date.fromisoformat(day), windows)
    return {reports.name: reports for reports in compute(names, clean_tables(sample), context)}


def computed_from_files(names: Sequence[str], sample: SampleShop, folder: Path, day: str = "2024-03-31") -> dict[str, ReportSet]:
    """The same of a shop whose rows go through files and cleaning, which takes out duplicates and orphans."""
    shop, tables = tables_of(sample.write(folder), folder / "staging")
    return {reports.name: reports for reports in compute(names, tables, Context(shop, dt.date.fromisoformat(day)))}


def rows_of(sets: Mapping[str, ReportSet], path: str, columns: str = "", scope: str = "all", **where: Any) -> list[tuple[Any, ...]]:
    """Rows of a report (`churn/weekly`) in one scope with these values, in the order of the key; dates as texts.

    `columns`: names with blanks between them; all but `scope` and `complete` unless given.
    """
    family, type_ = path.split("/")
    spec = spec_of(path)
    names = columns.split() or [column.name for column in spec.columns if column.name != "complete"]
    wanted = {"scope": scope, **where}
    rows = [row for row in sets[family].tables[type_].to_pylist() if all(row[name] == value for name, value in wanted.items())]
    rows.sort(key=lambda row: tuple(row[name] for name in spec.key))
    return [tuple(str(row[name]) if isinstance(row[name], dt.date) else row[name] for name in names) for row in rows]


def tables_of(shop_yaml: Path, staging: Path) -> tuple[Shop, Tables]:
    """Clean tables of a shop's files."""
    staging.mkdir(parents=True, exist_ok=True)
    shop = load_shop(shop_yaml)
    clean = build_tables(shop, engine(), staging)
    return shop, Tables(clean.orders, clean.downloads, clean.basket_lines)


def compute_all(tables: Tables, shop: Shop, report_date: dt.date | None, windows: bool = True) -> dict[str, ReportSet]:
    """All families."""
    context = Context(shop, report_date, windows)
    return {report_set.name: report_set for report_set in compute(base_families(), tables, context)}


def reports(sets: dict[str, ReportSet]) -> dict[str, pa.Table]:
    """`name/type` → rows."""
    return {f"{name}/{type_}": table for name, report_set in sets.items() for type_, table in report_set.tables.items()}


def figures(rows: list[tuple[Any, ...]], keys: int) -> Figures:
    """Rows by their leading `keys` columns; a key twice is an error."""
    by_key = {row[:keys]: row[keys:] for row in rows}
    assert len(by_key) == len(rows)
    return by_key


def tuples(table: pa.Table) -> list[tuple[Any, ...]]:
    """Rows as Python values."""
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def same(ours: Any, theirs: Any) -> bool:
    """Equal, floats to 1e-9; anything where a model decides (`...`)."""
    if theirs is ...:
        return True
    if isinstance(ours, float) and isinstance(theirs, (int, float)):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)
    return bool(ours == theirs)


def write_csv(folder: Path, tables: dict[str, pa.Table]) -> None:
    """The reports as exported files (booleans as true and false)."""
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(table.column_names)
            writer.writerows([str(v).lower() if isinstance(v, bool) else v for v in row] for row in tuples(table))
