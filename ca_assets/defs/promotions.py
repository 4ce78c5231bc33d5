"""What promotions bring and cost as an asset; what it is: `ca_assets.analyses.promotions`."""

import pyarrow.compute as pc

from ca_assets.analyses.report import ReportSet
from ca_assets.defs.analysis import all_scope, analysis

ABOUT = "Orders, revenue and discount per promotion, and promoted against organic orders per day and hour (REPORTS.md section 7)."


def _headline(reports: ReportSet) -> str:
    if not reports.tables:
        return "no promotion column mapped"
    return f"{pc.sum(all_scope(reports, 'daily_share')['promoted_orders']).as_py() or 0:,} promoted orders"


promotions = analysis("promotions", ABOUT, _headline, preview="summary", code_version="1")
