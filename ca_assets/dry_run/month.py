"""Orders and revenue of the last complete month: the figures by which a shop's owner sees whether the mapping is right."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import ibis

from ca_assets.analyses.core.context import default_report_date
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.cleaning.build import CleanTables, build_tables
from ca_assets.dry_run.inspect import InspectedSource, Inspection
from ca_assets.dry_run.result import MonthFigures, MonthNote
from ca_assets.shop import Shop, SourcesConfig
from ca_assets.sources.sampling.month import Days, Moments, SampledSource, part_of_source
from ca_assets.zones import zone_of


def last_month(clean: CleanTables | None, sessions: InspectedSource, inspection: Inspection) -> MonthFigures:
    """Of the last month that is complete as of the default report date; with a note when it cannot be told."""
    if clean is None:
        return MonthFigures(None, None, None, note=MonthNote.SESSIONS_UNUSABLE)
    month = last_complete_month(clean.orders, inspection.shop)
    if month is None:
        return MonthFigures(None, None, None, note=MonthNote.NO_COMPLETE_MONTH)
    return month_figures(clean.orders, month) if sessions.sample.is_whole else _from_part(clean, sessions, inspection, month)


def _from_part(clean: CleanTables, sessions: InspectedSource, inspection: Inspection, month: str) -> MonthFigures:
    """The month from a part of a large source that has all of it, where there is such a part."""
    shop, is_live = inspection.shop, sessions.config.is_database
    by_clock = _month_before(dt.datetime.now(shop.calendar.zone).date())
    for wanted in dict.fromkeys([by_clock, month] if is_live else [month]):
        orders = _orders_of_part(clean, sessions, inspection, wanted)
        complete = last_complete_month(orders, shop) if orders is not None and is_live else wanted
        if orders is not None and complete is not None:
            note = MonthNote.PARTS_OF_THE_FILE if sessions.config.kind == "csv" else MonthNote.ALL_ITS_ROWS
            return replace(month_figures(orders, complete), note=note)
    return MonthFigures(month, None, None, note=MonthNote.NOT_FROM_A_SAMPLE)


def _orders_of_part(clean: CleanTables, sessions: InspectedSource, inspection: Inspection, month: str) -> ibis.Table | None:
    """Orders of a part of the sessions that has all rows of the month; None when there is no such part."""
    shop, config = inspection.shop, sessions.config
    first = dt.date.fromisoformat(f"{month}-01")
    since, until = (shop.calendar.day_start(day) for day in (first, (first + dt.timedelta(days=31)).replace(day=1)))
    zone = zone_of(config.timezone) if config.timezone else shop.calendar.zone
    days = Days(config.columns["session_start_date"], since, until, zone)
    reading = inspection.reading_in(f"month-{month}")
    part = part_of_source(SampledSource("sessions", config, sessions.sample, _moments(clean)), reading, days)
    if part is None:
        return None
    sessions_alone = shop.model_copy(update={"sources": SourcesConfig(sessions=part)})
    return build_tables(sessions_alone, inspection.con, reading.staging, secret=reading.secret).orders


def _moments(clean: CleanTables) -> Moments:
    """Lines and moments of the sample's good rows."""
    rows = clean.rows.sources["sessions"].typed
    accepted = rows.filter(rows["_reason"].isnull() & rows["_line"].notnull())
    table = accepted.select("_line", seconds=accepted["session_start_date"].epoch_seconds()).to_pyarrow()
    return Moments(table["_line"].to_numpy(), table["seconds"].to_numpy().astype("float64"))


def _month_before(day: dt.date) -> str:
    """The month (`2024-02`) before that of a day."""
    return f"{day.replace(day=1) - dt.timedelta(days=1):%Y-%m}"


def last_complete_month(orders: ibis.Table, shop: Shop) -> str | None:
    """`2024-02`: the last month that had fully passed on the report date, if sessions of it or of earlier ones are known."""
    day = default_report_date(orders, dt.datetime.now(dt.UTC), shop.calendar)
    if day is None:
        return None
    month = _month_before(day + dt.timedelta(days=1))
    first = orders.aggregate(first=orders.month.min()).to_pyarrow().to_pylist()[0]["first"]
    return month if first <= month else None


def month_figures(orders: ibis.Table, month: str) -> MonthFigures:
    """The orders of that month; revenue by currency, never added up over several."""
    purchased = orders.filter((orders.month == month) & orders.has_purchased)
    sums = purchased.group_by("currency").agg(orders=purchased.count(), revenue=exact_sum(purchased.payment_amount)).order_by("currency")
    rows = sums.to_pyarrow().to_pylist()
    revenues = {row["currency"]: row["revenue"] for row in rows}
    revenue = 0.0 if not rows else next(iter(revenues.values())) if len(rows) == 1 else None
    note = MonthNote.SEVERAL_CURRENCIES if len(rows) > 1 else None
    return MonthFigures(month, sum(row["orders"] for row in rows), revenue, revenues, note)
