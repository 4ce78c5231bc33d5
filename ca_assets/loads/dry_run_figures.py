"""Figures of a dry run from the clean tables of what was read. Belongs here: counting; what of it a sample cannot tell is None."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import ibis

from ca_assets.loads.dry_run_look import SourceLook
from ca_assets.loads.dry_run_result import DimensionSeen, Example, Reason, SourceCheck
from ca_assets.shop import Shop
from ca_assets.tables.load import CleanTables
from ca_assets.tables.walltime import wall_clock

EXAMPLES, TOP = 3, 10
MAIN = ("read", "accepted", "rejected", "duplicates", "orphans")
MOMENTS = {"sessions": "session_start_date", "customers": "download_date", "deliveries": "delivery_date"}
# Which other sources must have been read whole for a count to mean something: a row's partner may be outside the sample.
NEEDS = {
    ("sessions", "unknown_clients"): ("customers",),
    ("sessions", "unknown_client_sessions"): ("customers",),
    ("customers", "late_downloads"): ("sessions", "customers"),
}


def with_counts(look: SourceLook, clean: CleanTables, wholes: set[str], zone: str) -> SourceCheck:
    """The check of a source that was read; `wholes`: the sources of which nothing was left out, and those that there are not."""
    unread, counts = look.unread(), clean.counts[look.name]
    duplicates = counts["duplicates"] if look.name in wholes else None
    orphans = counts["orphans"] if look.name in ("sessions", "customers") or "sessions" in wholes else None
    gone = {"duplicate": duplicates, "orphan": orphans}
    first, last = _span(look.name, clean, zone)
    return SourceCheck(
        **{
            **unread.__dict__,
            "read": counts["read"],
            "accepted": counts["read"] - counts["rejected"] - (duplicates or 0) - (orphans or 0),
            "rejected": counts["rejected"],
            "duplicates": duplicates,
            "orphans": orphans,
            "counts": {name: _judged(look.name, name, value, wholes) for name, value in counts.items() if name not in MAIN},
            "reasons": [reason for reason in _reasons(look, clean) if gone.get(reason.reason, 0) is not None],
            "moment": MOMENTS.get(look.name),
            "first": first,
            "last": last,
        }
    )


def _judged(source: str, count: str, value: int, wholes: set[str]) -> int | None:
    return value if all(name in wholes for name in NEEDS.get((source, count), ())) else None


def _span(name: str, clean: CleanTables, zone: str) -> tuple[str | None, str | None]:
    """First and last day of the accepted rows' moment, in the business time zone."""
    if name not in MOMENTS:
        return None, None
    rows = clean.rows[name].typed
    good = rows.filter(rows["_reason"].isnull())
    local = wall_clock(zone, good[MOMENTS[name]])
    (found,) = good.aggregate(first=local.min(), last=local.max()).to_pyarrow().to_pylist()
    return _day(found["first"]), _day(found["last"])


def _day(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.date().isoformat()


def _reasons(look: SourceLook, clean: CleanTables) -> list[Reason]:
    """Rows that left by reason, most first, each with the first of them by line."""
    gone = clean.rejects.filter(clean.rejects.source == look.name)
    place: Any = ibis.row_number().over(group_by="reason", order_by=[ibis.asc("line", nulls_first=False), "message", "row"])
    shown = gone.mutate(place=place).filter(lambda t: t.place < EXAMPLES).order_by(["reason", "place"]).to_pyarrow().to_pylist()
    counts = sorted(clean.reasons[look.name].items(), key=lambda item: (-item[1], item[0]))
    return [Reason(reason, rows, [_example(look, row) for row in shown if row["reason"] == reason]) for reason, rows in counts]


def _example(look: SourceLook, row: dict[str, Any]) -> Example:
    line, place = look.sample.place(row["line"])
    return Example(line, place, row["message"], json.loads(row["row"]) if row["row"] else None)


def currencies(clean: CleanTables) -> dict[str, int]:
    """Orders of each currency, most first."""
    orders = clean.orders.filter(clean.orders.has_purchased)
    table = orders.group_by("currency").agg(orders=orders.count()).order_by([ibis.desc("orders"), "currency"])
    return {row["currency"]: row["orders"] for row in table.to_pyarrow().to_pylist()}


def dimensions(clean: CleanTables, shop: Shop) -> list[DimensionSeen]:
    """Sessions by value of each mapped dimension."""
    return [_dimension(clean.orders, name) for name in shop.dimensions]


def _dimension(orders: ibis.Table, name: str) -> DimensionSeen:
    column = orders[f"dimensions.{name}"]
    counted = orders.group_by(value=column).agg(sessions=orders.count())
    is_set = counted["value"].notnull() & (counted["value"] != "__none__")
    facts = counted.aggregate(different=counted.count(where=is_set), unset=counted["sessions"].sum(where=~is_set))
    (found,) = facts.to_pyarrow().to_pylist()
    top = counted.filter(is_set).order_by([ibis.desc("sessions"), "value"]).limit(TOP).to_pyarrow().to_pylist()
    return DimensionSeen(name, found["different"], found["unset"] or 0, [(row["value"], row["sessions"]) for row in top])
