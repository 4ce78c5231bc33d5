"""The true customer funnel (`customers_conversion`) and the table of customers per scope that it shares with the volumes.

A customer's way through download, signup and actions does not depend on the scope (`customers`); what does is his first session
and order there, in time. Because an order is a session too, the first order at or after the previous step's moment is never
before the first such session, so one minimum per (scope, client) suffices for each.
"""

from __future__ import annotations

from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.base import Base, by_scope, to_numpy, union_all
from ca_assets.analyses.core.calendar import elapsed_hours, periods
from ca_assets.analyses.core.customers import conversion_steps
from ca_assets.analyses.core.intervals import ratio, wilson
from ca_assets.analyses.core.rows import Labels, per_scope, rows
from ca_assets.analyses.funnels.specs import SPECS


def members(base: Base, *, has_key: bool = False) -> ibis.Table:
    """One row per (scope, customer of the scope); `all` has everyone, also who has no session.

    Columns: scope, key (only with `has_key`), month, is_mature, `hour_<i>` per moment (customer steps, then first session and first
    purchase in the scope), `wait_<i>` per customer step but the download and, likewise, for session and purchase (null: not reached).
    """
    visits, count = base.sessions, len(base.steps)
    wall_hour = ((visits.day + base.session_days.first_number) * 24 + visits.hour).cast("int32")
    in_time = visits.is_reached
    firsts = by_scope(
        base,
        visits,
        ["key"],
        {
            f"hour_{count}": wall_hour.argmin(visits.start),
            f"hour_{count + 1}": wall_hour.argmin(visits.start, where=visits.purchased),
            "session_at": visits.start.min(where=in_time),
            "purchase_at": visits.start.min(where=in_time & visits.purchased),
        },
    )
    customers = base.customers.drop("client", "reach_from")
    absent = customers.anti_join(visits.select("key").distinct(), "key")
    absent = absent.mutate(
        **{f"hour_{count + i}": ibis.null("int32") for i in (0, 1)}, **{f"wait_{count + i}": ibis.null("float64") for i in (0, 1)}
    ).mutate(scope=ibis.literal(0, "int16"))
    present = firsts.inner_join(customers, "key")
    began = present.until - ibis.interval(hours=24 * base.context.shop.settings.conversion_window_days)
    present = present.mutate(
        **{f"wait_{count}": elapsed_hours(began, present.session_at), f"wait_{count + 1}": elapsed_hours(began, present.purchase_at)}
    )
    columns = [name for name in absent.columns if name != "until" and (has_key or name != "key")]
    return ibis.union(present.select(*columns), absent.select(*columns))


def conversion(base: Base, everyone: ibis.Table) -> pa.Table:
    """Rows per grain, period, step: first the months of the customer range, then the total as one more period."""
    span = periods(base.customer_days, "monthly", base.context.shop.calendar)
    steps = conversion_steps(base.context.shop)
    shape = (len(base.scopes.names), len(span) + 1, len(steps))
    months = (span.first_days[0].astype("M8[M]").astype(int), len(span))
    entered, mature = _entered(everyone, shape[:2], months)
    reached, medians, p90s = _reached(base, everyone, shape, months)
    reached[:, :, 0] = mature
    medians[:, :, 0] = p90s[:, :, 0] = np.where(mature > 0, 0.0, np.nan)
    low, high = wilson(reached, np.broadcast_to(mature[:, :, None], shape))
    order = np.arange(len(steps))
    columns = {
        "grain": Labels(["month", "total"], (np.arange(len(span) + 1) == len(span)).astype(int)[:, None]),
        "period": np.append(span.first_days, np.datetime64(base.customer_days.first, "D"))[:, None],
        "complete": np.append(span.complete, True)[:, None],
        "step_order": order,
        "step": Labels(steps, order),
        "entered": entered[:, :, None],
        "undecided": (entered - mature)[:, :, None],
        "mature": mature[:, :, None],
        "customers": reached,
        "rate": ratio(reached, mature[:, :, None]),
        "rate_low": low,
        "rate_high": high,
        "median_hours": medians,
        "p90_hours": p90s,
    }
    return rows(SPECS["customers_conversion"], base.scopes.names, per_scope(base.scopes.names, 3), shape, columns)


def _entered(everyone: ibis.Table, shape: tuple[int, ...], months: tuple[int, int]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Customers with a download by scope and month, and the mature ones; the last column is the total."""
    entered = everyone.filter(everyone.hour_0.notnull())
    by_month = to_numpy(entered.group_by("scope", "month").aggregate(n=entered.count(), mature=entered.is_mature.cast("int32").sum()))
    counts = np.zeros((2, *shape), dtype=np.int64)
    counts[:, by_month["scope"], by_month["month"] - months[0]] = by_month["n"], by_month["mature"]
    counts[:, :, -1] = counts.sum(axis=2)
    return counts[0], counts[1]


def _reached(
    base: Base, everyone: ibis.Table, shape: tuple[int, ...], months: tuple[int, int]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Customers, median and 90th percentile of hours by scope, month (last: total) and step (0 is filled by the caller)."""
    counts = np.zeros(shape, dtype=np.int64)
    medians, p90s = np.full(shape, np.nan), np.full(shape, np.nan)
    names = (*base.steps, "session", "purchase")
    pieces = [
        everyone.filter(everyone[f"wait_{names.index(step)}"].notnull()).select(
            "scope", "month", step=ibis.literal(i, "int16"), hours=everyone[f"wait_{names.index(step)}"]
        )
        for i, step in enumerate(conversion_steps(base.context.shop))
        if i > 0
    ]
    if pieces:
        waits = union_all(pieces)
        total = waits.mutate(month=ibis.literal(months[0] + months[1], waits.month.type()))
        for table in (waits, total):
            summary = to_numpy(_summary(table))
            where = (summary["scope"], summary["month"] - months[0], summary["step"])
            counts[where], medians[where], p90s[where] = summary["n"], summary["median"], summary["p90"]
    return counts, medians, p90s


def _summary(waits: ibis.Table) -> ibis.Table:
    """Type 7 quantiles (linear interpolation) are the engine's own."""
    return waits.group_by("scope", "month", "step").aggregate(
        n=waits.count(), median=waits.hours.quantile(0.5), p90=waits.hours.quantile(0.9)
    )
