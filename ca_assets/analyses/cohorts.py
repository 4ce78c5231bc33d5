"""Cohorts (REPORTS.md section 4): who came back how many days or weeks later, what cohorts brought, and the time to the next order.

Belongs here: how the family is put together. Events are in `cohorts_steps`, cells in `cohorts_cells`, money in `cohorts_revenue`, curves
in `survival`.
"""

from __future__ import annotations

import pyarrow as pa

from ca_assets.analyses.base import Base
from ca_assets.analyses.cohorts_cells import cohort_table, cohorts
from ca_assets.analyses.cohorts_revenue import revenue_table
from ca_assets.analyses.cohorts_specs import COHORT_GRAINS, REPORTS, transition
from ca_assets.analyses.cohorts_steps import steps
from ca_assets.analyses.held import Shelf
from ca_assets.analyses.report import ReportSet
from ca_assets.analyses.sets import finished
from ca_assets.analyses.survival import survival_table

__all__ = ["REPORTS", "from_base"]


def from_base(base: Base, shelf: Shelf, windows: bool = True) -> ReportSet:
    """All reports of the family in every scope; none of them has windows."""
    events = shelf.hold(steps(base))
    results: dict[str, pa.Table] = {}
    for grain in COHORT_GRAINS:
        found = cohorts(base, events, grain)
        results.update({f"{grain}_{transition(k)}": cohort_table(base, f"{grain}_{transition(k)}", found[k]) for k in found})
        if grain == "weekly":
            results["revenue_weekly"] = revenue_table(base, events, found[0])
    results["next_order_survival"] = survival_table(base, events)
    return finished("cohorts", base, results)
