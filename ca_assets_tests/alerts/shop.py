"""A published shop with flags and daily figures, made in milliseconds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from ca_assets.analyses.core.family import catalogue
from ca_assets.analyses.core.report import ReportSet
from ca_assets.index.embedded.index import EmbeddedIndex
from ca_assets.lake.lake import Lake
from ca_assets.settings.database import Database, open_database
from ca_assets.settings.process import ProcessSettings

DAY = dt.date(2024, 3, 13)  # a Wednesday
NOW = dt.datetime(2024, 3, 14, 9, tzinfo=dt.UTC)  # 10 o'clock in Berlin
META: dict[str, Any] = {"shop": "Blue Kettle", "currency": "EUR", "calendar": {"timezone": "Europe/Berlin", "week_start": "monday"}}
Row = dict[str, Any]


def flag(scope: str = "all", period: dt.date = DAY, **values: Any) -> Row:
    """A row of `anomalies/flags`: orders were half of what was expected."""
    row = {
        **{"scope": scope, "group": "orders", "grain": "daily", "period": period, "first_flagged": period, "verdict": "business_changed"},
        **{"score": 6.0, "threshold": 3.5, "series": "orders", "actual": 50.0, "expected": 100.0, "change_rate": -0.5},
    }
    return {**row, **values}


@dataclass
class FlaggedShop:
    """An installation with a published shop, whose flags and figures tests choose."""

    settings: ProcessSettings
    generation: int = 0
    database: Database = field(init=False)

    def __post_init__(self) -> None:
        self.database = open_database(self.settings)

    def publish(self, flags: Sequence[Row] = (), orders: Mapping[dt.date, int] | None = None, day: dt.date = DAY) -> None:
        """Publish flags and orders per day as of a day."""
        index = EmbeddedIndex(self.settings.index_file, Lake(self.settings.lake_root))
        self.generation += 1
        scopes = tuple(dict.fromkeys(["all", "country=FR", "country=DE", *(row["scope"] for row in flags)]))
        for reports in (self._anomalies(flags, scopes, day), self._stats(orders or {}, scopes, day)):
            index.stage_reports(f"g{self.generation}", reports)
        index.switch(f"g{self.generation}", {**META, "report_date": day.isoformat()})

    def _anomalies(self, flags: Sequence[Row], scopes: tuple[str, ...], day: dt.date) -> ReportSet:
        cause = {"dimension": "country", "value": "FR", "actual": 1.0, "expected": 42.5, "contribution": -41.5, "rank": 1}
        causes = [
            {name: row[name] for name in ("scope", "group", "grain", "period")} | cause | {"contribution_share": 0.83} for row in flags
        ]
        series = [
            {"scope": scope, "period": day - dt.timedelta(days=back), "complete": True, "series_order": 0, "series": "orders",
             "actual": 100.0 + back % 3, "expected": 100.0, "expected_low": 90.0, "expected_high": 110.0, "z": 0.1, "change_previous": 0.0,
             "change_comparable": 0.0} for scope in scopes for back in range(40)
        ]  # fmt: skip
        rows = {"flags": list(flags), "causes": causes, "orders_daily": series}
        return ReportSet("anomalies", day, {name: _table(f"anomalies/{name}", each) for name, each in rows.items()}, scopes)

    def _stats(self, orders: Mapping[dt.date, int], scopes: tuple[str, ...], day: dt.date) -> ReportSet:
        week = sum(count for period, count in orders.items() if day - dt.timedelta(days=7) < period <= day)
        kpis = [{"scope": scope, "metric": "orders", "total": 1.0, "last_7_days": float(week), "previous_7_days": 500.0,
                 "change_rate": week / 500 - 1} for scope in scopes]  # fmt: skip
        daily = [
            {"scope": scope, "period": period, "complete": True, "orders": count} for scope in scopes for period, count in orders.items()
        ]
        rows: dict[str, list[Row]] = {"kpis": kpis, "daily_orders": daily}
        return ReportSet("stats", day, {name: _table(f"stats/{name}", each) for name, each in rows.items()}, scopes)


def _table(path: str, rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=pa.schema([("scope", pa.string()), *catalogue()[path].schema]))
