"""What users who are limited to values of a dimension may have computed: requests of their scopes, of families that keep scopes apart.

Everything else is refused. Does not belong here: what is published (`ca_assets.index.limited`), who is limited (`settings.access`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, overload

import pyarrow as pa
import pyarrow.compute as pc

from ca_assets.analyses.core.family import Family, families, family_of_report
from ca_assets.analyses.core.members import member_sets
from ca_assets.contracts.report_path import ReportPath
from ca_assets.index.limited import LimitedIndex, OutsideLimits, refusal, require_isolated
from ca_assets.on_demand.list_files import ListFile
from ca_assets.on_demand.request import (
    EVERY_SCOPE,
    Answer,
    AnyRequest,
    Computed,
    ListQuestion,
    ListRequest,
    NotComputed,
    Request,
    SubjectRequest,
    TermsRequest,
)

PACKAGE = "ca_assets.analyses"


class Pool(Protocol):
    """Who computes: `ca_assets.on_demand.pool`."""

    @overload
    def compute(self, request: Request | SubjectRequest | TermsRequest) -> Computed: ...
    @overload
    def compute(self, request: ListRequest) -> ListFile: ...
    def compute(self, request: AnyRequest) -> Answer:
        """What is asked for. Raises NotComputed."""
        ...


class LimitedRanges:
    """A pool that computes for the scopes of a limited index only."""

    def __init__(self, pool: Pool, index: LimitedIndex) -> None:
        self._pool = pool
        self._index = index
        self._scopes = index.scopes

    @overload
    def compute(self, request: Request | SubjectRequest | TermsRequest) -> Computed: ...
    @overload
    def compute(self, request: ListRequest) -> ListFile: ...
    def compute(self, request: AnyRequest) -> Answer:
        """What is asked for, in one of the scopes. Raises NotComputed."""
        try:
            if isinstance(request, Request):
                return self._reports(request)
            if isinstance(request, ListRequest):
                self._require_list(request.question)
                return self._pool.compute(request)
            self._require_scope(request.scope)
            return self._pool.compute(request)
        except OutsideLimits as error:
            raise NotComputed(str(error)) from None

    def _reports(self, request: Request) -> Computed:
        """The reports of a family that keep scopes apart; rows of all scopes are cut to the own ones."""
        if request.with_statements:
            raise refusal(self._scopes)
        is_of_all = request.scope == EVERY_SCOPE
        if not is_of_all:
            self._require_scope(request.scope)
        meta = self._meta()
        family = family_of_report(request.family)
        isolated = [spec.type for spec in family.reports if _is_isolated(family, spec.type, meta, self._scopes)]
        if not isolated:
            raise refusal(self._scopes)
        computed = self._pool.compute(request)
        tables = {type_: table for type_, table in computed.tables.items() if type_.partition("@")[0] in isolated}
        if is_of_all:
            own = pa.array(self._scopes, pa.string())
            tables = {type_: table.filter(pc.is_in(table["scope"], value_set=own)) for type_, table in tables.items()}
        return replace(computed, tables=tables, meta={})

    def _require_scope(self, scope: str) -> None:
        if scope not in self._scopes:
            raise refusal(self._scopes)

    def _require_list(self, question: ListQuestion) -> None:
        """Sets of a family that keeps scopes apart in all its reports, which read no table of another family."""
        self._require_scope(question.scope)
        members, meta = member_sets()[question.members], self._meta()
        family = families()[members.select.removeprefix(f"{PACKAGE}.").partition(".")[0]]
        if members.reads or not all(_is_isolated(family, spec.type, meta, self._scopes) for spec in family.reports):
            raise refusal(self._scopes)

    def _meta(self) -> Mapping[str, Any]:
        with self._index.snapshot() as snapshot:
            return snapshot.meta()


def _is_isolated(family: Family, report_type: str, meta: Mapping[str, Any], scopes: Sequence[str]) -> bool:
    try:
        require_isolated(ReportPath(family.report_name, report_type), meta, scopes)
    except OutsideLimits:
        return False
    return True
