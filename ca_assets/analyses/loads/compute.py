"""Reports `loads/*`: what each load read, and which months it changed. From the recorded loads, not from orders; for `all` only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.report import ReportSet, ReportSpec
from ca_assets.analyses.loads.specs import NAME, REPORTS
from ca_assets.contracts.alarms import alarms_of

Entry = Mapping[str, Any]
MOST_LOADS = 1000


def run(inputs: Inputs, context: Context) -> Result:
    """The reports of the last loads."""
    loads = inputs.ledger[-MOST_LOADS:]
    changed = len(loads[-1].get("restated", [])) if loads else 0
    return Result(ledger_reports(loads, context.report_date), f"{len(loads):,} loads; the last one changed {changed:,} months")


def ledger_reports(loads: Sequence[Entry], report_date: dt.date | None) -> ReportSet:
    """The reports from the recorded loads (the lake's ledger: `loaded_at`, `counts`, `reads`, `restated`, `is_full`, `alarms`)."""
    rows = {
        "ledger": [row for load in loads for row in _ledger_rows(load)],
        "sources": [row for load in loads for row in _source_rows(load)],
        "alarms": [row for load in loads for row in _alarm_rows(load)],
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
        "rows_read": sum(read["rows"] for read in reads.values()) if reads else sum(counts["read"] for counts in load["counts"].values()),
    }
    return [{**facts, **_month_row(month)} for month in load.get("restated") or [{}]]


def _month_row(month: Entry) -> dict[str, Any]:
    if not month:  # a load that changed nothing
        return {"rows_added": 0, "rows_removed": 0, "rows_changed": 0}
    money = ("orders_before", "orders_after", "revenue_before", "revenue_after")
    moves = {f"rows_{kind}": month[kind] for kind in ("added", "removed", "changed")}
    return {"month": _first_day(month["month"]), **moves, **{name: month[name] for name in money}}


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


def _alarm_rows(load: Entry) -> list[dict[str, Any]]:
    moment = dt.datetime.fromisoformat(load["loaded_at"])
    return [{"loaded_at": moment, **asdict(alarm), "share": alarm.share} for alarm in alarms_of(load)]


def _read_row(read: Entry | None, rows: int) -> dict[str, Any]:
    if read is None:  # recorded before loads read in parts
        return {"how": "whole", "rows_read": rows}
    return {"how": read["how"], "since": _first_day(read["since"]), "rows_read": read["rows"]}


def _first_day(month: str | None) -> dt.date | None:
    return dt.date.fromisoformat(f"{month}-01") if month else None
