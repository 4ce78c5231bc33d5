"""Shops as CSV literals that a reader can see, and families of reports computed from them (no files, no oracle)."""

from __future__ import annotations

import csv
import datetime as dt
import importlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from ca_assets.analyses.base import make_base
from ca_assets.analyses.context import Context, Tables
from ca_assets.analyses.held import Shelf
from ca_assets.analyses.report import ReportSet, spec_of
from ca_assets.shop import Shop, parse_shop
from ca_assets.tables.contracts import basket_lines_schema, downloads_schema, orders_schema
from ca_assets_tests.analyses.running import engine

Row = dict[str, Any]
DAY = dt.date(2024, 3, 31)
YAML = """
calendar: {{timezone: UTC}}
currency: EUR
settings: {{{settings}}}
sources:
  sessions: {{kind: csv, path: s, columns: {{id: a{columns}}}, dimensions: [country]}}
  customers: {{kind: csv, path: c, columns: {{client: c}}}}
"""
BASKETS = "  baskets: {kind: csv, path: b, columns: {id: a, product: p, price: u, category: c}}\n"


def shop_of(settings: str = "", has_baskets: bool = True, has_promotions: bool = True) -> Shop:
    """A shop with the dimension `country`, customers, and the parts asked for."""
    columns = ", promotion_id: v" if has_promotions else ""
    return parse_shop(YAML.format(settings=settings, columns=columns) + BASKETS * has_baskets, Path())


def csv_rows(text: str) -> list[Row]:
    """Rows of a CSV literal; empty cells are None, blanks around cells do not count."""
    rows = csv.DictReader(io.StringIO(text.strip()), skipinitialspace=True)
    return [{name.strip(): (value or "").strip() or None for name, value in row.items()} for row in rows]


def moment(text: str) -> dt.datetime:
    """An ISO time in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def session(row: Row) -> Row:
    """id, client, start, amount (None: not purchased), and optionally discount, promotion, country, currency."""
    start, amount = moment(row["start"]), row.get("amount")
    return {
        "id": row["id"],
        "client": row["client"],
        "session_start_date": start,
        "has_purchased": amount is not None,
        "payment_amount": float(amount or 0),
        "discount_amount": float(row.get("discount") or 0) if amount is not None else 0.0,  # as in clean tables
        "promotion_id": row.get("promotion"),
        "currency": row.get("currency") or "EUR",
        "refund_amount": 0.0,
        "dimensions.country": row.get("country"),
        "local_start": start.replace(tzinfo=None),
        "month": "",
    }


def line(row: Row) -> Row:
    """id, product, and optionally category, price (1), quantity (1), name."""
    return {
        "id": row["id"],
        "product": row["product"],
        "category": row.get("category") or "__none__",
        "price": float(row.get("price") or 1),
        "quantity": float(row.get("quantity") or 1),
        "product_name": row.get("name"),
        "month": "",
    }


def computed(
    families: Sequence[str],
    sessions: str | list[Row],
    lines: str | list[Row] | None = "id,product",
    customers: str = "client,download",
    shop: Shop | None = None,
    *,
    windows: bool = True,
) -> dict[str, ReportSet]:
    """Families of a shop given as CSV literals (or as rows with the same names)."""
    shop, con = shop or shop_of(has_baskets=lines is not None), engine()
    rows = {
        "o": [session(row) for row in (csv_rows(sessions) if isinstance(sessions, str) else sessions)],
        "d": [{"client": row["client"], "download_date": moment(row["download"])} for row in csv_rows(customers)],
        "b": [line(row) for row in (csv_rows(lines) if isinstance(lines, str) else lines or [])],
    }
    for (name, made), schema in zip(rows.items(), (orders_schema(shop), downloads_schema(shop), basket_lines_schema()), strict=True):
        con.con.register(name, pa.Table.from_pylist(made, schema=schema))
    tables = Tables(con.table("o"), con.table("d"), con.table("b") if lines is not None else None)
    with Shelf(con) as shelf:
        base = make_base(tables, Context(shop, DAY), shelf)
        assert base is not None
        return {name: importlib.import_module(f"ca_assets.analyses.{name}").from_base(base, shelf, windows) for name in families}


def rows_of(found: dict[str, ReportSet], path: str, *columns: str, scope: str = "all", **where: Any) -> list[tuple[Any, ...]]:
    """Rows of one scope, in the order of the key, as tuples of the columns (default: the contract's without complete)."""
    family, type_ = path.split("/")
    spec = spec_of(path)
    names = columns or tuple(c.name for c in spec.columns if c.name != "complete")
    rows = [row for row in found[family].tables[type_].to_pylist() if row["scope"] == scope and all(row[k] == v for k, v in where.items())]
    return [tuple(row[name] for name in names) for row in sorted(rows, key=lambda row: tuple(row[k] for k in spec.key))]
