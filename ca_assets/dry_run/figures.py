"""Figures of a dry run from the clean tables of what was read. Belongs here: counting; what of it a sample cannot tell is None."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import ibis

from ca_assets.cleaning.build import EVENTS, CleanTables
from ca_assets.cleaning.engine_functions import wall_clock
from ca_assets.contracts.reserved import NONE
from ca_assets.dry_run.inspect import InspectedSource
from ca_assets.dry_run.result import DimensionFigures, Example, Reason, SourceCheck
from ca_assets.shop import Shop

EXAMPLES, TOP = 3, 10
MAIN = ("read", "accepted", "rejected", "duplicates", "orphans")
MOMENTS = {"sessions": "session_start_date", "customers": "download_date", "deliveries": "delivery_date"}
# Which other sources must have been read whole for a count to mean something: a row's partner may be outside the sample.
NEEDS = {
    ("sessions", "unknown_clients"): ("customers",),
    ("sessions", "unknown_client_sessions"): ("customers",),
    ("customers", "late_downloads"): ("sessions", "customers"),
}


def with_figures(source: InspectedSource, clean: CleanTables, whole: Collection[str], zone: str) -> SourceCheck:
    """The check of a source that was read; `whole`: the sources of which nothing was left out, and those that there are not."""
    name, counts = source.check.name, clean.counts[source.check.name]
    duplicates = counts["duplicates"] if name in whole else None
    orphans = counts["orphans"] if name in ("sessions", "customers") or "sessions" in whole else None
    known = {"duplicate": duplicates, "orphan": orphans}
    first, last = _days(name, clean, zone)
    return replace(
        source.check,
        read=counts["read"],
        accepted=counts["read"] - counts["rejected"] - (duplicates or 0) - (orphans or 0),
        rejected=counts["rejected"],
        duplicates=duplicates,
        orphans=orphans,
        counts={
            count: value if all(needed in whole for needed in NEEDS.get((name, count), ())) else None
            for count, value in counts.items()
            if count not in MAIN
        },
        reasons=[reason for reason in _reasons(source, clean) if known.get(reason.reason, 0) is not None],
        moment=MOMENTS.get(name),
        first=first,
        last=last,
    )


def events_check(sessions: InspectedSource, clean: CleanTables) -> SourceCheck | None:
    """What became of the events that sources are built of; None without such."""
    if clean.rows.events is None:
        return None
    check = SourceCheck(EVENTS, sessions.check.kind, sessions.check.where)
    counts = clean.counts[EVENTS]
    read, accepted, rejected, duplicates, orphans = (counts[count] for count in MAIN)
    return replace(
        check,
        read=read,
        accepted=accepted,
        rejected=rejected,
        duplicates=duplicates,
        orphans=orphans,
        counts={count: value for count, value in counts.items() if count not in MAIN},
        reasons=_reasons(replace(sessions, check=check), clean),
    )


def _days(name: str, clean: CleanTables, zone: str) -> tuple[str | None, str | None]:
    """First and last day of the accepted rows' moment, in the business time zone."""
    if name not in MOMENTS:
        return None, None
    rows = clean.rows.sources[name].typed
    accepted = rows.filter(rows["_reason"].isnull())
    local = wall_clock(zone, accepted[MOMENTS[name]])
    (span,) = accepted.aggregate(first=local.min(), last=local.max()).to_pyarrow().to_pylist()
    first, last = (None if moment is None else moment.date().isoformat() for moment in (span["first"], span["last"]))
    return first, last


def _reasons(source: InspectedSource, clean: CleanTables) -> list[Reason]:
    """Rows that left by reason, most first, each with the first of them by line."""
    name = source.check.name
    rejects = clean.rejects.filter(clean.rejects.source == name)
    place: Any = ibis.row_number().over(group_by="reason", order_by=[ibis.asc("line", nulls_first=False), "message", "row"])
    shown = rejects.mutate(place=place).filter(lambda t: t.place < EXAMPLES).order_by(["reason", "place"]).to_pyarrow().to_pylist()
    counts = sorted(clean.reasons[name].items(), key=lambda item: (-item[1], item[0]))
    return [Reason(reason, rows, [_example(source, row) for row in shown if row["reason"] == reason]) for reason, rows in counts]


def _example(source: InspectedSource, row: dict[str, Any]) -> Example:
    line, place = source.sample.place(row["line"])
    return Example(line, place, row["message"], json.loads(row["row"]) if row["row"] else None)


def currencies(clean: CleanTables) -> dict[str, int]:
    """Orders of each currency, most first."""
    orders = clean.orders.filter(clean.orders.has_purchased)
    table = orders.group_by("currency").agg(orders=orders.count()).order_by([ibis.desc("orders"), "currency"])
    return {row["currency"]: row["orders"] for row in table.to_pyarrow().to_pylist()}


def dimensions(clean: CleanTables, shop: Shop) -> list[DimensionFigures]:
    """Sessions by value of each mapped dimension."""
    return [_dimension(clean.orders, name) for name in shop.dimensions]


def _dimension(orders: ibis.Table, name: str) -> DimensionFigures:
    column = orders[f"dimensions.{name}"]
    counted = orders.group_by(value=column).agg(sessions=orders.count())
    is_set = counted["value"].notnull() & (counted["value"] != NONE)
    (row,) = counted.aggregate(different=counted.count(where=is_set), unset=counted["sessions"].sum(where=~is_set)).to_pyarrow().to_pylist()
    top = counted.filter(is_set).order_by([ibis.desc("sessions"), "value"]).limit(TOP).to_pyarrow().to_pylist()
    return DimensionFigures(name, row["different"], row["unset"] or 0, [(row["value"], row["sessions"]) for row in top])
