"""Funnels as an asset; what they are: `ca_assets.analyses.funnels`."""

import dagster as dg
import pyarrow.compute as pc

from ca_assets.analyses.report import ReportSet
from ca_assets.defs.analysis import LAKE, LOAD, all_scope, computed, published


@dg.asset(group_name="exploratory", io_manager_key="index", deps=LAKE, code_version="1", kinds={"ibis"})
def funnels(load: LOAD) -> dg.MaterializeResult[ReportSet]:
    """Sessions by step per day, week, month and hour; customers by step; conversion from the download on (REPORTS.md section 3)."""
    reports = computed("funnels", load)
    monthly = all_scope(reports, "sessions_monthly")
    sessions = pc.sum(monthly.filter(pc.equal(monthly["step"], "sessions"))["sessions"]).as_py() or 0
    return published(reports, f"{sessions:,} sessions", "sessions_monthly")
