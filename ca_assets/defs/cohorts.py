"""Cohorts as an asset; what they are: `ca_assets.analyses.cohorts`."""

import dagster as dg
import pyarrow.compute as pc

from ca_assets.analyses.report import ReportSet
from ca_assets.defs.analysis import LAKE, LOAD, all_scope, computed, published


@dg.asset(group_name="exploratory", io_manager_key="index", deps=LAKE, code_version="1", kinds={"ibis"})
def cohorts(load: LOAD) -> dg.MaterializeResult[ReportSet]:
    """Customers by day and week of an event, when their next order came, what they brought, and survival (REPORTS.md section 4)."""
    reports = computed("cohorts", load)
    weekly = all_scope(reports, "weekly_0_1")
    sizes = weekly.filter(pc.equal(weekly["offset_weeks"], 0))["size"]
    return published(reports, f"{pc.sum(sizes).as_py() or 0:,} customers in {len(sizes):,} weekly cohorts", "weekly_0_1")
