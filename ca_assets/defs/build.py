"""Assets from families: dependencies, group, code version, what is shown of a result. Nothing here knows a family by name.

Belongs here: how a family becomes an asset. Does not belong here: any analysis; when it runs (`schedules`).
"""

from typing import Any

import dagster as dg
import pyarrow as pa

from ca_assets.analyses.core.family import ACTIVITY, HISTORY, Family, Result, families, family_tables
from ca_assets.analyses.core.report import all_scope
from ca_assets.contracts.tables import LOAD_TABLES, published, table_names
from ca_assets.loading.fingerprints import family_digest
from ca_assets.loading.session import LoadSession

EVENTS_OF = [dg.AssetKey(["lake", name]) for name in table_names(LOAD_TABLES) if name == ACTIVITY]
LAKE = [dg.AssetKey(["lake", name]) for name in table_names(published(LOAD_TABLES))]  # reports are of one state of all
PREVIEW_ROWS = 10
NO_DAY = "no complete day yet"


def family_asset(family: Family) -> dg.AssetsDefinition:
    """The asset of a family; its value is a `Result` for the index's IO manager, or None when readers have it already."""
    owners = {table: owner.name for table, (owner, _) in family_tables().items()}
    ins = {
        name.replace(HISTORY, "_history"): dg.AssetIn(
            key=owners[name.removesuffix(HISTORY)],
            metadata={"table": name.removesuffix(HISTORY), "is_history": name.endswith(HISTORY), "is_optional": name in family.optional},
            input_manager_key="index",
        )
        for name in family.table_inputs
    }

    @dg.asset(
        name=family.name,
        description=family.about,
        group_name=family.group,
        io_manager_key="index",
        deps=[*LAKE, *(EVENTS_OF if ACTIVITY in family.inputs else [])] if family.reads_lake else None,
        ins=ins,
        code_version=family_digest(family.name),
        kinds={"ibis"},
        pool=family.job,
    )
    def asset(context: dg.AssetExecutionContext, load: dg.ResourceParam[LoadSession], **tables: Any) -> dg.MaterializeResult[Result | None]:
        """The family's result, or None when readers have it already."""
        fingerprint = load.inputs.fingerprint(family)
        if not load.request.recompute and load.inputs.is_published(family):
            context.log.info("nothing that it is computed from has changed since the last publication")
            return dg.MaterializeResult(value=None, metadata={**_shown_before(context, fingerprint), "fingerprint": fingerprint})
        read = {name.replace("_history", HISTORY): table for name, table in tables.items()}
        result = load.inputs.compute(family, read)
        return dg.MaterializeResult(value=result, metadata={**_metadata(family, result), "fingerprint": fingerprint})

    return asset


def _shown_before(context: dg.AssetExecutionContext, fingerprint: str) -> dict[str, Any]:
    """What the last materialization showed, when it was of the same fingerprint."""
    event = context.instance.get_latest_materialization_event(context.asset_key)
    metadata = event.asset_materialization.metadata if event and event.asset_materialization else {}
    known = metadata.get("fingerprint")
    return {key: value for key, value in metadata.items() if key != "generation"} if known and known.value == fingerprint else {}


def _metadata(family: Family, result: Result) -> dict[str, Any]:
    """Row counts, scopes, the main figure and the last rows of one report; without it (an unmapped part) no preview."""
    reports = result.reports
    shown: dict[str, Any] = {}
    if family.preview in reports.tables:
        shown["preview"] = dg.MarkdownMetadataValue(_markdown(all_scope(reports, family.preview)))
    return {
        "dagster/row_count": sum(table.num_rows for table in reports.tables.values()),
        "reports": len(reports.tables),
        "scopes": len(reports.scopes),
        "report_date": str(reports.report_date or NO_DAY),
        "headline": result.headline,
        "scope_values": dg.JsonMetadataValue(reports.meta.get("scope_values", {})),
        **shown,
    }


def _markdown(table: pa.Table) -> str:
    tail = table.slice(max(0, table.num_rows - PREVIEW_ROWS))
    lines = [f"| {' | '.join(map(_cell, row.values()))} |" for row in tail.to_pylist()]
    return "\n".join([f"| {' | '.join(tail.column_names)} |", "|" + "---|" * tail.num_columns, *lines])


def _cell(value: Any) -> str:
    text = "" if value is None else f"{value:,.4g}" if isinstance(value, float) else str(value)
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())


@dg.definitions
def analyses() -> dg.Definitions:
    """One asset per family."""
    return dg.Definitions(assets=[family_asset(family) for family in families().values()])
