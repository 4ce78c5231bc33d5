"""Churn as an asset; what it is: `ca_assets.analyses.churn`."""

from ca_assets.analyses.report import ReportSet
from ca_assets.defs.analysis import all_scope, analysis

ABOUT = "Engaged and churned customers, overall, by week and month, and the bridge from month to month (REPORTS.md section 8)."


def _headline(reports: ReportSet) -> str:
    rows = all_scope(reports, "overall").to_pylist()
    rate = rows[0]["churn_rate"] if rows else None
    return "no churn rate: too few customers ordered twice" if rate is None else f"{rate:.1%} churned"


churn = analysis("churn", ABOUT, _headline, preview="customer_bridge_monthly", code_version="1")
