"""The last step: what was staged becomes visible together.

Which assets it follows is derived from the definitions: everything that the index's IO manager writes.
"""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from ca_assets.analyses.core.family import families
from ca_assets.defs.resources import selected_assets
from ca_assets.loading.publication import publish
from ca_assets.loading.run import NotReady
from ca_assets.loading.session import LoadSession

LOAD = dg.ResourceParam[LoadSession]


def with_publication(definitions: dg.Definitions) -> dg.Definitions:
    """The definitions and the asset `publication`, downstream of all that is published."""
    assets = definitions.resolve_asset_graph().assets_defs
    keys = [
        key for asset in assets for key in asset.keys if asset.is_materializable and asset.get_io_manager_key_for_asset_key(key) == "index"
    ]
    return dg.Definitions.merge(definitions, dg.Definitions(assets=[_publication(sorted(keys))]))


def _publication(keys: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    @dg.asset(group_name="indexes", deps=keys, code_version="2")
    def publication(context: dg.AssetExecutionContext, load: LOAD) -> dg.MaterializeResult[None]:
        """Makes what this run computed current in one step, and carries everything else over; readers see it or the publication before."""
        also = [name for name in selected_assets(context.run) if name in families()]
        try:
            generation = publish(load, lambda name: _latest(context, dg.AssetKey(name)), also)
        except NotReady as error:
            raise dg.Failure(str(error)) from error
        return dg.MaterializeResult(metadata={"generation": generation, "report_date": str(load.inputs.context.report_date)})

    return publication


def _latest(context: dg.AssetExecutionContext, key: dg.AssetKey) -> dict[str, Any]:
    """Metadata of the asset's newest materialization, as plain values."""
    event = context.instance.get_latest_materialization_event(key)
    metadata = event.asset_materialization.metadata if event and event.asset_materialization else {}
    return {name: value.value for name, value in metadata.items()}
