"""The published view that pages, search and exports read: one protocol, several stores, one contract test suite.

Publication is by generation. IO managers `stage` what they computed from one version of the lake; `switch` makes a staged
generation current in one atomic step, so readers see a whole version or the one before, never a mixture. Staging into the
generation that is current already (a single analysis run by hand) is visible at once, report by report.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

from ca_assets.analyses.core.report import ReportSet
from ca_assets.index.paging import Cursor, Filter, Order, Page
from ca_assets.index.search.hits import KINDS, Hit, Kind


class IndexUnavailable(RuntimeError):
    """The store cannot be reached or written; the message says what to check and shows no secret."""


class NotPublished(LookupError):
    """There is no such published report, table or scope; the message says what would publish it."""


RESERVED_NAMES = {"reports", "state", "notes"}  # of other things in a store; so is what begins with ca_


def check_table_name(name: str) -> None:
    """ValueError when a published table cannot have this name."""
    if name in RESERVED_NAMES or name.startswith("ca_"):
        raise ValueError(f"no published table can be called {name!r}")


def missing_table(name: str) -> NotPublished:
    """The error for a table that is not published."""
    return NotPublished(f"the table {name!r} is not published; load the shop first (ca load)")


def missing_report(report_name: str, type_: str, scope: str, report_date: dt.date | None, *, is_in_other_scopes: bool) -> NotPublished:
    """The error for a report that is not published at all, or not for this scope and date."""
    if not is_in_other_scopes:
        return NotPublished(f"the report {report_name}/{type_} is not published; load the shop first (ca load), and look at its mapping")
    day = f" as of {report_date}" if report_date else ""
    return NotPublished(f"the report {report_name}/{type_} is not published for scope {scope!r}{day}; choose one that exists")


@dataclass(frozen=True)
class ReportKey:
    """Key of a published report. `type` carries a window's suffix (`top_products@28d`)."""

    report_name: str
    type: str
    scope: str
    report_date: dt.date


@dataclass(frozen=True)
class Report:
    """A finished report: `data` has the contract's columns (no `scope`), `version` changes whenever its content may have."""

    key: ReportKey
    created_at: dt.datetime
    data: pa.Table
    version: str
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PublishedTable:
    """What is published of a lake table: its lake version, its number of rows, and the columns that identify one (none: no such)."""

    name: str
    lake_version: int
    rows: int
    key: tuple[str, ...] = ()


class Snapshot(Protocol):
    """A consistent reading view: everything read through it is of one generation."""

    @property
    def generation(self) -> str:
        """Name of the current generation."""
        ...

    def meta(self) -> dict[str, Any]:
        """What was recorded with the generation: shop name, calendar, currency, report_date, loaded_at, dimensions, …"""
        ...

    def report(self, report_name: str, type: str, scope: str = "all", report_date: dt.date | None = None) -> Report:
        """One report, of the newest report_date when none is given. Raises NotPublished."""
        ...

    def as_of(self, path: str, scope: str, day: dt.date | None) -> Report:
        """The report `report_name/type[@window]` of the newest report date up to a day (None: of all); its key says which that is.

        Raises NotPublished, ValueError for a text that is no path.
        """
        ...

    def version_as_of(self, path: str, scope: str, day: dt.date | None) -> tuple[dt.date, str] | None:
        """Report date and version of the report that `as_of` gives: cheap, the cache key of readers. None: there is none."""
        ...

    def versions(self, report_name: str, type: str, scope: str = "all") -> dict[dt.date, str]:
        """Report dates that exist, each with its version."""
        ...

    def keys(self) -> list[ReportKey]:
        """Keys of all reports."""
        ...

    def scopes(self, report_date: dt.date | None = None) -> list[str]:
        """All scopes of the newest (or given) report date: `all` first, then by dimension in mapped order."""
        ...

    def table(self, name: str) -> PublishedTable:
        """What is published of a table. Raises NotPublished."""
        ...

    def columns(self, name: str) -> pa.Schema:
        """Columns of a published table (without `basket`, which `rows` makes when asked for it). Raises NotPublished."""
        ...

    def rows(self, name: str, *, columns: Sequence[str] | None = None, where: dict[str, Any] | None = None) -> Iterator[pa.RecordBatch]:
        """Rows of a table as batches; `where` compares columns for equality (values are parameters, never SQL).

        `columns` None: the table's own. `orders` also has the column `basket` (a list of product, category, price, quantity in that
        order, null without lines) when it is asked for by name. Raises NotPublished, and KeyError for a column that does not exist.
        """
        ...

    def page(
        self,
        table: str,
        *,
        columns: Sequence[str] | None = None,
        where: Sequence[Filter] = (),
        order_by: Sequence[Order] = (),
        limit: int = 50,
        after: Cursor | None = None,
    ) -> Page:
        """Some rows of a table that meet all filters, sorted by the orders and then the table's key, behind a cursor (see `paging`).

        `columns` as in `rows`. Raises NotPublished, KeyError for a column that does not exist, and ValueError for what does not fit: a
        value, an operator, a limit, a cursor of another query, a table without a key.
        """
        ...

    def search(self, text: str, *, kinds: Collection[Kind] = KINDS, limit: int = 10) -> list[Hit]:
        """Terms that a text finds, at most `limit` of each kind, in their one order (see `search.hits`); a text without letters finds none.

        Raises NotPublished.
        """
        ...


class Index(Protocol):
    """A store of published reports and tables."""

    def stage_reports(self, generation: str, reports: ReportSet) -> None:
        """Write reports under a generation (idempotent: the same key is replaced)."""
        ...

    def stage_table(self, generation: str, name: str, lake_version: int, rows: int, key: Sequence[str]) -> None:
        """Publish a lake table's version under a generation. `key`: the columns that identify a row of it (empty: rows may repeat).

        ValueError for a name that is not for tables.
        """
        ...

    def switch(self, generation: str, meta: dict[str, Any]) -> None:
        """Make a generation current atomically, carry over earlier report dates, drop what nothing refers to any more."""
        ...

    def current(self) -> str | None:
        """The current generation, None before the first publication."""
        ...

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """A consistent view for reading. Raises NotPublished before the first publication."""
        ...

    def health(self) -> dict[str, Any]:
        """Reachability, version, disk and write access, for people to read."""
        ...

    def purge(self) -> None:
        """Forget what was replaced or dropped for good, down to free pages and unmerged segments: after an erasure, never by readers."""
        ...

    def find_texts(self, is_in: Callable[[str], bool]) -> tuple[int, list[str]]:
        """Look through all texts of a store that is not in `CA_HOME`: number of documents, and the places where `is_in` holds of a text."""
        ...
