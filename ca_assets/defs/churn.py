"""Churn as an asset; what it is: `ca_assets.analyses.churn`."""

import dagster as dg

from ca_assets.analyses.report import ReportSet
from ca_assets.defs.analysis import LAKE, LOAD, all_scope, computed, published


@dg.asset(group_name="exploratory", io_manager_key="index", deps=LAKE, code_version="1", kinds={"ibis"})
def churn(load: LOAD) -> dg.MaterializeResult[ReportSet]:
    """Engaged and churned customers, overall, by week and month, and the bridge from month to month (REPORTS.md section 8)."""
    reports = computed("churn", load)
    return published(reports, _headline(all_scope(reports, "overall").to_pylist()), "customer_bridge_monthly")


def _headline(rows: list[dict[str, float | None]]) -> str:
    rate = rows[0]["churn_rate"] if rows else None
    return "no churn rate: too few customers ordered twice" if rate is None else f"{rate:.1%} churned"
