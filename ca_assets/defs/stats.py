"""Descriptive figures as an asset; what they are: `ca_assets.analyses.stats`."""

import dagster as dg
import ibis
import pyarrow.compute as pc

from ca_assets.analyses.context import Tables
from ca_assets.analyses.report import ReportSet
from ca_assets.analyses.stats import compute
from ca_assets.defs.analysis import BASKETS, LAKE_TABLES, LOAD, all_scope, published


@dg.asset(group_name="exploratory", io_manager_key="index", ins=LAKE_TABLES, deps=[BASKETS], code_version="1", kinds={"ibis"})
def stats(load: LOAD, orders: ibis.Table, downloads: ibis.Table) -> dg.MaterializeResult[ReportSet]:
    """Orders, revenue, activity per customer, distributions and the headline figures (REPORTS.md section 5)."""
    reports = compute(Tables(orders, downloads), load.context)
    count = pc.sum(all_scope(reports, "monthly_orders")["orders"]).as_py() or 0
    return published(reports, f"{count:,} orders", "kpis")
