"""The last step: what was staged from one state of the lake becomes visible together.

Which assets must be staged is derived from the definitions: everything that the index's IO manager writes.
"""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from ca_assets.loads.meta import publication_meta
from ca_assets.loads.session import LoadSession

LOAD = dg.ResourceParam[LoadSession]
TABLES = {"orders": ("orders", "basket_lines"), "downloads": ("downloads",)}


def with_publication(definitions: dg.Definitions) -> dg.Definitions:
    """The definitions and the asset `publication`, downstream of all that is published."""
    assets = definitions.resolve_asset_graph().assets_defs
    keys = [
        key for asset in assets for key in asset.keys if asset.is_materializable and asset.get_io_manager_key_for_asset_key(key) == "index"
    ]
    return dg.Definitions.merge(definitions, dg.Definitions(assets=[_publication(sorted(keys))]))


def _publication(keys: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    @dg.asset(group_name="indexes", deps=keys, code_version="1")
    def publication(context: dg.AssetExecutionContext, load: LOAD) -> dg.MaterializeResult[None]:
        """Makes the reports and tables of the lake's present state current in one step; readers see it or the one before."""
        generation = load.generation()
        _stage_unchanged_tables(context, load, generation)
        _require_staged(context, keys, generation)
        still_read = load.published_versions()
        load.index.switch(generation, publication_meta(load, _scope_values(context, keys)))
        load.commit_copies()
        load.tidy(still_read)
        return dg.MaterializeResult(metadata={"generation": generation, "report_date": str(load.context.report_date)})

    return publication


def _stage_unchanged_tables(context: dg.AssetExecutionContext, session: LoadSession, generation: str) -> None:
    """A table that was staged under another state of the lake, but is itself unchanged since, is staged under this one too."""
    for asset, names in TABLES.items():
        found = _latest(context, dg.AssetKey(asset))
        for name in names:
            if found.get(f"version_{name}") != session.lake.version(name):
                raise dg.Failure(f"{asset} is older than the lake's {name}; materialize {asset}, then the publication")
            session.index.stage_table(generation, name, session.lake.version(name), found[f"rows_{name}"])


def _require_staged(context: dg.AssetExecutionContext, keys: Sequence[dg.AssetKey], generation: str) -> None:
    tables = {dg.AssetKey(name) for name in TABLES}
    stale = [key.to_user_string() for key in keys if key not in tables and _latest(context, key).get("generation") != generation]
    if stale:
        raise dg.Failure(f"not computed from the lake's present tables: {', '.join(stale)}; materialize them, then the publication")


def _scope_values(context: dg.AssetExecutionContext, keys: Sequence[dg.AssetKey]) -> dict[str, list[str]]:
    """Values that are scopes, by dimension, as the analyses found them."""
    found = (_latest(context, key).get("scope_values") for key in keys)
    return next((values for values in found if values), {})


def _latest(context: dg.AssetExecutionContext, key: dg.AssetKey) -> dict[str, Any]:
    """Metadata of the asset's newest materialization, as plain values."""
    event = context.instance.get_latest_materialization_event(key)
    metadata = event.asset_materialization.metadata if event and event.asset_materialization else {}
    return {name: value.value for name, value in metadata.items()}
