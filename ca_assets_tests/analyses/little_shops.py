"""Little shops as Python values, and one family of reports computed from them (no files, no oracle)."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from ca_assets.analyses.base import make_base
from ca_assets.analyses.context import Context, Tables
from ca_assets.analyses.held import Shelf
from ca_assets.shop import Shop, parse_shop
from ca_assets.tables.contracts import downloads_schema, orders_schema
from ca_assets_tests.analyses.running import engine

YAML = """
calendar: {{timezone: {timezone}, week_start: {week_start}}}
settings: {{{settings}}}
sources:
  sessions: {{kind: csv, path: s, columns: {{id: a, refund_amount: r, refund_date: d}}, dimensions: [country]}}
  customers: {{kind: csv, path: c, columns: {{client: c}}}}
"""


def little_shop(settings: str = "", timezone: str = "UTC", week_start: str = "monday") -> Shop:
    """A shop with one dimension (`country`), customers and refunds."""
    return parse_shop(YAML.format(settings=settings, timezone=timezone, week_start=week_start), Path())


def moment(text: str) -> dt.datetime:
    """`2024-01-08 10:00` or a date in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@dataclass(frozen=True)
class Visit:
    """A session; an order unless `amount` is None."""

    client: str
    start: dt.datetime
    amount: float | None = 10.0
    country: str = "x"
    refund: float = 0.0
    refunded_at: dt.datetime | None = None
    currency: str = "EUR"


def visits(text: str) -> list[Visit]:
    """Orders from `A 2024-01-01 10:00; A 2024-01-08; B …`."""
    return [Visit(part.split()[0], moment(part.strip().split(" ", 1)[1])) for part in text.split(";")]


def _row(number: int, visit: Visit, shop: Shop) -> dict[str, Any]:
    return {
        "id": f"{number:04}",
        "client": visit.client,
        "session_start_date": visit.start,
        "has_purchased": visit.amount is not None,
        "payment_amount": visit.amount or 0.0,
        "discount_amount": 0.0,
        "currency": visit.currency,
        "refund_amount": visit.refund,
        "refund_date": visit.refunded_at,
        "dimensions.country": visit.country,
        "local_start": visit.start.astimezone(shop.calendar.zone).replace(tzinfo=None),
        "month": "",
    }


def tables(shop: Shop, sessions: Iterable[Visit], downloads: dict[str, dt.datetime]) -> Tables:
    """Clean tables in a new engine; a session's id is its place among `sessions` (`numbered` keeps ids when rows move)."""
    return numbered(shop, list(enumerate(sessions)), downloads)


def numbered(shop: Shop, sessions: list[tuple[int, Visit]], downloads: dict[str, dt.datetime]) -> Tables:
    """The same with ids given."""
    con = engine()
    customers = [{"client": client, "download_date": at} for client, at in downloads.items()]
    con.con.register("o", pa.Table.from_pylist([_row(n, visit, shop) for n, visit in sessions], schema=orders_schema(shop)))
    con.con.register("d", pa.Table.from_pylist(customers, schema=downloads_schema(shop)))
    return Tables(con.table("o"), con.table("d"))


def family_reports(name: str, shop: Shop, found: Tables, day: str) -> dict[str, pa.Table]:
    """Reports of one family as of the end of `day`."""
    with Shelf(found.orders.get_backend()) as shelf:
        base = make_base(found, Context(shop, dt.date.fromisoformat(day)), shelf)
        assert base is not None
        tables: dict[str, pa.Table] = importlib.import_module(f"ca_assets.analyses.{name}").from_base(base, shelf).tables
    return tables


def part(table: pa.Table, columns: str, **where: Any) -> list[tuple[Any, ...]]:
    """Some columns of the rows with these values (`scope="all"` unless told), in the order of the first columns; dates as texts."""
    rows = [row for row in table.to_pylist() if all(row[name] == value for name, value in {"scope": "all", **where}.items())]
    picked = [tuple(str(row[c]) if isinstance(row[c], dt.date) else row[c] for c in columns.split()) for row in rows]
    return sorted(picked, key=repr if any(None in row for row in picked) else None)
