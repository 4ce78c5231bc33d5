"""Reports `loads/*`: what each load read, and which months it changed. From the recorded loads, not from orders; for `all` only.

Not a family of analyses (it has no base tables): the asset `loads` publishes it with the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from ca_assets.analyses.report import Column, ReportSet, ReportSpec

NAME = "loads"
LOADED_AT = Column("loaded_at", "time", "when the load read its sources")
REPORTS = (
    ReportSpec(
        NAME,
        "ledger",
        "Months that each load changed",
        "One row per load and month whose sessions changed by it, with orders and revenue before and after; a load that changed nothing "
        "has one row without a month. A session that moved to another month is removed from one and added to the other.",
        ("loaded_at", "month"),
        (
            LOADED_AT,
            Column("is_full", "bool", "all sources were read whole"),
            Column("rows_read", "int", "rows of all sources that this load read"),
            Column("month", "date", "first day of the month that changed, in the business time zone"),
            Column("rows_added", "int", "sessions that are new in the month"),
            Column("rows_removed", "int", "sessions that are no longer in the month"),
            Column("rows_changed", "int", "sessions of the month of which something else changed"),
            Column("orders_before", "int", "orders of the month before the load"),
            Column("orders_after", "int", "orders of the month after the load"),
            Column("revenue_before", "float", "sum of payment amounts before; null with several currencies"),
            Column("revenue_after", "float", "sum of payment amounts after; null with several currencies"),
        ),
        is_series=False,
    ),
    ReportSpec(
        NAME,
        "sources",
        "What each load read",
        "One row per load and source. `rows` are all rows of the source as far as they are known, of which this load read `rows_read` "
        "again: rows = accepted + rejected + duplicates + orphans.",
        ("loaded_at", "source"),
        (
            LOADED_AT,
            Column("source", "str", "sessions, customers, baskets or deliveries"),
            Column("how", "str", "whole, months (from `since` on), files (new or changed ones) or unchanged (not read)"),
            Column("since", "date", "first day of the first month read; null unless `how` is months"),
            Column("rows_read", "int", "rows that this load read"),
            Column("rows", "int", "all rows of the source"),
            Column("accepted", "int", "rows that are in the tables"),
            Column("rejected", "int", "rows that cannot be used"),
            Column("duplicates", "int", "rows whose key another row has"),
            Column("orphans", "int", "rows whose order is unknown"),
        ),
        is_series=False,
    ),
)
Entry = Mapping[str, Any]


def ledger_reports(loads: Sequence[Entry], report_date: dt.date | None) -> ReportSet:
    """Both reports from the recorded loads (the lake's ledger: `loaded_at`, `counts`, `reads`, `restated`, `is_full`)."""
    rows = {
        "ledger": [row for each in loads for row in _ledger_rows(each)],
        "sources": [row for each in loads for row in _source_rows(each)],
    }
    tables = {spec.type: _table(rows[spec.type], spec) for spec in REPORTS}
    meta = {"definitions": {spec.type: spec.definition for spec in REPORTS}}
    return ReportSet(NAME, report_date, tables, ("all",), meta)


def _table(rows: Sequence[Entry], spec: ReportSpec) -> pa.Table:
    schema = pa.schema([("scope", pa.string()), *spec.schema])
    return pa.Table.from_pylist([{"scope": "all", **row} for row in rows], schema=schema)


def _ledger_rows(load: Entry) -> list[dict[str, Any]]:
    reads = load.get("reads", {})
    facts = {
        "loaded_at": dt.datetime.fromisoformat(load["loaded_at"]),
        "is_full": load.get("is_full", True),
        "rows_read": sum(read["rows"] for read in reads.values()) if reads else sum(each["read"] for each in load["counts"].values()),
    }
    return [{**facts, **_month_row(each)} for each in load.get("restated") or [{}]]


def _month_row(found: Entry) -> dict[str, Any]:
    if not found:
        return {"rows_added": 0, "rows_removed": 0, "rows_changed": 0}
    money = ("orders_before", "orders_after", "revenue_before", "revenue_after")
    moves = {f"rows_{kind}": found[kind] for kind in ("added", "removed", "changed")}
    return {"month": _first_day(found["month"]), **moves, **{name: found[name] for name in money}}


def _source_rows(load: Entry) -> list[dict[str, Any]]:
    moment = dt.datetime.fromisoformat(load["loaded_at"])
    return [
        {
            "loaded_at": moment,
            "source": source,
            **_read_row(load.get("reads", {}).get(source), counts["read"]),
            "rows": counts["read"],
            **{name: counts[name] for name in ("accepted", "rejected", "duplicates", "orphans")},
        }
        for source, counts in load["counts"].items()
    ]


def _read_row(read: Entry | None, rows: int) -> dict[str, Any]:
    if read is None:  # recorded before loads read in parts
        return {"how": "whole", "rows_read": rows}
    return {"how": read["how"], "since": _first_day(read["since"]), "rows_read": read["rows"]}


def _first_day(month: str | None) -> dt.date | None:
    return dt.date.fromisoformat(f"{month}-01") if month else None
