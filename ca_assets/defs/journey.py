"""The average customer's journey as an asset; what it is: `ca_assets.analyses.journey`."""

import dagster as dg

from ca_assets.analyses.report import ReportSet
from ca_assets.defs.analysis import LAKE, LOAD, all_scope, computed, published


@dg.asset(group_name="exploratory", io_manager_key="index", deps=LAKE, code_version="1", kinds={"ibis"})
def journey(load: LOAD) -> dg.MaterializeResult[ReportSet]:
    """Mean hours and amounts from the download over the first orders to now (REPORTS.md section 9)."""
    reports = computed("journey", load)
    ratios = all_scope(reports, "average")["orders_per_buyer"].drop_null()
    headline = f"{ratios[0].as_py():,.2f} orders per buyer" if len(ratios) else "no buyers"
    return published(reports, headline, "average")
