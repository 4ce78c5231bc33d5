"""The clean tables in the lake: sources parsed once per run, typed, keyed, joined; what leaves is kept as rejects.

Belongs here: which table is an asset and what is shown of it. What a clean row is: `ca_assets.cleaning`; writing: the lake's IO manager.
"""

from typing import Any

import dagster as dg
import ibis

from ca_assets.analyses.core.family import NIGHTLY
from ca_assets.contracts.tables import BASKET_LINES, DOWNLOADS, PRODUCT_ACTIVITY, TableSpec
from ca_assets.control.runs import SOURCE_COUNTS
from ca_assets.defs.resources import LakeWrite, applied_or_none, month_partitions
from ca_assets.loading.counts import counts_markdown
from ca_assets.loading.session import LoadSession
from ca_assets.shop import Shop

NO_SHOP = "\n\n**No shop is applied yet**: run `ca sources apply shop.yaml`, or `ca demo` for a demo shop."
LOAD = dg.ResourceParam[LoadSession]


def _keys(shop: Shop | None, *names: str) -> list[dg.AssetKey]:
    """Keys of those sources among `names` that the shop has."""
    return [dg.AssetKey(["source", name]) for name in names if shop and getattr(shop.sources, name) is not None]


def _written(
    rows: ibis.Table, session: LoadSession, sources: tuple[str, ...], months: list[str] | None = None
) -> dg.MaterializeResult[LakeWrite]:
    """What the IO manager writes, with the counts of the sources that it comes from."""
    read = session.sources.read().tables.counts
    counts = {name: read[name] for name in read if name in sources}
    metadata: dict[str, Any] = {
        "dagster/row_count": int(rows.count().to_pyarrow().as_py()),
        "counts": dg.MarkdownMetadataValue(counts_markdown(counts)),
    }
    if set(counts) == set(read):
        metadata[SOURCE_COUNTS] = dg.JsonMetadataValue(read)
    if months is not None:
        metadata["months"] = ", ".join(months)
    return dg.MaterializeResult(value=LakeWrite(rows, months, "id" if months is not None else None), metadata=metadata)


def _requested_months(context: dg.AssetExecutionContext) -> list[str] | None:
    """The months of the run's partitions; None (all there are) when it names none, or all from the first to the last.

    The first partition takes what is older too, and the last what is later: a run over all partitions leaves nothing out.
    """
    if not (context.has_partition_key or context.has_partition_key_range):
        return None
    wanted, offered = set(context.partition_keys), month_partitions().get_partition_keys()
    return None if wanted.issuperset(offered) else sorted(wanted)


def _months_to_write(context: dg.AssetExecutionContext, session: LoadSession) -> list[str] | None:
    wanted = _requested_months(context)
    if wanted is None or not session.lake.has("orders"):
        return None
    offered = month_partitions().get_partition_keys()
    known = session.sources.read().tables.orders.select("month").union(session.lake.read(session.con, "orders").select("month")).distinct()
    months = known.to_pyarrow()["month"].to_pylist()
    older = [month for month in months if month < offered[0] and offered[0] in wanted]
    later = [month for month in months if month > offered[-1] and offered[-1] in wanted]
    return session.sources.affected_months([*wanted, *older, *later])


def _orders(shop: Shop | None) -> dg.AssetsDefinition:
    @dg.asset(
        key=["lake", "orders"],
        group_name="lake",
        io_manager_key="lake",
        pool=NIGHTLY,
        partitions_def=month_partitions(),
        backfill_policy=dg.BackfillPolicy.single_run(),
        deps=_keys(shop, "sessions", "customers", "deliveries"),
        description="Clean sessions, one row each, by month in the business time zone. A backfill of months replaces those months,"
        " and others between which an order moved. All partitions together load everything, also what is older or later."
        + ("" if shop else NO_SHOP),
        code_version="1",
        kinds={"deltalake"},
    )
    def orders(context: dg.AssetExecutionContext, load: LOAD) -> dg.MaterializeResult[LakeWrite]:
        months = _months_to_write(context, load)
        rows = load.sources.read().tables.orders
        return _written(rows if months is None else rows.filter(rows.month.isin(months)), load, ("sessions", "deliveries"), months)

    return orders


def _whole_table(spec: TableSpec, sources: tuple[str, ...], deps: list[dg.AssetKey], description: str) -> dg.AssetsDefinition:
    """The asset of a clean table that each load writes whole; empty without its sources. `deps`: keys of what it is read from."""

    @dg.asset(
        key=["lake", spec.name],
        group_name="lake",
        io_manager_key="lake",
        pool=NIGHTLY,
        deps=deps,
        description=description,
        code_version="1",
        kinds={"deltalake"},
    )
    def table(load: LOAD) -> dg.MaterializeResult[LakeWrite]:
        """Write the rows that the load read."""
        rows = getattr(load.sources.read().tables, spec.name)
        return _written(ibis.memtable(spec.schema().empty_table()) if rows is None else rows, load, sources)

    return table


def _rejects(shop: Shop | None) -> dg.AssetsDefinition:
    @dg.asset(
        key=["lake", "rejects"],
        group_name="lake",
        io_manager_key="lake",
        pool=NIGHTLY,
        deps=_keys(shop, "sessions", "customers", "baskets", "deliveries"),
        description="Rows that were rejected, duplicates or orphans, each with its reason: nothing leaves unseen.",
        code_version="1",
        kinds={"deltalake"},
    )
    def rejects(load: LOAD) -> dg.MaterializeResult[LakeWrite]:
        return _written(load.sources.read().tables.rejects, load, tuple(load.sources.read().tables.counts))

    return rejects


@dg.definitions
def lake() -> dg.Definitions:
    """The lake's tables."""
    applied = applied_or_none()
    shop = applied.shop if applied else None
    downloads = _whole_table(
        DOWNLOADS,
        ("customers",),
        _keys(shop, "customers") or _keys(shop, "sessions"),
        "Clean customers with their first contact, one row each; without a customers source their first session.",
    )
    basket_lines = _whole_table(
        BASKET_LINES,
        ("baskets",),
        _keys(shop, "baskets", "sessions"),
        "Clean basket lines of known sessions, by the session's month; empty without a baskets source.",
    )
    product_activity = _whole_table(
        PRODUCT_ACTIVITY,
        ("product_activity",),
        _keys(shop, "product_activity"),
        "How often each product was looked at and put into the basket, per session; empty unless sessions are built of events.",
    )
    return dg.Definitions(assets=[_orders(shop), downloads, basket_lines, product_activity, _rejects(shop)])
