"""Orders and revenue of the last complete month: the figures by which a shop's owner sees whether the mapping is right."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import ibis

from ca_assets.analyses.report_date import default_report_date
from ca_assets.analyses.sums import exact_sum
from ca_assets.loads.dry_run_look import Looking, SourceLook
from ca_assets.loads.dry_run_result import MonthSeen
from ca_assets.shop import DATABASE_KINDS, Shop, SourcesConfig
from ca_assets.sources.sample_part import Days, Moments, SampledSource, part_of_source
from ca_assets.tables.load import CleanTables, build_tables

NAMES = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
PART_WORDS = ("from all rows of it", "from the parts of the file that have it as far as its sample tells")
NOT_FROM_A_SAMPLE = "a sample cannot tell; read everything (--all)"


def last_month(clean: CleanTables | None, sessions: SourceLook, looking: Looking) -> MonthSeen:
    """Of the last month that is complete as of the default report date; with a note when it cannot be told."""
    if clean is None:
        return MonthSeen(None, "", None, None, note="sessions cannot be read")
    month = last_complete_month(clean.orders, looking.shop)
    if month is None:
        return MonthSeen(None, "", None, None, note="the data cover no complete month yet")
    return month_of(clean.orders, month) if sessions.sample.is_whole else _month_of_part(clean, sessions, looking, month)


def _month_of_part(clean: CleanTables, sessions: SourceLook, looking: Looking, month: str) -> MonthSeen:
    """The month from a part of a large source that has all of it, where there is such a part."""
    is_live = sessions.config.kind in DATABASE_KINDS
    for wanted in dict.fromkeys([_month_by_clock(looking.shop), month] if is_live else [month]):
        orders = _orders_of_part(clean, sessions, looking, wanted)
        found = last_complete_month(orders, looking.shop) if orders is not None and is_live else wanted
        if orders is not None and found is not None:
            return replace(month_of(orders, found), note=PART_WORDS[sessions.config.kind == "csv"])
    return MonthSeen(month, words(month), None, None, note=NOT_FROM_A_SAMPLE)


def _orders_of_part(clean: CleanTables, sessions: SourceLook, looking: Looking, month: str) -> ibis.Table | None:
    shop, config = looking.shop, sessions.config
    first = dt.date.fromisoformat(f"{month}-01")
    since, until = (shop.calendar.day_start(day) for day in (first, (first + dt.timedelta(days=31)).replace(day=1)))
    zone = ZoneInfo(config.timezone) if config.timezone else shop.calendar.zone
    days = Days(config.columns["session_start_date"], since, until, zone)
    reading = looking.beside(f"month-{month}")
    part = part_of_source(SampledSource("sessions", config, sessions.sample, _moments(clean)), reading, days)
    if part is None:
        return None
    only = SourcesConfig(sessions=part)
    alone = shop.model_copy(update={"sources": only})
    return build_tables(alone, looking.con, reading.staging, secret=reading.secret).orders


def _moments(clean: CleanTables) -> Moments:
    """Lines and moments of the sample's good rows."""
    rows = clean.rows["sessions"].typed
    good = rows.filter(rows["_reason"].isnull() & rows["_line"].notnull())
    table = good.select("_line", seconds=good["session_start_date"].epoch_seconds()).to_pyarrow()
    return Moments(table["_line"].to_numpy(), table["seconds"].to_numpy().astype("float64"))


def _month_by_clock(shop: Shop) -> str:
    today = dt.datetime.now(shop.calendar.zone).date()
    return f"{today.replace(day=1) - dt.timedelta(days=1):%Y-%m}"


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
    found = known.group_by("currency").agg(orders=known.count(), revenue=exact_sum(known.payment_amount)).order_by("currency")
    rows = found.to_pyarrow().to_pylist()
    revenues = {row["currency"]: row["revenue"] for row in rows}
    note = "amounts of several currencies are not added up" if len(rows) > 1 else ""
    revenue = 0.0 if not rows else next(iter(revenues.values())) if len(rows) == 1 else None
    return MonthSeen(month, words(month), sum(row["orders"] for row in rows), revenue, revenues, note)
