"""What an analysis is told besides the tables: the shop's mapping and calendar, and the last day that the report covers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ibis

from ca_assets.shop import Calendar, Shop


@dataclass(frozen=True)
class Tables:
    """The clean tables as lazy Ibis tables of one engine (columns: `ca_assets.contracts.tables`).

    `basket_lines` is None when no baskets are mapped.
    """

    orders: ibis.Table
    downloads: ibis.Table
    basket_lines: ibis.Table | None = None


@dataclass(frozen=True)
class Context:
    """Arguments of every analysis. `report_date` is D, None when no day is complete yet (then reports have no rows).

    `windows`: also the reports of the last 7, 28, 90 and 365 days. `range_days`: nothing but the reports that have windows, of the last
    so many days, whatever that number is, and without a suffix (`core.selection` makes the base tables for it).
    """

    shop: Shop
    report_date: dt.date | None
    windows: bool = True
    range_days: int | None = None

    @property
    def is_range(self) -> bool:
        """Whether only the reports that have windows are wanted, of a range of days."""
        return self.range_days is not None

    @property
    def as_of(self) -> dt.datetime | None:
        """First instant (UTC) after D."""
        return self.shop.calendar.as_of(self.report_date) if self.report_date else None


def default_report_date(orders: ibis.Table, loaded_at: dt.datetime, calendar: Calendar) -> dt.date | None:
    """The default D (docs/contract, section 1, As of), from the data and the load's time, never "now".

    It is the day of the newest session that had started when the data were loaded, or the day before when that day had not ended by then.

    `orders` has `session_start_date` (instant) and `local_start` (wall clock); `loaded_at` is aware. None when no session is
    known by then: no day is complete yet.
    """
    started = orders.filter(orders.session_start_date <= ibis.literal(loaded_at.astimezone(dt.UTC), "timestamp('UTC')"))
    span = started.aggregate(newest=started.local_start.max(), oldest=started.session_start_date.min()).to_pyarrow().to_pylist()[0]
    if span["newest"] is None:
        return None
    day: dt.date = span["newest"].date()
    if calendar.as_of(day) > loaded_at:
        day = calendar.day_before(day)
    return day if span["oldest"] < calendar.as_of(day) else None
