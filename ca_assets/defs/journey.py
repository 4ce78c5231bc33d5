"""The average customer's journey as an asset; what it is: `ca_assets.analyses.journey`."""

from ca_assets.analyses.report import ReportSet
from ca_assets.defs.analysis import all_scope, analysis

ABOUT = "Mean hours and amounts from the download over the first orders to now (REPORTS.md section 9)."


def _headline(reports: ReportSet) -> str:
    ratios = all_scope(reports, "average")["orders_per_buyer"].drop_null()
    return f"{ratios[0].as_py():,.2f} orders per buyer" if len(ratios) else "no buyers"


journey = analysis("journey", ABOUT, _headline, preview="average", code_version="1")
