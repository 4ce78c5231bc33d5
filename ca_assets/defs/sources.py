"""The shop's own tables as external assets, so that the graph begins where the data come from."""

import dagster as dg

from ca_assets.defs.resources import applied_or_none
from ca_assets.shop import SourceConfig


def _spec(name: str, config: SourceConfig) -> dg.AssetSpec:
    where = config.path or config.table or "a query"
    mapped = {**config.columns, **config.dimensions, **config.actions}
    columns = [dg.TableColumn(theirs, "source", description=f"our `{ours}`") for ours, theirs in mapped.items()]
    return dg.AssetSpec(
        ["source", name],
        group_name="sources",
        description=f"The shop's {name}: {config.kind}, {where}.",
        kinds={config.kind},
        metadata={"dagster/column_schema": dg.TableSchema(columns)},
    )


@dg.definitions
def sources() -> dg.Definitions:
    """One spec per source of the applied shop; none before one is applied."""
    applied = applied_or_none()
    if applied is None:
        return dg.Definitions()
    configs = {name: getattr(applied.shop.sources, name) for name in type(applied.shop.sources).model_fields}
    return dg.Definitions(assets=[_spec(name, config) for name, config in configs.items() if config is not None])
