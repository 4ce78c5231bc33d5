"""What weekly download cohorts brought, week by week (REPORTS.md section 4, `revenue_weekly`): orders less refunds, added up.

Belongs here: money by cohort. Who is in a cohort and which cells exist is in `cohorts_cells`.
"""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.base import Base, to_numpy
from ca_assets.analyses.cohorts_cells import Cohorts, cell_rows
from ca_assets.analyses.cohorts_steps import lead_days, week_of
from ca_assets.analyses.intervals import ratio
from ca_assets.analyses.sums import exact_sum

MONEY = ("scope", "key", "day", "paid")


def revenue_table(base: Base, steps: ibis.Table, found: Cohorts) -> pa.Table:
    """Rows of `revenue_weekly` for the cohorts of `weekly_0_1`."""
    cohort, offset = found.begun()
    brought = np.where(base.mixed[found.scope, -1:], np.nan, _net_revenue(base, steps, found).cumsum(axis=1))[cohort, offset]
    values = {"cumulative_net_revenue": brought, "net_revenue_per_customer": ratio(brought, found.size[cohort])}
    return cell_rows(base, "revenue_weekly", found, (cohort, offset), dict(values))


def _net_revenue(base: Base, steps: ibis.Table, found: Cohorts) -> NDArray[np.float64]:
    """Orders less refunds by cohort and offset of their own week (not yet added up)."""
    joined = _payments(base).inner_join(_members(base, steps), ["scope", "key"])
    week = week_of(base, joined.day + lead_days(base))
    placed = joined.select("scope", "cohort", "paid", offset=week - joined.cohort)
    placed = placed.filter(placed.offset < found.cells.shape[1])
    sums = to_numpy(placed.group_by("scope", "cohort", "offset").aggregate(paid=exact_sum(placed.paid)))
    place = np.searchsorted(found.scope * len(found.span) + found.period, sums["scope"].astype(np.int64) * len(found.span) + sums["cohort"])
    net = np.zeros(found.cells.shape)
    net[place, sums["offset"]] = sums["paid"]
    return net


def _members(base: Base, steps: ibis.Table) -> ibis.Table:
    """Scope, client and cohort of those who count and have ordered."""
    chosen = steps.filter((steps.from_order == 0) & (steps.next_day >= steps.day))
    return chosen.select("scope", "key", cohort=week_of(base, chosen.day))


def _payments(base: Base) -> ibis.Table:
    """Orders and, below zero, refunds of every scope, with the day of their own moment (days since the session range began)."""
    orders, refunds = base.scoped_orders, base.refunds
    pieces = [refunds.select("key", "day", scope=refunds[column], paid=-refunds.amount) for column in base.scopes.columns]
    paid = orders.select("scope", "key", "day", paid=orders.amount)
    return ibis.union(paid.select(*MONEY), *(piece.select(*MONEY) for piece in pieces))
