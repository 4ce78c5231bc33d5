"""Clean tables from small shops: what a load would write, without writing it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis

from ca_assets.cleaning.build import CleanTables, build_tables
from ca_assets.shop import load_shop
from ca_assets_tests.shops.builder import SampleShop
from ca_assets_tests.shops.clean_tables import engine

HEAD = "id,client,session_start_date,payment_amount,has_purchased\n"
SHOP = SampleShop(sessions=HEAD, currency="EUR")


def build(folder: Path, shop: SampleShop) -> CleanTables:
    """The clean tables of a shop, whose files are written into a folder."""
    return build_tables(load_shop(shop.write(folder)), engine(), folder / "staging")


def session_column(folder: Path, column: str, texts: list[str], **options: Any) -> tuple[list[Any], list[str]]:
    """One session per text of `column` (the others are good): its value per row, None when rejected, and the messages."""
    good = {"client": "c", "session_start_date": "2024-01-01", "payment_amount": "1", "has_purchased": "t"}
    names = list(dict.fromkeys([*good, column]))
    lines = [",".join([str(index), *('"' + {**good, column: text}[name] + '"' for name in names)]) for index, text in enumerate(texts)]
    sessions = "\n".join([",".join(["id", *names]), *lines]) + "\n"
    tables = build(folder, replace(SHOP, sessions=sessions).with_source("sessions", **options))
    value_of = {row["id"]: row[column] for row in tables.orders.select("id", column).to_pyarrow().to_pylist()}
    messages = [row["message"] for row in tables.rejects.to_pyarrow().sort_by("line").to_pylist()]
    return [value_of.get(str(index)) for index in range(len(texts))], messages


def rows(table: ibis.Table | None, *columns: str) -> list[tuple[Any, ...]]:
    """Sorted rows of some columns."""
    assert table is not None
    return sorted((tuple(row.values()) for row in table.select(*columns).to_pyarrow().to_pylist()), key=repr)
