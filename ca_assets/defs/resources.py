"""What every run of the location has: the load it belongs to, the two IO managers, the executor, the partitions.

Belongs here: wiring between Dagster and `loads`/`storage`. Does not belong here: what is loaded or computed.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg
import ibis

from ca_assets.analyses.report import ReportSet
from ca_assets.loads.counts import restated_markdown
from ca_assets.loads.progress import current_progress
from ca_assets.loads.session import LoadSession, load_session
from ca_assets.settings.database import open_database
from ca_assets.settings.shops import AppliedShop, applied_shop
from ca_assets.shop import ShopError

RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
AS_OF = dg.Field(
    str, is_required=False, description="Report date (2010-11-30). Default: the last day that was whole when the data were loaded."
)
FULL = dg.Field(bool, is_required=False, description="Read all sources whole, not only what may have changed. Default: no.")
RECOMPUTE = dg.Field(bool, is_required=False, description="Compute and publish also what has not changed. Default: no.")


@dataclass(frozen=True)
class LakeWrite:
    """Rows of a lake table; `months` are those to replace (None: the whole table)."""

    table: ibis.Table
    months: list[str] | None = None
    key: str | None = None


@dataclass(frozen=True)
class LakeVersion:
    """A lake table's version as published."""

    name: str
    version: int
    rows: int


@dg.resource(
    config_schema={"as_of": AS_OF, "recompute": RECOMPUTE, "full": FULL},
    description="The load that this run is: shop, engine, lake, index, sources parsed once.",
)
def load(context: dg.InitResourceContext) -> Iterator[LoadSession]:
    """Opened once per run (one process), closed at its end; a second load at the same time fails with a message."""
    asked = context.resource_config.get("as_of")
    with load_session(dt.date.fromisoformat(asked) if asked else None, current_progress()) as session:
        session.recompute = bool(context.resource_config.get("recompute"))
        session.is_full = bool(context.resource_config.get("full"))
        session.asked_months = asked_months(context.run.tags if context.run else {})
        yield session


class LakeIO(dg.IOManager):
    """Writes `lake/…` assets to the lake; hands them downstream as lazy tables over everything that is loaded."""

    def handle_output(self, context: dg.OutputContext, obj: LakeWrite) -> None:
        """Write the table, or its months, and note the version."""
        session: LoadSession = context.resources.load
        name = context.asset_key.path[-1]
        before = session.lake.version(name) if session.lake.has(name) else None
        if before is None or not session.is_unchanged:
            session.lake.write(session.con, name, obj.table, months=obj.months, key=obj.key)
        if obj.months is None:
            session.written.add(name)
        if name == "orders":
            changed = session.note_orders_written(context.run_id, obj.months, before)
            context.add_output_metadata({"restated": dg.MarkdownMetadataValue(restated_markdown(changed))})
        context.add_output_metadata({"lake_version": session.lake.version(name)})

    def load_input(self, context: dg.InputContext) -> ibis.Table:
        """The table in the lake, all months, whatever partitions this run writes."""
        session: LoadSession = context.resources.load
        return session.lake.read(session.con, context.asset_key.path[-1])


class IndexIO(dg.IOManager):
    """Stages reports and table versions under the lake's present state; `publication` makes them visible together."""

    def handle_output(self, context: dg.OutputContext, obj: ReportSet | list[LakeVersion] | None) -> None:
        """Stage it; None: readers have it already."""
        session: LoadSession = context.resources.load
        generation = session.generation()
        if isinstance(obj, ReportSet):
            session.index.stage_reports(generation, obj)
        elif obj is not None:
            for table in obj:
                session.index.stage_table(generation, table.name, table.version, table.rows)
        context.add_output_metadata({"generation": generation})

    def load_input(self, context: dg.InputContext) -> Any:
        """Nothing downstream reads the index."""
        raise NotImplementedError("published assets are read by pages and exports; take the lake's tables in assets")


@dg.io_manager(required_resource_keys={"load"}, description="Delta tables of the lake.")
def lake_io(_context: dg.InitResourceContext) -> LakeIO:
    """The lake's IO manager."""
    return LakeIO()


@dg.io_manager(required_resource_keys={"load"}, description="The published view that pages, search and exports read.")
def index_io(_context: dg.InitResourceContext) -> IndexIO:
    """The index's IO manager."""
    return IndexIO()


def applied_or_none() -> AppliedShop | None:
    """The shop in force, None before `ca sources apply`: the graph is shown without sources then."""
    try:
        return applied_shop(open_database())
    except ShopError:
        return None


def month_partitions() -> dg.MonthlyPartitionsDefinition:
    """Months from the shop's first to the current one, named `2010-11`. The first also takes older rows, the last later ones."""
    applied = applied_or_none()
    zone = applied.shop.calendar.timezone if applied else "UTC"
    first = applied.first_month if applied else f"{dt.datetime.now(dt.UTC).year}-01"
    return dg.MonthlyPartitionsDefinition(start_date=first, timezone=zone, fmt="%Y-%m", end_offset=1)


def asked_months(tags: Mapping[str, str]) -> tuple[str, ...] | None:
    """The months that a run names by its tags; None when it names none, or all from the first to the last."""
    if key := tags.get("dagster/partition"):
        return (key,)
    first, last = tags.get(RANGE_START), tags.get(RANGE_END)
    offered = month_partitions().get_partition_keys()
    if not first or not last or (first <= offered[0] and last >= offered[-1]):
        return None
    return tuple(key for key in offered if first <= key <= last)


@dg.definitions
def resources() -> dg.Definitions:
    """Resources and executor of the location: one process per run, since a process per step costs forty times the work."""
    return dg.Definitions(resources={"load": load, "lake": lake_io, "index": index_io}, executor=dg.in_process_executor)
