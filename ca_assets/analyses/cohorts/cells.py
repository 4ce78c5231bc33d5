"""Cohorts as arrays: the events that start and end a wait, customers per cohort and offset, what cohorts brought; and these as report rows.

Belongs here: everything that is counted per cohort. The curve of the time to the next order is in `survival`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.cohorts.specs import FROM_ORDERS, SPECS, CohortGrain
from ca_assets.analyses.core.base import Base, by_scope, to_numpy
from ca_assets.analyses.core.calendar import Periods, periods, week_lead
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.analyses.core.intervals import ratio
from ca_assets.analyses.core.rows import Values, money, rows

EVENT_COLUMNS = ("scope", "key", "from_order", "day", "next_day")
PAYMENT_COLUMNS = ("scope", "key", "day", "paid")


def events(base: Base) -> ibis.Table:
    """All events after which a next one is awaited, in all scopes (lazy): download, first … third order.

    Columns: scope int16, key int32 (of the customer), from_order int8 (0 = download, k = k-th order of the scope), day and next_day int32
    (days since the customer range began; next_day is null when the next event has not come). A customer whose first order is on a day
    before that of his download (next_day < day, from the download only) is excluded from cohorts and survival: he was never at risk.
    """
    lead = _lead_days(base)
    orders = base.scoped_orders.filter(base.scoped_orders.number <= FROM_ORDERS[-1])
    ordered = orders.select(
        "scope",
        "key",
        from_order=orders.number.cast("int8"),
        day=(orders.day + lead).cast("int32"),
        next_day=(orders.next_day + lead).cast("int32"),
    )
    return ibis.union(_downloads(base, lead).select(*EVENT_COLUMNS), ordered.select(*EVENT_COLUMNS))


def _downloads(base: Base, lead: int) -> ibis.Table:
    """Downloads with the day of the first order of each scope that the customer belongs to; who has no session is in `all`."""
    visits, customers = base.sessions, base.customers
    known = customers.filter(customers.hour_0.notnull())
    known = known.select("key", day=(known.hour_0 // 24 - base.customer_days.first_number).cast("int32"))
    firsts = by_scope(base, visits, ["key"], {"first_day": visits.day.min(where=visits.purchased)})
    present = firsts.inner_join(known, "key")
    present = present.select("scope", "key", "day", next_day=(present.first_day + lead).cast("int32"))
    absent = known.anti_join(visits.select("key").distinct(), "key")
    absent = absent.select("key", "day", scope=ibis.literal(0, "int16"), next_day=ibis.null("int32"))
    return ibis.union(present, absent.select(*present.columns)).mutate(from_order=ibis.literal(0, "int8"))


def _lead_days(base: Base) -> int:
    """Days from the beginning of the customer range to that of the session range."""
    return base.session_days.first_number - base.customer_days.first_number


def _week(base: Base, day: ir.IntegerValue) -> ir.IntegerValue:
    """Weeks since the week in which the customer range began."""
    return ((day + week_lead(base.customer_days.first, base.context.shop.calendar)) // 7).cast("int32")


@dataclass(frozen=True)
class Cohorts:
    """Cohorts of one grain and first event with anybody in them, by scope and period.

    `scope` and `period` (number in `span`) name each; `cells` are customers by cohort and offset 0..horizon. `span` has all dates, so that
    offsets are differences of dates; `missing` are the numbers of those without an instant.
    """

    span: Periods
    missing: NDArray[np.int64]
    scope: NDArray[np.int64]
    period: NDArray[np.int64]
    size: NDArray[np.int64]
    excluded: NDArray[np.int64]
    cells: NDArray[np.int64]

    def begun(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Cohort number and offset of each cell whose period has begun (at most `horizon` + 1 per cohort); missing days have none."""
        periods_of_cells = self.period[:, None] + np.arange(self.cells.shape[1])
        is_real = ~np.isin(np.arange(len(self.span)), self.missing)
        cohort, offset = np.nonzero((periods_of_cells < len(self.span)) & is_real[np.minimum(periods_of_cells, len(self.span) - 1)])
        return cohort, offset


def cohorts_by_event(base: Base, events: ibis.Table, grain: CohortGrain) -> dict[int, Cohorts]:
    """Cohorts by the event that they start from (0 = download, k = k-th order)."""
    horizon = base.context.shop.settings.cohort_horizon
    days = base.customer_days
    span = cohort_span(base, grain)
    missing = np.flatnonzero(np.isin(span.first_days, np.array(days.missing, dtype="M8[D]"))) if grain == "daily" else np.zeros(0, np.int64)
    counts = _counts(base, events, grain, horizon)
    return {k: _cohorts(span, missing, counts, counts["from_order"] == k, horizon) for k in FROM_ORDERS}


def cohort_span(base: Base, grain: CohortGrain) -> Periods:
    """The periods of cohorts: all dates, so that offsets are differences of dates."""
    return periods(replace(base.customer_days, missing=()), grain, base.context.shop.calendar)


def placed_events(base: Base, events: ibis.Table, grain: CohortGrain, horizon: int) -> ibis.Table:
    """Events (scope, key, from_order) with the period of the cohort (number in its span) and the cell, int16 (lazy).

    Cells are 0..horizon, horizon + 1 for later or never, horizon + 2 for excluded.
    """

    def period(day: ir.IntegerValue) -> ir.IntegerValue:
        return day if grain == "daily" else _week(base, day)

    gap = period(events.next_day) - period(events.day)
    cell = ibis.cases((events.next_day < events.day, horizon + 2), (gap <= horizon, gap), else_=horizon + 1)
    return events.select("scope", "key", "from_order", period=period(events.day), cell=cell.cast("int16"))


def _counts(base: Base, events: ibis.Table, grain: CohortGrain, horizon: int) -> dict[str, NDArray[Any]]:
    """Customers by scope, first event, its period and cell (`placed_events`)."""
    placed = placed_events(base, events, grain, horizon)
    return to_numpy(placed.group_by("scope", "from_order", "period", "cell").aggregate(customers=placed.count()))


def _cohorts(
    span: Periods, missing: NDArray[np.int64], counts: dict[str, NDArray[Any]], chosen: NDArray[np.bool_], horizon: int
) -> Cohorts:
    """The chosen counts as one row per (scope, period) with anybody in it."""
    scope, period, cell, customers = (counts[name][chosen].astype(np.int64) for name in ("scope", "period", "cell", "customers"))
    names, number = np.unique(scope * len(span) + period, return_inverse=True)
    cells = np.zeros((len(names), horizon + 3), dtype=np.int64)
    cells[number, cell] = customers
    scopes, numbers = np.divmod(names, len(span))
    return Cohorts(span, missing, scopes, numbers, cells[:, : horizon + 2].sum(axis=1), cells[:, horizon + 2], cells[:, : horizon + 1])


def cohort_table(base: Base, report: str, cohorts: Cohorts) -> pa.Table:
    """Rows of `daily_0_1`, … from its cohorts."""
    cohort, offset = cohorts.begun()
    customers = cohorts.cells[cohort, offset]
    values: dict[str, Values] = {"customers": customers, "share": ratio(customers, cohorts.size[cohort])}
    return _cell_rows(base, report, cohorts, (cohort, offset), values)


def revenue_table(base: Base, events: ibis.Table, cohorts: Cohorts) -> pa.Table:
    """Rows of `revenue_weekly` for the cohorts of `weekly_0_1`: orders less refunds, added up week by week."""
    cohort, offset = cohorts.begun()
    revenue = money(_net_revenue(base, events, cohorts).cumsum(axis=1), base.mixed[cohorts.scope, -1:])[cohort, offset]
    values: dict[str, Values] = {"cumulative_net_revenue": revenue, "net_revenue_per_customer": ratio(revenue, cohorts.size[cohort])}
    return _cell_rows(base, "revenue_weekly", cohorts, (cohort, offset), values)


def _net_revenue(base: Base, events: ibis.Table, cohorts: Cohorts) -> NDArray[np.float64]:
    """Orders less refunds by cohort and offset of their own week (not yet added up), of those who count and have ordered."""
    chosen = events.filter((events.from_order == 0) & (events.next_day >= events.day))
    members = chosen.select("scope", "key", cohort=_week(base, chosen.day))
    joined = _payments(base).inner_join(members, ["scope", "key"])
    week = _week(base, joined.day + _lead_days(base))
    placed = joined.select("scope", "cohort", "paid", offset=week - joined.cohort)
    placed = placed.filter(placed.offset < cohorts.cells.shape[1])
    sums = to_numpy(placed.group_by("scope", "cohort", "offset").aggregate(paid=exact_sum(placed.paid)))
    size = len(cohorts.span)
    number = np.searchsorted(cohorts.scope * size + cohorts.period, sums["scope"].astype(np.int64) * size + sums["cohort"])
    net = np.zeros(cohorts.cells.shape)
    net[number, sums["offset"]] = sums["paid"]
    return net


def _payments(base: Base) -> ibis.Table:
    """Orders and, below zero, refunds of every scope, with the day of their own moment (days since the session range began)."""
    orders, refunds = base.scoped_orders, base.refunds
    refunded = [refunds.select("key", "day", scope=refunds[column], paid=-refunds.amount) for column in base.scopes.columns]
    paid = orders.select("scope", "key", "day", paid=orders.amount)
    return ibis.union(paid.select(*PAYMENT_COLUMNS), *(table.select(*PAYMENT_COLUMNS) for table in refunded))


def _cell_rows(
    base: Base, report: str, cohorts: Cohorts, cells: tuple[NDArray[np.int64], NDArray[np.int64]], values: dict[str, Values]
) -> pa.Table:
    """Rows of a report per cohort and offset; `values` are its own columns, aligned with `cells`."""
    cohort, offset = cells
    span, period = cohorts.span, cohorts.period[cohort]
    columns: dict[str, Values] = {
        "cohort": span.first_days[period],
        "complete": span.complete[period],
        "size": cohorts.size[cohort],
        "excluded": cohorts.excluded[cohort],
        SPECS[report].key[1]: offset,
        "mature": span.complete[period + offset],
    }
    return rows(SPECS[report], base.scopes.names, cohorts.scope[cohort], cohort.shape, {**columns, **values})
