"""Funnels as an asset; what they are: `ca_assets.analyses.funnels`."""

import pyarrow.compute as pc

from ca_assets.analyses.report import ReportSet
from ca_assets.defs.analysis import all_scope, analysis

ABOUT = "Sessions by step per day, week, month and hour; customers by step; conversion from the download on (REPORTS.md section 3)."


def _headline(reports: ReportSet) -> str:
    monthly = all_scope(reports, "sessions_monthly")
    return f"{pc.sum(monthly.filter(pc.equal(monthly['step'], 'sessions'))['sessions']).as_py() or 0:,} sessions"


funnels = analysis("funnels", ABOUT, _headline, preview="sessions_monthly", code_version="1")
