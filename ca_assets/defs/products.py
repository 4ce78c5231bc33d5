"""What sells, and together with what, as an asset; what it is: `ca_assets.analyses.products`."""

import pyarrow.compute as pc

from ca_assets.analyses.report import ReportSet
from ca_assets.defs.analysis import all_scope, analysis

ABOUT = "Top products and categories, products by day and bought together, line value beside revenue (REPORTS.md section 6)."


def _headline(reports: ReportSet) -> str:
    if not reports.tables:
        return "no baskets mapped"
    return f"{pc.sum(all_scope(reports, 'line_value_monthly')['orders_with_lines']).as_py() or 0:,} orders with basket lines"


products = analysis("products", ABOUT, _headline, preview="top_products", code_version="1")
