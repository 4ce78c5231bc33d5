"""What all analysis assets share: how a family of reports becomes an asset, and when it need not be computed again.

Belongs here: dependencies, rows, headline and preview of a set of reports. Does not belong here: any analysis.
"""

from collections.abc import Callable
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from ca_assets.analyses.family import reports_from
from ca_assets.analyses.report import ReportSet
from ca_assets.code_digest import code_digest
from ca_assets.loads.session import LoadSession

LAKE = [dg.AssetKey(["lake", name]) for name in ("orders", "downloads", "basket_lines")]  # reports are staged under one state of all
PREVIEW_ROWS = 10
NO_DAY = "no complete day yet"


def analysis(name: str, description: str, headline: Callable[[ReportSet], str], preview: str, code_version: str) -> dg.AssetsDefinition:
    """The asset of a family; `headline` says its main figure in words, `preview` is the type whose last rows are shown.

    Its code version is that of the family and of all code that analyses share: after an upgrade everything is computed once.
    """
    code_version = f"{code_version}-{code_digest('analyses')}"

    @dg.asset(
        name=name,
        description=description,
        group_name="exploratory",
        io_manager_key="index",
        deps=LAKE,
        code_version=code_version,
        kinds={"ibis"},
    )
    def asset(context: dg.AssetExecutionContext, load: dg.ResourceParam[LoadSession]) -> dg.MaterializeResult[ReportSet | None]:
        """The family's reports for the index's IO manager; none when readers have them already."""
        kept = None if load.recompute else _published_before(context, load, code_version)
        if kept is not None:
            context.log.info("nothing that it is computed from has changed since the last publication")
            return dg.MaterializeResult(value=None, metadata=kept)
        reports = reports_from(name, load.base, load.context)
        return dg.MaterializeResult(value=reports, metadata=_metadata(reports, headline(reports), preview))

    return asset


def _published_before(context: dg.AssetExecutionContext, load: LoadSession, code_version: str) -> dict[str, dg.MetadataValue[Any]] | None:
    """What the asset's last materialization showed, when readers have it now: same tables, shop, report date and code."""
    event = context.instance.get_latest_materialization_event(context.asset_key)
    found = event.asset_materialization if event else None
    if found is None or (found.tags or {}).get("dagster/code_version") != code_version:
        return None
    wanted = {"generation": load.index.current(), "report_date": str(load.context.report_date or NO_DAY)}
    same = load.generation() == wanted["generation"] and all(
        name in found.metadata and found.metadata[name].value == wanted[name] for name in wanted
    )
    return {key: value for key, value in found.metadata.items() if key != "generation"} if same else None


def _metadata(reports: ReportSet, headline: str, preview: str) -> dict[str, Any]:
    """Row counts, scopes, the headline figure and the last rows of one report; without it (an unmapped part) no preview."""
    shown = {"preview": dg.MarkdownMetadataValue(_markdown(all_scope(reports, preview)))} if preview in reports.tables else {}
    return {
        "dagster/row_count": sum(table.num_rows for table in reports.tables.values()),
        "reports": len(reports.tables),
        "scopes": len(reports.scopes),
        "report_date": str(reports.report_date or NO_DAY),
        "headline": headline,
        "scope_values": dg.JsonMetadataValue(reports.meta.get("scope_values", {})),
        **shown,
    }


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
