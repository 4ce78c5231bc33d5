"""Descriptive figures as an asset; what they are: `ca_assets.analyses.stats`."""

import dagster as dg
import pyarrow.compute as pc

from ca_assets.analyses.report import ReportSet
from ca_assets.defs.analysis import LAKE, LOAD, all_scope, computed, published


@dg.asset(group_name="exploratory", io_manager_key="index", deps=LAKE, code_version="1", kinds={"ibis"})
def stats(load: LOAD) -> dg.MaterializeResult[ReportSet]:
    """Orders, revenue, activity per customer, distributions and the headline figures (REPORTS.md section 5)."""
    reports = computed("stats", load)
    count = pc.sum(all_scope(reports, "monthly_orders")["orders"]).as_py() or 0
    return published(reports, f"{count:,} orders", "kpis")
