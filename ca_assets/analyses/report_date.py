"""The default report date (REPORTS.md, As of): the last day that a report covers, from the data and the load's time, never "now"."""

from __future__ import annotations

import datetime as dt

import ibis

from ca_assets.shop import Calendar


def default_report_date(orders: ibis.Table, loaded_at: dt.datetime, calendar: Calendar) -> dt.date | None:
    """Day of the newest session that had started when the data were loaded, or the day before when that day had not ended by then.

    `orders` has `session_start_date` (instant) and `local_start` (wall clock); `loaded_at` is aware. None when no session is
    known by then: no day is complete yet.
    """
    started = orders.filter(orders.session_start_date <= ibis.literal(loaded_at.astimezone(dt.UTC), "timestamp('UTC')"))
    span = started.aggregate(newest=started.local_start.max(), oldest=started.session_start_date.min()).to_pyarrow().to_pylist()[0]
    if span["newest"] is None:
        return None
    day: dt.date = span["newest"].date()
    if calendar.as_of(day) > loaded_at:
        day -= dt.timedelta(days=1)
    return day if span["oldest"] < calendar.as_of(day) else None
