"""Computes ranges and lists in this process: an engine of its own over pinned versions of the lake, and base tables that are used again.

Base tables are of one publication and one last day, and serve every scope and length; those of some last days are kept. Their versions of
the lake stay pinned meanwhile, as basket lines are read from there each time.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis

from ca_assets.analyses.core.base import Base, make_base
from ca_assets.analyses.core.context import Context, Tables
from ca_assets.analyses.core.family import Inputs, compute_family, family_of_report
from ca_assets.analyses.core.members import Selection, member_sets
from ca_assets.analyses.core.selection import select_range, select_scope
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets.analyses.search_terms.compute import term_rows
from ca_assets.analyses.search_terms.subjects import subject_tables
from ca_assets.engine.connect import duckdb_engine
from ca_assets.engine.statements import recorded
from ca_assets.lake.lake import Lake
from ca_assets.lake.pins import pin_versions
from ca_assets.lake.write import batches
from ca_assets.on_demand.list_files import ListFile, write_list
from ca_assets.on_demand.list_rows import in_list_order, list_rows
from ca_assets.on_demand.request import (
    KEPT_BASES,
    WHOLE_SHOP,
    Answer,
    AnyRequest,
    Computed,
    ListRequest,
    NotComputed,
    Request,
    SubjectRequest,
    TermsRequest,
)
from ca_assets.settings.database import open_database
from ca_assets.settings.process import ProcessSettings
from ca_assets.settings.shops import applied_shop, shop_edition


class RangeEngine:
    """Answers requests one after the other; `folder` is for what DuckDB spills, `lists` for the files of lists."""

    def __init__(self, settings: ProcessSettings, folder: Path, lists: Path) -> None:
        self._settings = settings
        self._lists = lists
        self._lake = Lake(settings.lake_root)
        self._con = duckdb_engine(
            memory_limit=f"{settings.range_memory_mb}MB",
            temp_directory=str(folder),
            threads=max(1, (os.cpu_count() or 1) // max(settings.range_processes, 1)),
            preserve_insertion_order=False,
        )
        self._bases: OrderedDict[tuple[Any, ...], tuple[ExitStack, Base, ibis.Table]] = OrderedDict()

    def compute(self, request: AnyRequest) -> Answer:
        """What is asked for. Raises NotComputed, and whatever the lake, the settings and the engine raise."""
        if isinstance(request, ListRequest):
            return self._list(request, *self._base(request))
        if isinstance(request, SubjectRequest):
            return self._subject(request, self._base(request)[0])
        if isinstance(request, TermsRequest):
            return self._terms(request, self._base(request)[0])
        if not request.with_statements:
            return self._reports(request, self._base(request)[0])
        with recorded(self._con.con) as statements, ExitStack() as stack:
            computed = self._reports(request, self._make_base(request, stack)[0])
        return replace(computed, statements=tuple(statements))

    def _list(self, request: ListRequest, base: Base, orders: ibis.Table) -> ListFile:
        """The file of a list. Raises NotComputed."""
        question = request.question
        members = member_sets()[question.members]
        with TempTables(self._con) as temp, pin_versions(self._settings.home, dict(request.reads)):
            tables = {name: self._lake.read(self._con, name, version) for name, version in request.reads}
            selection = Selection(base, temp, question.scope, question.days, members.parse(dict(question.values)), tables)
            try:
                rows = temp.materialize(list_rows(members, selection, orders))
            except LookupError as error:
                raise NotComputed(f"There is no such list: {error.args[0]}.") from None
            stream = batches(self._con, in_list_order(members, rows))
            name = hashlib.blake2b(repr(request).encode(), digest_size=16).hexdigest()
            return write_list(self._lists / f"{name}.arrow", stream.schema, stream)

    def _subject(self, request: SubjectRequest, base: Base) -> Computed:
        """The tables of a term's page. Raises NotComputed."""
        with TempTables(self._con) as temp:
            try:
                part = base if request.scope == WHOLE_SHOP else select_scope(base, temp, request.scope)
                return Computed(subject_tables(part, temp, request.subject))
            except LookupError as error:
                raise NotComputed(f"There is {error.args[0]} in the data up to {request.last:%-d %b %Y}.") from None

    def _terms(self, request: TermsRequest, base: Base) -> Computed:
        """The search terms of a scope. Raises NotComputed."""
        with TempTables(self._con) as temp:
            try:
                return Computed({"search_terms": term_rows(select_scope(base, temp, request.scope))})
            except LookupError as error:
                raise NotComputed(f"Nothing can be searched: {error.args[0]}.") from None

    def _reports(self, request: Request, base: Base) -> Computed:
        """The reports that are asked for. Raises NotComputed."""
        family = family_of_report(request.family)
        with TempTables(self._con) as temp:
            if request.first is None:
                reports = compute_family(family, Inputs(temp, lambda: base), replace(base.context, windows=False)).reports
                wanted = {spec.type for spec in family.reports if not spec.is_series and not spec.has_windows}
                return Computed({type_: table for type_, table in reports.tables.items() if type_ in wanted}, reports.meta)
            try:
                part = select_range(base, temp, request.scope, (request.last - request.first).days + 1)
            except LookupError:
                raise NotComputed(f"{request.scope} was not among the values that are listed by {request.last}.") from None
            reports = compute_family(family, Inputs(temp, lambda: part), part.context).reports
        return Computed({type_: table.drop_columns(["scope"]) for type_, table in reports.tables.items()}, reports.meta)

    def _base(self, request: AnyRequest) -> tuple[Base, ibis.Table]:
        """The base tables of a request, those that are kept or new ones, and the lake's orders."""
        key = request.base_key
        if key in self._bases:
            self._bases.move_to_end(key)
            return self._bases[key][1:]
        outdated = [other for other in self._bases if other[:2] != key[:2]]
        for other in outdated:
            self._drop(other)
        while len(self._bases) >= KEPT_BASES:
            self._drop(next(iter(self._bases)))
        with ExitStack() as stack:
            base, orders = self._make_base(request, stack)
            self._bases[key] = (stack.pop_all(), base, orders)
        return base, orders

    def _make_base(self, request: AnyRequest, stack: ExitStack) -> tuple[Base, ibis.Table]:
        database = open_database(self._settings)
        shop = applied_shop(database).shop if request.edition is None else shop_edition(database, request.edition)
        last = request.question.last if isinstance(request, ListRequest) else request.last
        shop.calendar.require_day(last)
        versions = dict(request.versions)
        stack.enter_context(pin_versions(self._settings.home, versions))
        tables = {name: self._lake.read(self._con, name, version) for name, version in versions.items()}
        lines = tables["basket_lines"] if shop.sources.baskets else None
        temp = stack.enter_context(TempTables(self._con))
        base = make_base(Tables(tables["orders"], tables["downloads"], lines), Context(shop, last), temp)
        if base is None:
            raise NotComputed(f"There was no session by {last}.")
        return base, tables["orders"]

    def _drop(self, key: tuple[Any, ...]) -> None:
        self._bases.pop(key)[0].close()

    def close(self) -> None:
        """Drop what is kept, and release its versions of the lake."""
        while self._bases:
            self._drop(next(iter(self._bases)))
        self._con.disconnect()
