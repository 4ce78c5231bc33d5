"""What all analysis assets share: their inputs, and how a finished set of reports becomes a materialization.

Belongs here: rows, headline and preview of a set of reports. Does not belong here: any analysis.
"""

from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from ca_assets.analyses.family import reports_from
from ca_assets.analyses.report import ReportSet
from ca_assets.loads.session import LoadSession

LOAD = dg.ResourceParam[LoadSession]
LAKE = [dg.AssetKey(["lake", name]) for name in ("orders", "downloads", "basket_lines")]  # reports are staged under one state of all
PREVIEW_ROWS = 10


def computed(name: str, load: LoadSession) -> ReportSet:
    """A family's reports from the lake's present tables; what all families start from is made once per run (`LoadSession.base`)."""
    return reports_from(name, load.base, load.context)


def published(reports: ReportSet, headline: str, preview: str) -> dg.MaterializeResult[ReportSet]:
    """The reports for the index's IO manager, with row counts, a headline figure and the last rows of one report (its type)."""
    metadata: dict[str, Any] = {
        "dagster/row_count": sum(table.num_rows for table in reports.tables.values()),
        "reports": len(reports.tables),
        "scopes": len(reports.scopes),
        "report_date": str(reports.report_date or "no complete day yet"),
        "headline": headline,
        "scope_values": dg.JsonMetadataValue(reports.meta.get("scope_values", {})),
    }
    if preview in reports.tables:  # reports of unmapped parts do not exist
        metadata["preview"] = dg.MarkdownMetadataValue(_markdown(all_scope(reports, preview)))
    return dg.MaterializeResult(value=reports, metadata=metadata)


def all_scope(reports: ReportSet, report_type: str) -> pa.Table:
    """Rows of one report for the scope `all`."""
    table = reports.tables[report_type]
    return table.filter(pc.equal(table["scope"], "all")).drop_columns(["scope"])


def _markdown(table: pa.Table) -> str:
    tail = table.slice(max(0, table.num_rows - PREVIEW_ROWS))
    lines = [f"| {' | '.join(map(_cell, row.values()))} |" for row in tail.to_pylist()]
    return "\n".join([f"| {' | '.join(tail.column_names)} |", "|" + "---|" * tail.num_columns, *lines])


def _cell(value: Any) -> str:
    text = "" if value is None else f"{value:,.4g}" if isinstance(value, float) else str(value)
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())
