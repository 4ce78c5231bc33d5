"""Descriptive figures as an asset; what they are: `ca_assets.analyses.stats`."""

import pyarrow.compute as pc

from ca_assets.analyses.report import ReportSet
from ca_assets.defs.analysis import all_scope, analysis

ABOUT = "Orders, revenue, activity per customer, distributions and the headline figures (REPORTS.md section 5)."


def _headline(reports: ReportSet) -> str:
    return f"{pc.sum(all_scope(reports, 'monthly_orders')['orders']).as_py() or 0:,} orders"


stats = analysis("stats", ABOUT, _headline, preview="kpis", code_version="2")
