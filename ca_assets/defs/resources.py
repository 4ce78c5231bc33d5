"""What every run of the location has: the load it belongs to, the two IO managers, the executor, the partitions.

Belongs here: wiring between Dagster and `loads`/`storage`. Does not belong here: what is loaded or computed.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import dagster as dg
import ibis

from ca_assets.analyses.core.family import Result, families, families_of
from ca_assets.contracts.sources import SOURCES
from ca_assets.contracts.tables import LOAD_TABLES, row_keys
from ca_assets.control.kinds import LOAD_JOB, PID_TAG, RANGE_END, RANGE_START
from ca_assets.control.runs import RESTATED
from ca_assets.loading.counts import restated_markdown
from ca_assets.loading.locks import run_lock
from ca_assets.loading.progress import Progress, current_progress, seldom
from ca_assets.loading.run import Request
from ca_assets.loading.session import LoadSession, families_beside, load_session
from ca_assets.settings.database import open_database
from ca_assets.settings.process import process_settings
from ca_assets.settings.shops import AppliedShop, applied_shop
from ca_assets.shop import ShopError

ACCEPT_EMPTY_TAG = "customer_analytics/accept_empty"
AS_OF = dg.Field(
    str, is_required=False, description="Report date (2010-11-30). Default: the last day that was whole when the data were loaded."
)
FULL = dg.Field(bool, is_required=False, description="Read all sources whole, not only what may have changed. Default: no.")
RECOMPUTE = dg.Field(bool, is_required=False, description="Compute and publish also what has not changed. Default: no.")

ACCEPT_EMPTY = dg.Field(
    [str],
    is_required=False,
    description="Sources that may have become empty (sessions, customers, baskets, deliveries); a load of others is refused. As the tag "
    f"{ACCEPT_EMPTY_TAG}: their names with commas between them.",
)


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
    config_schema={"as_of": AS_OF, "recompute": RECOMPUTE, "full": FULL, "accept_empty": ACCEPT_EMPTY},
    description="The load that this run is: shop, engine, lake, index, sources parsed once.",
)
def load(context: dg.InitResourceContext) -> Iterator[LoadSession]:
    """Opened once per run (one process), closed at its end; a second load at the same time fails with a message."""
    as_of, run = context.resource_config.get("as_of"), context.run
    tags = run.tags if run else {}
    request = Request(
        report_date=dt.date.fromisoformat(as_of) if as_of else None,
        recompute=bool(context.resource_config.get("recompute")),
        is_full=bool(context.resource_config.get("full")),
        months=requested_months(tags),
        beside=families_beside(selected_assets(run)) if run else (),
        accept_empty=accepted_empty(context.resource_config.get("accept_empty") or (), tags),
    )
    with ExitStack() as stack:
        if run and PID_TAG not in tags:  # a run of the command line holds it already
            stack.enter_context(run_lock(process_settings().home, run.run_id))
        yield stack.enter_context(load_session(request, current_progress() or _logged(context)))


def _logged(context: dg.InitResourceContext) -> Progress | None:
    """Progress in the run's own log, for whoever follows it from elsewhere."""
    log = context.log
    return seldom(lambda what, rows: log.info(f"{what}: {rows:,} rows")) if log else None


def accepted_empty(configured: Sequence[str], tags: Mapping[str, str]) -> tuple[str, ...]:
    """The sources that may be empty, by a run's configuration and its tag. ValueError for a name that is no source."""
    tagged = (name.strip() for name in tags.get(ACCEPT_EMPTY_TAG, "").split(","))
    names = tuple(dict.fromkeys([*configured, *filter(None, tagged)]))
    if unknown := [name for name in names if name not in SOURCES]:
        raise ValueError(f"accept_empty: {unknown[0]!r} is no source; they are {', '.join(SOURCES)}")
    return names


def selected_assets(run: dg.DagsterRun) -> list[str]:
    """Names of the assets that a run materializes; of a job of families all of these, of the load's job none (it is the default)."""
    if run.asset_selection:
        return sorted(key.to_user_string() for key in run.asset_selection)
    return [family.name for family in families_of(run.job_name)] if run.job_name != LOAD_JOB else []


class LakeIO(dg.IOManager):
    """Writes `lake/…` assets to the lake; hands them downstream as lazy tables over everything that is loaded."""

    def handle_output(self, context: dg.OutputContext, obj: LakeWrite) -> None:
        """Write the table, or its months, and note the version."""
        session: LoadSession = context.resources.load
        name = context.asset_key.path[-1]
        before = session.lake.version(name) if session.lake.has(name) else None
        if before is None or not session.sources.read().is_unchanged:
            session.lake.write(session.con, name, obj.table, months=obj.months, key=obj.key)
        if obj.months is None:
            session.sources.written.add(name)
        if name == "orders":
            changed = session.sources.record_load(context.run_id, obj.months, before)
            context.add_output_metadata(
                {"restated": dg.MarkdownMetadataValue(restated_markdown(changed)), RESTATED: dg.JsonMetadataValue(changed)}
            )
        context.add_output_metadata({"lake_version": session.lake.version(name)})

    def load_input(self, context: dg.InputContext) -> ibis.Table:
        """The table in the lake, all months, whatever partitions this run writes."""
        session: LoadSession = context.resources.load
        return session.lake.read(session.con, context.asset_key.path[-1])


class IndexIO(dg.IOManager):
    """Stages results and table versions; `publication` makes them visible together. Hands a family's table to the families that read it."""

    def handle_output(self, context: dg.OutputContext, obj: Result | list[LakeVersion] | None) -> None:
        """Stage it; None: readers have it already."""
        session: LoadSession = context.resources.load
        staging = session.stager.staging_id()
        if isinstance(obj, Result):
            session.stager.stage_result(context.asset_key.path[-1], obj)
        elif obj is not None:
            for table in obj:
                session.index.stage_table(staging, table.name, table.version, table.rows, row_keys(LOAD_TABLES)[table.name])
        context.add_output_metadata({"generation": staging})

    def load_input(self, context: dg.InputContext) -> ibis.Table:
        """A table of the family above, as of the report date: what this run wrote, else what readers see. Raises NotReady."""
        session: LoadSession = context.resources.load
        wanted = context.definition_metadata or {}
        return session.inputs.family_table(str(wanted["table"]), bool(wanted["is_history"]), bool(wanted["is_optional"]))


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


def crons() -> dict[str, str]:
    """When each job of families runs (cron, in the business time zone), as far as the settings say: CA_NIGHTLY_CRON, CA_DAILY_CRON, …"""
    settings = process_settings()
    stated = {job: getattr(settings, f"{job}_cron", None) for job in sorted({family.job for family in families().values()})}
    return {job: cron for job, cron in stated.items() if cron}


def month_partitions() -> dg.MonthlyPartitionsDefinition:
    """Months from the shop's first to the current one, named `2010-11`. The first also takes older rows, the last later ones."""
    applied = applied_or_none()
    zone = applied.shop.calendar.timezone if applied else "UTC"
    first = applied.first_month if applied else f"{dt.datetime.now(dt.UTC).year}-01"
    return dg.MonthlyPartitionsDefinition(start_date=first, timezone=zone, fmt="%Y-%m", end_offset=1)


def all_months() -> dict[str, str]:
    """Tags of a run over all partitions, which loads everything."""
    keys = month_partitions().get_partition_keys()
    return {RANGE_START: keys[0], RANGE_END: keys[-1]}


def requested_months(tags: Mapping[str, str]) -> tuple[str, ...] | None:
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
