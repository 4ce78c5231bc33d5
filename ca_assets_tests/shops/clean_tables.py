"""A test shop's rows as the clean tables that analyses read, without files and without cleaning.

Sessions: client, start, amount (none: not purchased), and optionally id (default: the row's number), end, discount, promo, currency,
refund, refunded, dimensions, actions. Customers: client, download, signup, actions. Baskets: id, product, and optionally category, price
(default 1), quantity (1), title. Times without an offset are UTC. What cleaning makes of raw rows is tested in `cleaning`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import ibis
import pyarrow as pa

from ca_assets.analyses.core.context import Tables
from ca_assets.contracts.tables import BASKET_LINES, DOWNLOADS, ORDERS
from ca_assets.engine.connect import duckdb_engine
from ca_assets.shop import Shop
from ca_assets_tests.shops.builder import COLUMNS, Row, SampleShop, parse_rows


def engine() -> ibis.BaseBackend:
    """DuckDB in memory, in UTC."""
    return duckdb_engine(threads=2)


def utc(moment: dt.datetime | str) -> dt.datetime:
    """An ISO time as an instant; UTC unless it says otherwise."""
    given = dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return given if given.tzinfo else given.replace(tzinfo=dt.UTC)


def clean_tables(sample: SampleShop) -> Tables:
    """The tables of a shop in a new engine."""
    shop, con = sample.parsed(), engine()
    orders = [_order(shop, number, row) for number, row in enumerate(parse_rows(sample.sessions))]
    con.con.register("orders", pa.Table.from_pylist(orders, schema=ORDERS.schema(shop)))
    downloads = _first_sessions(orders) if sample.customers is None else [_customer(shop, row) for row in parse_rows(sample.customers)]
    con.con.register("downloads", pa.Table.from_pylist(downloads, schema=DOWNLOADS.schema(shop)))
    if sample.baskets is None:
        return Tables(con.table("orders"), con.table("downloads"))
    lines = [_line(row) for row in parse_rows(sample.baskets)]
    con.con.register("basket_lines", pa.Table.from_pylist(lines, schema=BASKET_LINES.schema(shop)))
    return Tables(con.table("orders"), con.table("downloads"), con.table("basket_lines"))


def _renamed(source: str, row: Row) -> dict[str, Any]:
    return {COLUMNS[source].get(name, name): value for name, value in row.items() if value is not None}


def _order(shop: Shop, number: int, row: Row) -> dict[str, Any]:
    given = _renamed("sessions", row)
    start, amount = utc(given["session_start_date"]), given.get("payment_amount")
    local = start.astimezone(shop.calendar.zone).replace(tzinfo=None)
    times = {name: utc(given[name]) for name in ("date", "refund_date") if name in given}
    return {
        "id": f"{number:04}",
        "currency": shop.currency,
        **given,
        **times,
        "session_start_date": start,
        "has_purchased": amount is not None,
        "payment_amount": float(amount or 0),
        "discount_amount": float(given.get("discount_amount") or 0) if amount is not None else 0.0,  # as cleaning does
        "refund_amount": float(given.get("refund_amount") or 0),
        **{f"dimensions.{name}": given.get(theirs) for name, theirs in shop.sources.sessions.dimensions.items()},
        **{f"actions.{name}": given.get(theirs) in (True, "1", "yes") for name, theirs in shop.sources.sessions.actions.items()},
        "local_start": local,
        "month": f"{local:%Y-%m}",
    }


def _first_sessions(orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What downloads are without a customers source."""
    firsts: dict[str, dt.datetime] = {}
    for order in (order for order in orders if order.get("client") is not None):  # the others are guests
        firsts[order["client"]] = min(order["session_start_date"], firsts.get(order["client"], order["session_start_date"]))
    return [{"client": client, "download_date": first} for client, first in firsts.items()]


def _customer(shop: Shop, row: Row) -> dict[str, Any]:
    given = _renamed("customers", row)
    config = shop.sources.customers
    actions = config.actions if config else {}
    return {
        "client": given["client"],
        **{name: utc(given[name]) for name in ("download_date", "signup_date") if name in given},
        **{f"actions.{name}": utc(given[theirs]) for name, theirs in actions.items() if theirs in given},
    }


def _line(row: Row) -> dict[str, Any]:
    given = {"category": "__none__", "price": 1, "quantity": 1, "month": "", **_renamed("baskets", row)}
    return {**given, "price": float(given["price"]), "quantity": float(given["quantity"])}
