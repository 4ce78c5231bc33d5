"""Source rows → the tables `orders` and `downloads` (docs/contract, section 2): reject, zero, duplicates, orphans, in this order."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from ca_assets_tests.oracle.rows import TYPES, Reading, Record, read_rows
from ca_assets_tests.oracle.shopfile import Shop
from ca_assets_tests.oracle.versions import earliest, largest, of_each

MONEY = ("payment_amount", "discount_amount", "refund_amount")
COUNTED = ("read", "accepted", "rejected", "duplicates", "orphans")
DELIVERY_COLUMNS = tuple(TYPES["deliveries"])[1:]


LAST = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass
class Tables:
    """The clean tables (records in the export's columns) and what was counted on the way, per source."""

    orders: list[Record]
    downloads: list[Record]
    lines: list[Record]
    counts: dict[str, dict[str, int]]
    rejects: dict[str, list[tuple[str, int, str]]] = field(default_factory=dict)  # by source: file, line, reason


def build_tables(shop: Shop) -> Tables:
    """Read every source of the shop and clean it."""
    guests = shop.sources["sessions"].guest_clients
    readings = {name: read_rows(name, source, guests) for name, source in shop.sources.items()}
    sessions = _sessions(shop, readings["sessions"])
    by_id = {session["id"]: session for session in sessions}
    first = _first_sessions(sessions)
    downloads: list[Record] = [{"client": client, "download_date": moment, "signup_date": None} for client, moment in first.items()]
    if "customers" in readings:
        downloads = _customers(shop, readings["customers"], first)
        readings["customers"].counts["late_downloads"] = sum(row["download_date"] > first.get(row["client"], LAST) for row in downloads)
    lines = _baskets(shop, readings["baskets"], by_id) if "baskets" in readings else []
    deliveries = _deliveries(shop, readings["deliveries"], by_id) if "deliveries" in readings else []
    readings["sessions"].counts["guests"] = sum(session["client"] is None for session in sessions)
    known = {row["client"] for row in downloads} | {None}
    readings["sessions"].counts["unknown_client_sessions"] = sum(session["client"] not in known for session in sessions)
    orders = _joined(sessions, lines, deliveries)
    counts = {name: dict.fromkeys(COUNTED, 0) | dict(reading.counts) for name, reading in readings.items()}
    return Tables(orders, downloads, lines, counts, {name: reading.rejects for name, reading in readings.items()})


def _sessions(shop: Shop, reading: Reading) -> list[Record]:
    for record in reading.records:
        record["currency"] = record["currency"] or shop.currency
        for column in ("discount_amount", "refund_amount"):
            record[column] = record[column] or 0.0
        for name in shop.actions:
            record[f"actions.{name}"] = record[f"actions.{name}"] or False
        if not record["has_purchased"]:
            reading.counts["zeroed"] += any(record[column] for column in MONEY)
            record.update(dict.fromkeys(MONEY, 0.0))
    order = ["has_purchased", "session_start_date", "date", "payment_amount", "discount_amount", "client", "promotion_id"]
    order += [f"dimensions.{name}" for name in shop.dimensions] + [f"actions.{name}" for name in shop.actions]
    order += [column for column in TYPES["sessions"] if column not in (*order, "id")]
    groups = of_each("id", reading.records, shop.sources["sessions"])
    return _accepted([largest(order)(group) for group in groups], len(reading.records), reading)


def _customers(shop: Shop, reading: Reading, first: dict[str, dt.datetime]) -> list[Record]:
    """Who has no download date takes his first session; without a session the row is rejected."""
    records = []
    for record in reading.records:
        if record["download_date"] is None and record["client"] not in first:
            file, line = record["place"]
            reading.reject(file, line, "missing: download_date, and the client has no session")
        else:
            records.append(record)
    order = ["download_date", "signup_date", *(f"actions.{name}" for name in shop.customer_actions)]
    groups = of_each("client", records, shop.sources["customers"])
    customers = _accepted([earliest(order)(group) for group in groups], len(records), reading)
    for record in customers:
        if record["download_date"] is None:
            reading.counts["dateless"] += 1
            record["download_date"] = first[record["client"]]
    return customers


def _baskets(shop: Shop, reading: Reading, sessions: dict[str, Record]) -> list[Record]:
    """Lines have no key: equal ones all count; versions are whole orders."""
    for record in reading.records:
        record["category"] = record["category"] or "__none__"
        record["quantity"] = 1.0 if record["quantity"] is None else record["quantity"]
    lines = [line for group in of_each("id", reading.records, shop.sources["baskets"]) for line in group]
    known = [line for line in lines if line["id"] in sessions]
    reading.counts["orphans"] = len(lines) - len(known)
    return _accepted(known, len(reading.records), reading)


def _deliveries(shop: Shop, reading: Reading, sessions: dict[str, Record]) -> list[Record]:
    groups = of_each("id", reading.records, shop.sources["deliveries"])
    unique = [largest(DELIVERY_COLUMNS)(group) for group in groups]
    known = [record for record in unique if sessions.get(record["id"], {}).get("has_purchased")]
    reading.counts["orphans"] = len(unique) - len(known)
    return _accepted(known, len(reading.records), reading)


def _accepted(records: list[Record], versions: int, reading: Reading) -> list[Record]:
    """The records that stay, of so many that could be read; all others are duplicates and orphans."""
    counts = reading.counts
    counts["accepted"] = len(records)
    counts["duplicates"] = versions - len(records) - counts["orphans"] + counts["further_lines"]
    return records


def _first_sessions(sessions: list[Record]) -> dict[str, dt.datetime]:
    """Each client's first session. A session without a client is a guest's."""
    first: dict[str, dt.datetime] = {}
    for session in sessions:
        client, start = session["client"], session["session_start_date"]
        if client is not None:
            first[client] = min(start, first.get(client, start))
    return first


def _joined(sessions: list[Record], lines: list[Record], deliveries: list[Record]) -> list[Record]:
    """Sessions with their basket and delivery."""
    baskets = defaultdict(list)
    for line in lines:
        baskets[line["id"]].append((line["product"], line["category"], line["price"], line["quantity"]))
    delivered = {delivery["id"]: delivery for delivery in deliveries}
    names = ("product", "category", "price", "quantity")
    for session in sessions:
        basket = sorted(baskets.get(session["id"], []))
        session["basket"] = [dict(zip(names, line, strict=True)) for line in basket] or None
        delivery = delivered.get(session["id"], {})
        session.update({f"delivery.{column}": delivery.get(column) for column in DELIVERY_COLUMNS})
    return sessions


def balanced(counts: dict[str, int]) -> bool:
    """read = accepted + rejected + duplicates + orphans."""
    total = Counter(counts)
    return total["read"] == total["accepted"] + total["rejected"] + total["duplicates"] + total["orphans"]
