"""The published view of users who are limited to values of a dimension: an index that shows these scopes and refuses everything else.

Whoever reads through it needs no checks of his own. What is not known to be free of other scopes is refused: reports of families that do
not say so (`Family.isolated`), the scope of the whole shop, tables whose rows are not of one scope. Does not belong here: who is limited
(`ca_assets.settings.access`), what is computed on demand (`ca_assets.on_demand.limited`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from ca_assets.analyses.core.family import family_of_report
from ca_assets.analyses.core.report_set import REFUSAL
from ca_assets.contracts.report_path import ReportPath
from ca_assets.contracts.reserved import NONE, OTHER
from ca_assets.index.paging import Cursor, Filter, Order, Page
from ca_assets.index.protocol import Index, NotPublished, PublishedTable, Report, ReportKey, Snapshot
from ca_assets.index.search.hits import KINDS, Hit, Kind

# What of a publication's and of a report's meta is the same whatever other scopes hold.
SHOP_META = ("shop", "calendar", "currency", "dimensions", "actions", "customer_actions", "report_date", "loaded_at", "edition", "settings")
PARTS_META = "has_"
REPORT_META = ("currency", "units", "definition")
ROWS_OF_A_SCOPE = "orders"  # the one table whose rows have the values of dimensions


class OutsideLimits(NotPublished):
    """It is not shown to a user who is limited to some values of a dimension; the message says so."""


def refusal(scopes: Sequence[str]) -> OutsideLimits:
    """The error for what is refused to users who are limited to these scopes."""
    return OutsideLimits(
        f"Your account is limited to {', '.join(scopes)}. This is not shown, as its figures cannot be told apart from those of other parts."
    )


def require_isolated(path: ReportPath, meta: Mapping[str, Any], scopes: Sequence[str]) -> None:
    """Raises OutsideLimits unless a report tells in a scope nothing of others. `meta`: of the publication.

    Without a customers source a download is the first session, wherever that was.
    """
    try:
        family = family_of_report(path.name)
    except KeyError:
        raise refusal(scopes) from None
    spec = next((spec for spec in family.reports if spec.type == path.type), None)
    is_mixed = spec is None or (spec.starts_at_download and meta.get("has_customers") is not True)
    if is_mixed or not family.is_isolated(path.type):
        raise refusal(scopes)


class LimitedIndex:
    """The reading half of an index, of some scopes. ValueError without any, and for scopes that are not one value of a dimension."""

    def __init__(self, index: Index, scopes: Collection[str]) -> None:
        for scope in scopes:
            dimension, separator, value = scope.partition("=")
            if not separator or not dimension or value in ("", NONE, OTHER):
                raise ValueError(f"{scope!r} is not one value of a dimension")
        if not scopes:
            raise ValueError("a limited index needs a scope")
        self._index = index
        self.scopes = tuple(scopes)

    def current(self) -> str | None:
        """The current generation, None before the first publication."""
        return self._index.current()

    @contextmanager
    def snapshot(self) -> Iterator[LimitedSnapshot]:
        """A consistent view for reading. Raises NotPublished before the first publication."""
        with self._index.snapshot() as snapshot:
            yield LimitedSnapshot(snapshot, self.scopes)


class LimitedSnapshot:
    """A `Snapshot` (see there) of some scopes; raises OutsideLimits, which is a NotPublished, for everything else."""

    def __init__(self, snapshot: Snapshot, scopes: tuple[str, ...]) -> None:
        self._snapshot = snapshot
        self._scopes = scopes

    @property
    def generation(self) -> str:
        """Name of the current generation."""
        return self._snapshot.generation

    def meta(self) -> dict[str, Any]:
        """What was recorded with the generation and does not count anything."""
        return {key: value for key, value in self._snapshot.meta().items() if key in SHOP_META or key.startswith(PARTS_META)}

    def report(self, report_name: str, type: str, scope: str = "all", report_date: dt.date | None = None) -> Report:
        """One report of one of the scopes. Raises NotPublished."""
        self._require(ReportPath.parse(f"{report_name}/{type}"), scope)
        return _without_meta(self._snapshot.report(report_name, type, scope, report_date))

    def as_of(self, path: str, scope: str, day: dt.date | None) -> Report:
        """The report of one of the scopes as of a day. Raises NotPublished, ValueError for a text that is no path."""
        self._require(ReportPath.parse(path), scope)
        return _without_meta(self._snapshot.as_of(path, scope, day))

    def version_as_of(self, path: str, scope: str, day: dt.date | None) -> tuple[dt.date, str] | None:
        """Report date and version of the report that `as_of` gives."""
        self._require(ReportPath.parse(path), scope)
        return self._snapshot.version_as_of(path, scope, day)

    def versions(self, report_name: str, type: str, scope: str = "all") -> dict[dt.date, str]:
        """Report dates that exist, each with its version."""
        self._require(ReportPath.parse(f"{report_name}/{type}"), scope)
        return self._snapshot.versions(report_name, type, scope)

    def keys(self) -> list[ReportKey]:
        """Keys of the reports that are shown."""
        every = self._snapshot.keys()
        return [key for key in every if key.scope in self._scopes and self._is_shown(key)]

    def scopes(self, report_date: dt.date | None = None) -> list[str]:
        """Those of the scopes that the report date has, in its order."""
        return [scope for scope in self._snapshot.scopes(report_date) if scope in self._scopes]

    def table(self, name: str) -> PublishedTable:
        """What is published of a table, without its number of rows: requests of ranges name its version. Raises NotPublished."""
        table = self._snapshot.table(name)
        return PublishedTable(table.name, table.lake_version, 0, table.key)

    def columns(self, name: str) -> pa.Schema:
        """Columns of the orders. Raises NotPublished."""
        self._own_rows(name)
        return self._snapshot.columns(name)

    def rows(self, name: str, *, columns: Sequence[str] | None = None, where: dict[str, Any] | None = None) -> Iterator[pa.RecordBatch]:
        """Orders of the scopes, one scope after the other. Raises NotPublished, KeyError."""
        for column, values in self._own_rows(name).items():
            for value in values:
                wanted = dict(where or {})
                if wanted.setdefault(column, value) == value:
                    yield from self._snapshot.rows(name, columns=columns, where=wanted)

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
        """Some of the scopes' orders. Raises NotPublished, KeyError, ValueError."""
        own = [Filter(column, "in", values) for column, values in self._own_rows(table).items()]
        return self._snapshot.page(table, columns=columns, where=[*where, *own], order_by=order_by, limit=limit, after=after)

    def search(self, text: str, *, kinds: Collection[Kind] = KINDS, limit: int = 10) -> list[Hit]:
        """Refused: terms are of the whole shop. `on_demand.request.terms_request` asks for those of a scope."""
        raise refusal(self._scopes)

    def _require(self, path: ReportPath, scope: str) -> None:
        if scope not in self._scopes:
            raise refusal(self._scopes)
        require_isolated(path, self._snapshot.meta(), self._scopes)

    def _is_shown(self, key: ReportKey) -> bool:
        try:
            self._require(ReportPath.parse(f"{key.report_name}/{key.type}"), key.scope)
        except OutsideLimits:
            return False
        return True

    def _own_rows(self, table: str) -> dict[str, list[str]]:
        """The column of the scopes' dimension in a table, and their values. Raises OutsideLimits where rows are not of one scope."""
        dimensions = {scope.partition("=")[0] for scope in self._scopes}
        if table != ROWS_OF_A_SCOPE or len(dimensions) != 1:
            raise refusal(self._scopes)
        column = f"dimensions.{dimensions.pop()}"
        if column not in self._snapshot.columns(table).names:
            raise refusal(self._scopes)
        return {column: [scope.partition("=")[2] for scope in self._scopes]}


def _without_meta(report: Report) -> Report:
    meta = {key: value for key, value in report.meta.items() if key in REPORT_META}
    if report.meta.get("refusal") == REFUSAL:
        meta["refusal"] = REFUSAL
    return Report(report.key, report.created_at, report.data, report.version, meta)
