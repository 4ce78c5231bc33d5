"""Source rows → the tables `orders` and `downloads` (REPORTS.md section 2): reject, zero, duplicates, orphans, in this order."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ca_assets_tests.oracle.scan import read_csv
from ca_assets_tests.oracle.shopfile import Shop, Source
from ca_assets_tests.oracle.values import LARGEST_AMOUNT, Bad, read_bool, read_number, read_text, read_time, trimmed

Record = dict[str, Any]

SESSION_TYPES = {
    "id": "text",
    "client": "text",
    "session_start_date": "time",
    "date": "time",
    "payment_amount": "amount",
    "discount_amount": "amount",
    "has_purchased": "bool",
    "promotion_id": "text",
    "currency": "text",
    "refund_amount": "amount",
    "refund_date": "time",
}
CUSTOMER_TYPES = {"client": "text", "download_date": "time", "signup_date": "time"}
BASKET_TYPES = {"id": "text", "product": "text", "price": "amount", "category": "text", "quantity": "quantity", "product_name": "text"}
DELIVERY_TYPES = {
    "id": "text",
    "delivery_date": "time",
    "prepare_date": "time",
    "return_date": "time",
    "promised_date": "time",
    "latitude": "latitude",
    "longitude": "longitude",
}
REQUIRED = {
    "sessions": ("id", "client", "session_start_date", "has_purchased"),  # and payment_amount where purchased
    "customers": ("client", "download_date"),
    "baskets": ("id", "product", "price"),
    "deliveries": ("id", "delivery_date"),
}
DELIVERY_COLUMNS = tuple(DELIVERY_TYPES)[1:]


@dataclass
class Tables:
    """The clean tables (records in the export's columns) and what was counted on the way, per source."""

    orders: list[Record]
    downloads: list[Record]
    lines: list[Record]
    counts: dict[str, dict[str, int]]
    rejects: list[tuple[str, int, str]] = field(default_factory=list)


def build_tables(shop: Shop) -> Tables:
    """Read every source of the shop and clean it."""
    rejects: list[tuple[str, int, str]] = []
    sessions, session_counts = _sessions(shop, rejects)
    counts = {"sessions": session_counts}
    by_id = {session["id"]: session for session in sessions}
    customers = None
    if "customers" in shop.sources:
        customers, counts["customers"] = _customers(shop.sources["customers"], rejects)
    lines: list[Record] = []
    if "baskets" in shop.sources:
        lines, counts["baskets"] = _baskets(shop.sources["baskets"], by_id, rejects)
    deliveries: list[Record] = []
    if "deliveries" in shop.sources:
        deliveries, counts["deliveries"] = _deliveries(shop.sources["deliveries"], by_id, rejects)
    downloads = _first_sessions(sessions) if customers is None else customers
    _count_clients(sessions, downloads, session_counts, counts.get("customers", {}))
    orders = _joined(sessions, lines, deliveries)
    return Tables(orders, downloads, lines, counts, rejects)


def _sessions(shop: Shop, rejects: list[tuple[str, int, str]]) -> tuple[list[Record], dict[str, int]]:
    source = shop.sources["sessions"]
    types = (
        SESSION_TYPES | {f"dimensions.{name}": "text" for name in shop.dimensions} | {f"actions.{name}": "bool" for name in shop.actions}
    )
    records, counts = _read("sessions", source, types, rejects)
    counts["zeroed"] = 0
    for record in records:
        record["currency"] = record["currency"] or shop.currency
        for column in ("discount_amount", "refund_amount"):
            record[column] = record[column] or 0.0
        for name in shop.actions:
            record[f"actions.{name}"] = record[f"actions.{name}"] or False
        if not record["has_purchased"]:
            money = ("payment_amount", "discount_amount", "refund_amount")
            counts["zeroed"] += any(record[column] for column in money)
            record.update(dict.fromkeys(money, 0.0))
    order = ["has_purchased", "session_start_date", "date", "payment_amount", "discount_amount", "client", "promotion_id"]
    order += [f"dimensions.{name}" for name in shop.dimensions] + [f"actions.{name}" for name in shop.actions]
    order += [column for column in SESSION_TYPES if column not in (*order, "id")]
    return _one_each("id", records, lambda record: [_null_smallest(record[column]) for column in order], max, counts)


def _customers(source: Source, rejects: list[tuple[str, int, str]]) -> tuple[list[Record], dict[str, int]]:
    types = CUSTOMER_TYPES | {f"actions.{name}": "time" for name in source.actions}
    records, counts = _read("customers", source, types, rejects)
    order = ["download_date", "signup_date", *(f"actions.{name}" for name in source.actions)]
    return _one_each("client", records, lambda record: [_null_largest(record[column]) for column in order], min, counts)


def _baskets(source: Source, sessions: dict[str, Record], rejects: list[tuple[str, int, str]]) -> tuple[list[Record], dict[str, int]]:
    records, counts = _read("baskets", source, BASKET_TYPES, rejects)
    for record in records:
        record["category"] = record["category"] or "__none__"
        record["quantity"] = 1.0 if record["quantity"] is None else record["quantity"]
    counts["duplicates"] = 0
    return _without_orphans(records, lambda record: record["id"] in sessions, counts)


def _deliveries(source: Source, sessions: dict[str, Record], rejects: list[tuple[str, int, str]]) -> tuple[list[Record], dict[str, int]]:
    records, counts = _read("deliveries", source, DELIVERY_TYPES, rejects)
    records, counts = _one_each("id", records, lambda record: [_null_smallest(record[column]) for column in DELIVERY_COLUMNS], max, counts)
    return _without_orphans(records, lambda record: sessions.get(record["id"], {}).get("has_purchased", False), counts)


def _read(name: str, source: Source, types: dict[str, str], rejects: list[tuple[str, int, str]]) -> tuple[list[Record], dict[str, int]]:
    """The rows that can be read as typed records (unmapped columns null), and counts of read and rejected."""
    header, rows = read_csv(source.path.read_bytes(), source.delimiter)
    theirs = dict(source.columns)
    theirs |= {f"dimensions.{ours}": column for ours, column in source.dimensions.items()}
    theirs |= {f"actions.{ours}": column for ours, column in source.actions.items()}
    missing = sorted(set(theirs.values()) - set(header))
    if missing:
        raise ValueError(f"source {name} lacks the columns {missing}")
    places = {ours: header.index(column) for ours, column in theirs.items()}
    records = []
    for row in rows:
        try:
            if row.broken:
                raise Bad(row.broken)
            records.append(_record(name, source, types, {ours: row.fields[place] for ours, place in places.items()}))
        except Bad as reason:
            rejects.append((name, row.line, str(reason)))
    return records, {"read": len(rows), "rejected": len(rows) - len(records)}


def _record(name: str, source: Source, types: dict[str, str], texts: dict[str, str]) -> Record:
    record: Record = {}
    for column, kind in types.items():
        text = trimmed(texts.get(column, ""))
        try:
            record[column] = None if text is None else _value(kind, text, source)
        except Bad as reason:
            raise Bad(f"{column}: {reason}") from None
    required = REQUIRED[name] + (("payment_amount",) if record.get("has_purchased") else ())
    for column in required:
        if record[column] is None:
            raise Bad(f"{column}: missing")
    return record


def _value(kind: str, text: str, source: Source) -> Any:
    if kind == "text":
        return read_text(text)
    if kind == "bool":
        return read_bool(text)
    if kind == "time":
        return read_time(text, source.zone, source.date_format)
    number = read_number(text, source.decimal, source.thousands)
    if kind == "amount" and not 0 <= number <= LARGEST_AMOUNT:
        raise Bad("negative or above 1e15")
    if kind == "quantity" and number <= 0:
        raise Bad("not above 0")
    if kind in ("latitude", "longitude") and abs(number) > (90 if kind == "latitude" else 180):
        raise Bad("out of range")
    return number


def _null_smallest(value: Any) -> tuple[Any, ...]:
    return (0,) if value is None else (1, value)


def _null_largest(value: Any) -> tuple[Any, ...]:
    return (1,) if value is None else (0, value)


def _one_each(
    key: str, records: list[Record], rank: Callable[[Record], Any], choose: Callable[..., Record], counts: dict[str, int]
) -> tuple[list[Record], dict[str, int]]:
    """Of each key's records the one that `choose` (max or min) takes by `rank`."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[record[key]].append(record)
    kept = [group[0] if len(group) == 1 else choose(group, key=rank) for group in groups.values()]
    return kept, {**counts, "duplicates": len(records) - len(kept), "orphans": 0, "accepted": len(kept)}


def _without_orphans(
    records: list[Record], belongs: Callable[[Record], bool], counts: dict[str, int]
) -> tuple[list[Record], dict[str, int]]:
    kept = [record for record in records if belongs(record)]
    return kept, {**counts, "orphans": len(records) - len(kept), "accepted": len(kept)}


def _first_sessions(sessions: list[Record]) -> list[Record]:
    """Without a customers source: every client with a session, downloaded at his first."""
    first: dict[str, dt.datetime] = {}
    for session in sessions:
        client, start = session["client"], session["session_start_date"]
        first[client] = min(start, first.get(client, start))
    return [{"client": client, "download_date": moment, "signup_date": None} for client, moment in first.items()]


def _count_clients(sessions: list[Record], downloads: list[Record], counts: dict[str, int], customers: dict[str, int]) -> None:
    download = {record["client"]: record["download_date"] for record in downloads}
    first = {record["client"]: record["download_date"] for record in _first_sessions(sessions)}
    counts["unknown_client_sessions"] = sum(session["client"] not in download for session in sessions)
    customers["late_downloads"] = sum(client in first and first[client] < moment for client, moment in download.items())


def _joined(sessions: list[Record], lines: list[Record], deliveries: list[Record]) -> list[Record]:
    """Sessions with their basket (sorted lines) and delivery; the caller's records are extended."""
    baskets = defaultdict(list)
    for line in lines:
        baskets[line["id"]].append((line["product"], line["category"], line["price"], line["quantity"]))
    delivered = {delivery["id"]: delivery for delivery in deliveries}
    for session in sessions:
        basket = sorted(baskets.get(session["id"], []))
        names = ("product", "category", "price", "quantity")
        session["basket"] = [dict(zip(names, line, strict=True)) for line in basket] or None
        delivery = delivered.get(session["id"], {})
        session.update({f"delivery.{column}": delivery.get(column) for column in DELIVERY_COLUMNS})
    return sessions


def balanced(counts: dict[str, int]) -> bool:
    """read = accepted + rejected + duplicates + orphans."""
    total = Counter(counts)
    return total["read"] == total["accepted"] + total["rejected"] + total["duplicates"] + total["orphans"]
