"""What sells, and together with what, as an asset; what it is: `ca_assets.analyses.products`."""

import dagster as dg
import pyarrow.compute as pc

from ca_assets.analyses.report import ReportSet
from ca_assets.defs.analysis import LAKE, LOAD, all_scope, computed, published


@dg.asset(group_name="exploratory", io_manager_key="index", deps=LAKE, code_version="1", kinds={"ibis"})
def products(load: LOAD) -> dg.MaterializeResult[ReportSet]:
    """Top products and categories, products by day and bought together, line value beside revenue (REPORTS.md section 6)."""
    reports = computed("products", load)
    if not reports.tables:
        return published(reports, "no baskets mapped", "top_products")
    months = all_scope(reports, "line_value_monthly")
    count = pc.sum(months["orders_with_lines"]).as_py() or 0
    return published(reports, f"{count:,} orders with basket lines", "top_products")
