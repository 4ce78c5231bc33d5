"""Clean tables from CSV literals, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis
import yaml

from ca_assets.shop import Shop, parse_shop
from ca_assets.tables.load import CleanTables, build_tables

SESSIONS: dict[str, Any] = {
    "kind": "csv",
    "path": "sessions.csv",
    "columns": {name: name for name in ("id", "client", "session_start_date", "payment_amount", "has_purchased")},
}
CUSTOMERS: dict[str, Any] = {"kind": "csv", "path": "customers.csv", "columns": {"client": "client", "download_date": "download_date"}}
BASKETS: dict[str, Any] = {
    "kind": "csv",
    "path": "baskets.csv",
    "columns": {name: name for name in ("id", "product", "price", "category", "quantity")},
}
DELIVERIES: dict[str, Any] = {
    "kind": "csv",
    "path": "deliveries.csv",
    "columns": {name: name for name in ("id", "delivery_date", "prepare_date", "latitude")},
}
HEAD = "id,client,session_start_date,payment_amount,has_purchased\n"


def engine() -> ibis.BaseBackend:
    """A small engine in UTC."""
    con = ibis.duckdb.connect(threads=2)
    con.raw_sql("SET TimeZone = 'UTC'")
    return con


def shop_of(folder: Path, zone: str = "UTC", **sources: Any) -> Shop:
    """A shop with the given sources (sessions by default as `SESSIONS`)."""
    found = {"sessions": SESSIONS, **sources}
    return parse_shop(yaml.safe_dump({"calendar": {"timezone": zone}, "currency": "EUR", "sources": found}), folder)


def build(folder: Path, files: dict[str, str], zone: str = "UTC", **sources: Any) -> CleanTables:
    """Clean tables from CSV texts by file name."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return build_tables(shop_of(folder, zone, **sources), engine(), folder / "staging")


def session_column(folder: Path, column: str, texts: list[str], **config: Any) -> tuple[list[Any], list[str]]:
    """One session per text of `column` (the others are good): its value per row, None when rejected, and the messages."""
    good = {"client": "c", "session_start_date": "2024-01-01", "payment_amount": "1", "has_purchased": "t"}
    names = list(dict.fromkeys([*good, column]))
    rows = [",".join([str(index), *('"' + {**good, column: text}[name] + '"' for name in names)]) for index, text in enumerate(texts)]
    sessions = SESSIONS | {"columns": {"id": "id", **{name: name for name in names}}} | config
    files = {"sessions.csv": "\n".join([",".join(["id", *names]), *rows]) + "\n"}
    tables = build(folder, files, sessions=sessions)
    found = {row["id"]: row[column] for row in tables.orders.select("id", column).to_pyarrow().to_pylist()}
    messages = [row["message"] for row in tables.rejects.to_pyarrow().sort_by("line").to_pylist()]
    return [found.get(str(index)) for index in range(len(texts))], messages


def rows(table: ibis.Table | None, *columns: str) -> list[tuple[Any, ...]]:
    """Sorted rows of some columns."""
    assert table is not None
    found = [tuple(row.values()) for row in table.select(*columns).to_pyarrow().to_pylist()]
    return sorted(found, key=repr)
