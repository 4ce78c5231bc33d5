"""The two tables as readers see them: published from the lake at its present version."""

import dagster as dg

from ca_assets.analyses.core.family import NIGHTLY
from ca_assets.contracts.tables import LOAD_TABLES, with_parts
from ca_assets.defs.build import LAKE
from ca_assets.defs.resources import LakeVersion, month_partitions
from ca_assets.loading.session import LoadSession

LOAD = dg.ResourceParam[LoadSession]


def _published(session: LoadSession, *names: str) -> dg.MaterializeResult[list[LakeVersion]]:
    """The lake's present versions; rows and version of the first are shown."""
    tables = [_version(session, name) for name in names]
    metadata = {f"version_{table.name}": table.version for table in tables} | {f"rows_{table.name}": table.rows for table in tables}
    return dg.MaterializeResult(value=tables, metadata={"dagster/row_count": tables[0].rows, **metadata})


def _version(session: LoadSession, name: str) -> LakeVersion:
    version = session.lake.version(name)
    return LakeVersion(name, version, int(session.lake.read(session.con, name, version).count().to_pyarrow().as_py()))


def _orders() -> dg.AssetsDefinition:
    @dg.asset(
        key="orders",
        group_name="indexes",
        io_manager_key="index",
        pool=NIGHTLY,
        partitions_def=month_partitions(),
        backfill_policy=dg.BackfillPolicy.single_run(),
        deps=LAKE,
        code_version="1",
    )
    def orders(load: LOAD) -> dg.MaterializeResult[list[LakeVersion]]:
        """Sessions as pages and exports read them (docs/contract, section 2), with the lines that their baskets are made of."""
        return _published(load, *with_parts(LOAD_TABLES)["orders"])

    return orders


@dg.asset(key="downloads", group_name="indexes", io_manager_key="index", pool=NIGHTLY, deps=LAKE, code_version="1")
def downloads(load: LOAD) -> dg.MaterializeResult[list[LakeVersion]]:
    """Customers as pages and exports read them (docs/contract, section 2)."""
    return _published(load, "downloads")


@dg.definitions
def indexes() -> dg.Definitions:
    """The published tables."""
    return dg.Definitions(assets=[_orders(), downloads])
