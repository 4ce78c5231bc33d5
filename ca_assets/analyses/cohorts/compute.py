"""Cohorts (docs/contract, section 4): who came back how many days or weeks later, what cohorts brought, and the time to the next order.

Belongs here: how the family is put together. Events, cells and money are in `cells`, curves in `survival`.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ca_assets.analyses.cohorts.cells import cohort_table, cohorts_by_event, events, revenue_table
from ca_assets.analyses.cohorts.specs import COHORT_GRAINS, transition
from ca_assets.analyses.cohorts.survival import survival_table
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.report import all_scope
from ca_assets.analyses.core.report_set import build_report_set


def run(inputs: Inputs, context: Context) -> Result:
    """All reports of the family in every scope; none of them has windows."""
    base = inputs.base
    stored_events = inputs.temp.materialize(events(base))
    results: dict[str, pa.Table] = {}
    for grain in COHORT_GRAINS:
        for from_order, cohorts in cohorts_by_event(base, stored_events, grain).items():
            name = f"{grain}_{transition(from_order)}"
            results[name] = cohort_table(base, name, cohorts)
            if name == "weekly_0_1":
                results["revenue_weekly"] = revenue_table(base, stored_events, cohorts)
    results["next_order_survival"] = survival_table(base, stored_events)
    reports = build_report_set("cohorts", base, results)
    weekly = all_scope(reports, "weekly_0_1")
    sizes = weekly.filter(pc.equal(weekly["offset_weeks"], 0))["size"]
    return Result(reports, f"{pc.sum(sizes).as_py() or 0:,} customers in {len(sizes):,} weekly cohorts")
