"""Cohorts as arrays: per scope and cohort its size, who is excluded, and the customers per offset; and these as report rows.

Belongs here: counting customers by the periods between two events, and which cells exist. Money by cohort is in `cohorts_revenue`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.base import Base, to_numpy
from ca_assets.analyses.calendar import Periods, periods
from ca_assets.analyses.cohorts_specs import FROM_ORDERS, SPECS, CohortGrain
from ca_assets.analyses.cohorts_steps import week_of
from ca_assets.analyses.intervals import ratio
from ca_assets.analyses.rows import Values, rows


@dataclass(frozen=True)
class Cohorts:
    """Cohorts of one grain and first event with anybody in them, by scope and period.

    `scope` and `period` (number in `span`) name each; `cells` are customers by cohort and offset 0..horizon.
    """

    span: Periods
    scope: NDArray[np.int64]
    period: NDArray[np.int64]
    size: NDArray[np.int64]
    excluded: NDArray[np.int64]
    cells: NDArray[np.int64]

    def begun(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Cohort number and offset of each cell whose period has begun (at most `horizon` + 1 per cohort)."""
        offsets = np.arange(self.cells.shape[1])
        cohort, offset = np.nonzero(offsets <= (len(self.span) - 1 - self.period)[:, None])
        return cohort, offset


def cohorts(base: Base, steps: ibis.Table, grain: CohortGrain) -> dict[int, Cohorts]:
    """Cohorts by the event that they start from (0 = download, k = k-th order)."""
    horizon = base.context.shop.settings.cohort_horizon
    span = periods(base.customer_days, grain, base.context.shop.calendar)
    found = _counts(base, steps, grain, horizon)
    return {k: _cohorts(span, found, found["from_order"] == k, horizon) for k in FROM_ORDERS}


def _counts(base: Base, steps: ibis.Table, grain: CohortGrain, horizon: int) -> dict[str, NDArray[Any]]:
    """Customers by scope, first event, its period and cell: 0..horizon, horizon + 1 for later or never, horizon + 2 for excluded."""

    def period(day: ir.IntegerValue) -> ir.IntegerValue:
        return day if grain == "daily" else week_of(base, day)

    gap = period(steps.next_day) - period(steps.day)
    cell = ibis.cases((steps.next_day < steps.day, horizon + 2), (gap <= horizon, gap), else_=horizon + 1)
    placed = steps.select("scope", "from_order", period=period(steps.day), cell=cell.cast("int16"))
    return to_numpy(placed.group_by("scope", "from_order", "period", "cell").aggregate(customers=placed.count()))


def _cohorts(span: Periods, found: dict[str, NDArray[Any]], chosen: NDArray[np.bool_], horizon: int) -> Cohorts:
    scope, period, cell, customers = (found[name][chosen].astype(np.int64) for name in ("scope", "period", "cell", "customers"))
    names, number = np.unique(scope * len(span) + period, return_inverse=True)
    counts = np.zeros((len(names), horizon + 3), dtype=np.int64)
    counts[number, cell] = customers
    scopes, numbers = np.divmod(names, len(span))
    return Cohorts(span, scopes, numbers, counts[:, : horizon + 2].sum(axis=1), counts[:, horizon + 2], counts[:, : horizon + 1])


def cohort_table(base: Base, report: str, found: Cohorts) -> pa.Table:
    """Rows of `daily_0_1`, … from its cohorts."""
    cohort, offset = found.begun()
    customers = found.cells[cohort, offset]
    values: dict[str, Values] = {"customers": customers, "share": ratio(customers, found.size[cohort])}
    return cell_rows(base, report, found, (cohort, offset), values)


def cell_rows(
    base: Base, report: str, found: Cohorts, cells: tuple[NDArray[np.int64], NDArray[np.int64]], values: dict[str, Values]
) -> pa.Table:
    """Rows of a report per cohort and offset; `values` are its own columns, aligned with `cells`."""
    cohort, offset = cells
    span, period = found.span, found.period[cohort]
    columns: dict[str, Values] = {
        "cohort": span.first_days[period],
        "complete": span.complete[period],
        "size": found.size[cohort],
        "excluded": found.excluded[cohort],
        SPECS[report].key[1]: offset,
        "mature": span.complete[period + offset],
    }
    return rows(SPECS[report], base.scopes.names, found.scope[cohort], cohort.shape, {**columns, **values})
