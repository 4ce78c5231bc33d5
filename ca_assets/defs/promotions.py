"""What promotions bring and cost as an asset; what it is: `ca_assets.analyses.promotions`."""

import dagster as dg
import pyarrow.compute as pc

from ca_assets.analyses.report import ReportSet
from ca_assets.defs.analysis import LAKE, LOAD, all_scope, computed, published


@dg.asset(group_name="exploratory", io_manager_key="index", deps=LAKE, code_version="1", kinds={"ibis"})
def promotions(load: LOAD) -> dg.MaterializeResult[ReportSet]:
    """Orders, revenue and discount per promotion, and promoted against organic orders per day and hour (REPORTS.md section 7)."""
    reports = computed("promotions", load)
    if not reports.tables:
        return published(reports, "no promotion column mapped", "summary")
    count = pc.sum(all_scope(reports, "daily_share")["promoted_orders"]).as_py() or 0
    return published(reports, f"{count:,} promoted orders", "summary")
