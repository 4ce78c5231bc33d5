"""Cohorts as an asset; what they are: `ca_assets.analyses.cohorts`."""

import pyarrow.compute as pc

from ca_assets.analyses.report import ReportSet
from ca_assets.defs.analysis import all_scope, analysis

ABOUT = "Customers by day and week of an event, when their next order came, what they brought, and survival (REPORTS.md section 4)."


def _headline(reports: ReportSet) -> str:
    weekly = all_scope(reports, "weekly_0_1")
    sizes = weekly.filter(pc.equal(weekly["offset_weeks"], 0))["size"]
    return f"{pc.sum(sizes).as_py() or 0:,} customers in {len(sizes):,} weekly cohorts"


cohorts = analysis("cohorts", ABOUT, _headline, preview="weekly_0_1", code_version="1")
