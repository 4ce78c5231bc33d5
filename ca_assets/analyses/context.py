"""What an analysis is told besides the tables: the shop's mapping and calendar, and the day that the report covers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ibis

from ca_assets.shop import Shop


@dataclass(frozen=True)
class Tables:
    """The clean tables as lazy Ibis tables of one engine (columns: `ca_assets.tables.contracts`).

    `basket_lines` is None when no baskets are mapped.
    """

    orders: ibis.Table
    downloads: ibis.Table
    basket_lines: ibis.Table | None = None


@dataclass(frozen=True)
class Context:
    """Arguments of every analysis. `report_date` is D, None when no day is complete yet (then reports have no rows)."""

    shop: Shop
    report_date: dt.date | None

    @property
    def as_of(self) -> dt.datetime | None:
        """First instant (UTC) after D."""
        return self.shop.calendar.as_of(self.report_date) if self.report_date else None
