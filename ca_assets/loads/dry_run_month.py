"""Orders and revenue of the last complete month: the figures by which a shop's owner sees whether the mapping is right."""

from __future__ import annotations

import datetime as dt

import ibis

from ca_assets.analyses.report_date import default_report_date
from ca_assets.loads.dry_run_look import Looking, SourceLook
from ca_assets.loads.dry_run_result import MonthSeen
from ca_assets.shop import Shop
from ca_assets.tables.load import CleanTables

NAMES = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
NOT_FROM_A_SAMPLE = "a sample cannot tell; read everything (--all)"


def last_month(clean: CleanTables | None, sessions: SourceLook, looking: Looking) -> MonthSeen:
    """Of the last month that is complete as of the default report date; with a note when it cannot be told."""
    if clean is None:
        return MonthSeen(None, "", None, None, note="sessions cannot be read")
    month = last_complete_month(clean.orders, looking.shop)
    if month is None:
        return MonthSeen(None, "", None, None, note="the data cover no complete month yet")
    if not sessions.sample.is_whole:
        return MonthSeen(month, words(month), None, None, note=NOT_FROM_A_SAMPLE)
    return month_of(clean.orders, month)


def last_complete_month(orders: ibis.Table, shop: Shop) -> str | None:
    """`2024-02`: the last month that had fully passed on the report date, if sessions of it or of earlier ones are known."""
    day = default_report_date(orders, dt.datetime.now(dt.UTC), shop.calendar)
    if day is None:
        return None
    tomorrow = day + dt.timedelta(days=1)
    month = f"{tomorrow.replace(day=1) - dt.timedelta(days=1):%Y-%m}"
    first = orders.aggregate(first=orders.month.min()).to_pyarrow().to_pylist()[0]["first"]
    return month if first <= month else None


def words(month: str) -> str:
    """February 2024."""
    return f"{NAMES[int(month[5:]) - 1]} {month[:4]}"


def month_of(orders: ibis.Table, month: str) -> MonthSeen:
    """The orders of that month; revenue by currency, never added up over several."""
    known = orders.filter((orders.month == month) & orders.has_purchased)
    found = known.group_by("currency").agg(orders=known.count(), revenue=known.payment_amount.sum()).order_by("currency")
    rows = found.to_pyarrow().to_pylist()
    revenues = {row["currency"]: round(row["revenue"], 10) for row in rows}
    note = "amounts of several currencies are not added up" if len(rows) > 1 else ""
    revenue = 0.0 if not rows else next(iter(revenues.values())) if len(rows) == 1 else None
    return MonthSeen(month, words(month), sum(row["orders"] for row in rows), revenue, revenues, note)
