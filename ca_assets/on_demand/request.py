"""What is asked of the processes that compute ranges, and what they answer: values that go through a pipe."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from ca_assets.analyses.core.family import BASE, NIGHTLY, family_of_report
from ca_assets.analyses.core.members import member_sets
from ca_assets.analyses.search_terms.specs import Subject
from ca_assets.contracts.tables import LOAD_TABLES, published, table_names
from ca_assets.index.protocol import NotPublished, Snapshot
from ca_assets.on_demand.list_files import ListFile

KEPT_BASES = 3  # last days whose base tables a process keeps
EVERY_SCOPE, WHOLE_SHOP = "*", "all"
READ_TABLES = table_names(published(LOAD_TABLES))


class NotComputed(LookupError):
    """A range cannot be computed; the message says why, for users."""


class RangesUnavailable(NotComputed):
    """Nothing can be computed here at all: the published tables cannot be read, or it is switched off."""


@dataclass(frozen=True)
class Request:
    """The reports with windows of a family in one scope, of the days `first` to `last`.

    `first` None: its reports that are neither series nor have windows, as of the end of `last`, in all scopes (`EVERY_SCOPE`).
    They are computed from the versions of the lake's tables (name, version) and the edition of shop.yaml that are published.
    `with_statements`: the engine's statements are wanted too, so everything is computed anew. With a `first` day, they are those of
    windows only; without, those of the family as it is published, but for its windows.
    """

    generation: str
    edition: int | None
    versions: tuple[tuple[str, int], ...]
    family: str
    scope: str
    first: dt.date | None
    last: dt.date
    with_statements: bool = False

    @property
    def base_key(self) -> tuple[Any, ...]:
        """Stands for the base tables that it is computed from."""
        return self.edition, self.versions, self.last


@dataclass(frozen=True)
class ListQuestion:
    """Which list: of a set of orders or customers (`analyses.core.members`) in one scope, as of the end of the day `last`.

    `days`: the first and last of those that it is chosen from; None: all. `values`: the set's parameters, sorted, as texts.
    """

    members: str
    scope: str
    last: dt.date
    days: tuple[dt.date, dt.date] | None = None
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ListRequest:
    """A list, made of the versions of the lake's tables (name, version) and the edition of shop.yaml that are published.

    `reads`: the family's table that its set reads, with its version.
    """

    generation: str
    edition: int | None
    versions: tuple[tuple[str, int], ...]
    question: ListQuestion
    reads: tuple[tuple[str, int], ...] = ()

    @property
    def base_key(self) -> tuple[Any, ...]:
        """Stands for the base tables that it is computed from."""
        return self.edition, self.versions, self.question.last


@dataclass(frozen=True)
class SubjectRequest:
    """The tables of a term's page (`analyses.search_terms.subjects`), as of the end of the day `last`.

    `scope`: of one value of a dimension as if nothing else existed.
    """

    generation: str
    edition: int | None
    versions: tuple[tuple[str, int], ...]
    subject: Subject
    last: dt.date
    scope: str = WHOLE_SHOP

    @property
    def base_key(self) -> tuple[Any, ...]:
        """Stands for the base tables that it is computed from."""
        return self.edition, self.versions, self.last


@dataclass(frozen=True)
class TermsRequest:
    """The table `search_terms` of one value of a dimension as if nothing else existed, as of the end of the day `last`."""

    generation: str
    edition: int | None
    versions: tuple[tuple[str, int], ...]
    scope: str
    last: dt.date

    @property
    def base_key(self) -> tuple[Any, ...]:
        """Stands for the base tables that it is computed from."""
        return self.edition, self.versions, self.last


@dataclass(frozen=True)
class Computed:
    """Reports by type, with the contract's columns, after `scope` where they are of all scopes; and the family's meta.

    `statements`: what the engine computed for them, in order, where that was asked for.
    """

    tables: Mapping[str, pa.Table]
    meta: Mapping[str, Any] = field(default_factory=dict)
    statements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failure:
    """Why a range could not be computed, for users."""

    reason: str


AnyRequest = Request | ListRequest | SubjectRequest | TermsRequest
Answer = Computed | ListFile


def range_request(snapshot: Snapshot, family: str, scope: str, days: tuple[dt.date | None, dt.date]) -> Request:
    """A request for what a snapshot shows. RangesUnavailable when its tables are not published, and for a family of models."""
    made_by = family_of_report(family)
    if made_by.inputs != (BASE,) or made_by.job != NIGHTLY:
        raise RangesUnavailable(f"{family} is computed by its own job only.")
    return Request(*_published(snapshot), family, scope if days[0] else EVERY_SCOPE, *days)


def list_request(snapshot: Snapshot, question: ListQuestion) -> ListRequest:
    """A request for a list of what a snapshot shows. RangesUnavailable when its tables are not published."""
    name = member_sets()[question.members].reads
    try:
        reads = ((name, snapshot.table(name).lake_version),) if name else ()
    except NotPublished as error:
        raise RangesUnavailable(str(error)) from error
    return ListRequest(*_published(snapshot), question, reads)


def subject_request(snapshot: Snapshot, subject: Subject, last: dt.date, scope: str = WHOLE_SHOP) -> SubjectRequest:
    """A request for a term's page of what a snapshot shows. RangesUnavailable when its tables are not published."""
    return SubjectRequest(*_published(snapshot), subject, last, scope)


def terms_request(snapshot: Snapshot, scope: str, last: dt.date) -> TermsRequest:
    """A request for the search terms of a scope of what a snapshot shows. RangesUnavailable when its tables are not published."""
    return TermsRequest(*_published(snapshot), scope, last)


def _published(snapshot: Snapshot) -> tuple[str, int | None, tuple[tuple[str, int], ...]]:
    """Generation, edition of shop.yaml, and versions of the tables that requests read. RangesUnavailable."""
    try:
        versions = tuple((name, snapshot.table(name).lake_version) for name in READ_TABLES)
    except NotPublished as error:
        raise RangesUnavailable(str(error)) from error
    return snapshot.generation, snapshot.meta().get("edition"), versions
