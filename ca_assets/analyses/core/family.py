"""A family of reports as data: what it is, what it reads, how fresh it must be; and how one is found and computed.

Each package of `ca_assets.analyses` with a module `family` that states `FAMILY` is a family. No central list names them: assets, jobs,
publication, exports, vacuum, the handbook and the benchmarks are made from what `families()` finds. A family is light to import; what
computes it is imported when it runs.
"""

from __future__ import annotations

import datetime as dt
import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from ca_assets.analyses.core.report import ReportSet, ReportSpec
from ca_assets.contracts.report_path import ReportPath
from ca_assets.contracts.tables import PRODUCT_ACTIVITY
from ca_assets.models.store import STATES_KEPT

if TYPE_CHECKING:
    import ibis

    from ca_assets.analyses.core.base import Base
    from ca_assets.analyses.core.context import Context, Tables
    from ca_assets.analyses.core.temp_tables import TempTables
    from ca_assets.contracts.tables import TableSpec
    from ca_assets.models.state import ModelState

BASE, LEDGER, ACTIVITY, HISTORY = "base", "ledger", PRODUCT_ACTIVITY.name, "@history"
NIGHTLY = "nightly"
CORE = __name__.rpartition(".")[0]  # this package: shared by the families, no family


@dataclass(frozen=True)
class Family:
    """What a family is. Its name is also that of its package and its asset; its reports share one name, which may be another.

    `group`: where Dagster shows it. `job`: the job that keeps it fresh; all families of the nightly job are published together with the
    tables, those of another job by themselves. `inputs`: `base` (the base tables), `ledger` (the recorded loads), `product_activity` (what
    events say of products), or a table that another family makes: `rfm_segments` (its rows of the newest date up to the report's) or
    `clv_predictions@history` (all dates up to it). Its own tables may be among them: as its earlier runs left them.
    `optional`: those of its `inputs`, tables of other families, that it can do without: they have no rows until they are first written.
    `compute`: `module:function`, called as `run(inputs, context) -> Result`. `preview`: type of the report whose last rows Dagster shows.
    `is_in_full_export`: whether `ca export --all` writes its reports; not of what is about this installation rather than the data.
    `states_kept`: how many model states are kept, the newest ones. `isolated`: types of its reports that tell in the scope of a dimension's
    value nothing of what is outside of it (`*`: all of them), so that users who are limited to the value may read them.
    """

    name: str
    group: str
    job: str
    about: str
    reports: tuple[ReportSpec, ...]
    compute: str
    tables: tuple[TableSpec, ...] = ()
    inputs: tuple[str, ...] = (BASE,)
    optional: tuple[str, ...] = ()
    preview: str = ""
    is_in_full_export: bool = True
    states_kept: int = STATES_KEPT
    isolated: tuple[str, ...] = ()

    @property
    def report_name(self) -> str:
        """The name that its reports share; without reports its own."""
        return self.reports[0].name if self.reports else self.name

    def is_isolated(self, report_type: str) -> bool:
        """Whether the rows of a report in the scope of a dimension's value depend on nothing outside of it; `*`: those of all reports."""
        return "*" in self.isolated or report_type in self.isolated

    @property
    def table_inputs(self) -> tuple[str, ...]:
        """Those of its `inputs` that are tables of other families, with `@history` where all dates are read."""
        return tuple(name for name in self.inputs if name not in (BASE, LEDGER, ACTIVITY) and name not in self.own_inputs)

    @property
    def own_inputs(self) -> tuple[str, ...]:
        """Those of its `inputs` that are its own tables, as earlier runs left them."""
        own = {table.name for table in self.tables}
        return tuple(name for name in self.inputs if name.removesuffix(HISTORY) in own)

    @property
    def input_tables(self) -> tuple[str, ...]:
        """Names of the tables of other families that it reads."""
        return tuple(name.removesuffix(HISTORY) for name in self.table_inputs)

    @property
    def reads_lake(self) -> bool:
        """Whether it reads what a load writes: orders, customers, basket lines, the ledger."""
        return BASE in self.inputs or LEDGER in self.inputs


@dataclass(frozen=True)
class Result:
    """What a family computed: reports, tables (lazy, by name), model states to keep, and the main figure in words."""

    reports: ReportSet
    headline: str = ""
    tables: Mapping[str, ibis.Table] = field(default_factory=dict)
    models: tuple[ModelState, ...] = ()


@dataclass
class Inputs:
    """What a family may read. `temp` holds tables that only this run needs.

    `make_base` gives None when no session is known as of the report. `tables`: those of other families, as of the report date, by the names
    of the family's `inputs`. `ledger`: the recorded loads, oldest first. `activity`: how often products were looked at and put
    into baskets in each session, None where sessions are not built of events. `read_model`: the newest state kept before the report date.
    `read_state`: the state whose `as_of` is a day.
    """

    temp: TempTables
    make_base: Callable[[], Base | None]
    tables: Mapping[str, ibis.Table] = field(default_factory=dict)
    ledger: Sequence[Mapping[str, Any]] = ()
    read_model: Callable[[], ModelState | None] | None = None
    read_state: Callable[[dt.date], ModelState | None] | None = None
    activity: ibis.Table | None = None

    @cached_property
    def base_or_none(self) -> Base | None:
        """The base tables; None when no session is known as of the report."""
        return self.make_base()

    @property
    def base(self) -> Base:
        """The base tables. LookupError when no session is known as of the report: a family that reads them is not run then."""
        if self.base_or_none is None:
            raise LookupError("no session is known as of the report date")
        return self.base_or_none

    @property
    def model(self) -> ModelState | None:
        """The newest state that the family kept before the report date."""
        return self.read_model() if self.read_model else None

    def state(self, day: dt.date) -> ModelState | None:
        """The state that the family kept with this `as_of`."""
        return self.read_state(day) if self.read_state else None


@cache
def families() -> dict[str, Family]:
    """All families, by name."""
    import ca_assets.analyses as package

    by_name: dict[str, Family] = {}
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if module.ispkg and module.name != CORE and importlib.util.find_spec(f"{module.name}.family"):
            family = importlib.import_module(f"{module.name}.family").FAMILY
            by_name[family.name] = family
    return by_name


@cache
def catalogue() -> dict[str, ReportSpec]:
    """All reports that the families state, by `report_name/type`."""
    return {spec.path: spec for family in families().values() for spec in family.reports}


def spec_of(path: str) -> ReportSpec:
    """The contract of `report_name/type[@28d]`; KeyError when there is no such report, ValueError when the text is no path."""
    return catalogue()[str(ReportPath.parse(path).whole)]


def family_of_report(name: str) -> Family:
    """The family that makes the reports of this name. KeyError when there is none."""
    return {family.report_name: family for family in families().values() if family.reports}[name]


def family_tables() -> dict[str, tuple[Family, TableSpec]]:
    """All tables that families make, by name, each with its family."""
    return {table.name: (family, table) for family in families().values() for table in family.tables}


def latest_tables() -> dict[str, TableSpec]:
    """Tables of base families that readers get in their newest state alone, by name: exported, and computed as of any other day."""
    owned = {name: table for name, (family, table) in family_tables().items() if family.name in base_families()}
    return {name: table for name, table in owned.items() if table.is_published and table.is_exported and table.keeps == "latest"}


def families_of(job: str) -> list[Family]:
    """The families that a job keeps fresh, those first that others read."""
    return in_order([family for family in families().values() if family.job == job])


def in_order(chosen: Collection[Family]) -> list[Family]:
    """Families so that each comes after those whose tables it reads. ValueError when they read each other's."""
    from graphlib import CycleError, TopologicalSorter

    owners = {name: family.name for name, (family, _) in family_tables().items()}
    graph = {family.name: {owners[name] for name in family.input_tables} for family in chosen}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise ValueError(f"families read each other's tables: {' -> '.join(error.args[1])}") from None
    return sorted(chosen, key=lambda family: order.index(family.name))


def compute_family(family: Family, inputs: Inputs, context: Context) -> Result:
    """Run a family; without a known session one that reads the base tables has no rows, and says why."""
    from ca_assets.analyses.core.report_set import empty_report_set

    if BASE in family.inputs and inputs.base_or_none is None:
        import ibis

        tables = {table.name: ibis.memtable(table.schema(context.shop).empty_table()) for table in family.tables}
        return Result(empty_report_set(family.report_name, family.reports, context), tables=tables)
    module, _, function = family.compute.partition(":")
    result: Result = getattr(importlib.import_module(module), function)(inputs, context)
    return result


def compute(names: Collection[str], tables: Tables, context: Context) -> Iterator[ReportSet]:
    """Reports of several families that read the base tables only, one after the other, from base tables made once."""
    for _, result in compute_results(names, tables, context):
        yield result.reports


def compute_results(names: Collection[str], tables: Tables, context: Context) -> Iterator[tuple[Family, Result]]:
    """The same with the families' tables, which can be read until the next result is asked for."""
    from ca_assets.analyses.core.base import make_base
    from ca_assets.analyses.core.temp_tables import TempTables

    with TempTables(tables.orders.get_backend()) as temp:
        base = make_base(tables, context, temp)
        for family in in_order([families()[name] for name in names]):
            with TempTables(temp.engine) as own:
                yield family, compute_family(family, Inputs(own, lambda: base), context)


def base_families() -> list[str]:
    """Names of the families that need nothing but the base tables: they can be computed as of any day from the published tables."""
    return [name for name, family in families().items() if family.inputs == (BASE,)]
