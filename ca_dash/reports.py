"""What is published, for pages: the shop, and reports as DataFrames through one cached reader.

Belongs here: reading and caching; which parts of a shop are not connected. Does not belong here: filters (`filters.url`), drawing
(`figures`). The cache's key is the report's version, never a timer. A report is read as of the newest report date up to the day that is
wanted: families that are computed weekly have none for most days.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, overload

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ca_assets.analyses.search_terms.specs import Subject
from ca_assets.contracts.report_path import ReportPath
from ca_assets.index.limited import OutsideLimits
from ca_assets.index.paging import Filter
from ca_assets.index.protocol import NotPublished, Snapshot
from ca_assets.index.search.hits import Hit
from ca_assets.on_demand.list_files import ListFile
from ca_assets.on_demand.request import (
    EVERY_SCOPE,
    READ_TABLES,
    WHOLE_SHOP,
    Computed,
    ListQuestion,
    ListRequest,
    NotComputed,
    RangesUnavailable,
    Request,
    SubjectRequest,
    TermsRequest,
    list_request,
    range_request,
    subject_request,
)
from ca_assets.shop import WEEKDAYS

CACHED_FRAMES = 512
FACTS = {"product": (("search_terms", "value"),), "client": (("rfm_segments", "client"), ("clv_predictions", "client"))}  # table, column
log = logging.getLogger(__name__)
DAILY_REPORTS = (ReportPath("stats", "daily_orders"), ReportPath("funnels", "sessions_daily"))  # one of them is in every publication


@dataclass(frozen=True)
class Part:
    """An optional part of a shop: what a publication's meta calls it, and what to say when it is not connected."""

    meta_key: str
    title: str
    remedy: str


# By what a report's contract needs. A publication that does not say whether it has a part is taken to have it.
PARTS: Mapping[str, Part] = {
    "baskets": Part(
        "has_baskets",
        "No baskets are connected",
        "Products need the lines of the orders. Add the source “baskets” (order id, product, unit price, category) to shop.yaml, "
        "then run ca sources apply shop.yaml and ca load.",
    ),
    "promotion_id": Part(
        "has_promotion",
        "No promotions are connected",
        "Promotions need the voucher or campaign of each order. Map the column “promotion_id” of the source “sessions” in shop.yaml, "
        "then run ca sources apply shop.yaml and ca load.",
    ),
    "deliveries": Part(
        "has_deliveries",
        "No deliveries are connected",
        "Add the source “deliveries” (order id, delivery date; better with prepare date, promised date, latitude and longitude) to "
        "shop.yaml, then run ca sources apply shop.yaml and ca load.",
    ),
    **{
        need: Part(
            f"has_{need}", title, f"Map {columns} of the source “deliveries” in shop.yaml, then run ca sources apply shop.yaml and ca load."
        )
        for need, title, columns in (
            ("coordinates", "No locations are connected", "“latitude” and “longitude”"),
            ("prepare_date", "No preparation times are connected", "“prepare_date”"),
            ("return_date", "No returns are connected", "“return_date”"),
            ("promised_date", "No promised dates are connected", "“promised_date”"),
        )
    },
}


@dataclass(frozen=True)
class ShopView:
    """What pages say about the shop and let users choose from, of one published generation.

    `report_date` is the newest of `report_dates`; `first_day` the first day with data. `week_start`: 0 for Monday, 6 for Sunday.
    """

    generation: str
    name: str
    currency: str | None
    report_date: dt.date | None
    first_day: dt.date | None
    scopes: tuple[str, ...]
    report_dates: tuple[dt.date, ...]
    week_start: int = 0
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def default_scope(self) -> str:
        """The whole shop; of readers who are limited to some values of a dimension the first of these."""
        return self.scopes[0] if self.scopes else "all"

    def missing_part(self, needs: Sequence[str]) -> Part | None:
        """The first part that is needed and not connected."""
        parts = [PARTS[need] for need in needs if need in PARTS]
        return next((part for part in parts if self.meta.get(part.meta_key) is False), None)


@dataclass(frozen=True)
class Frame:
    """A report's rows with the report date that they are of, their version and meta."""

    data: pd.DataFrame
    day: dt.date
    version: str
    meta: Mapping[str, Any]


class Ranges(Protocol):
    """Who computes what is not published: `ca_assets.on_demand.pool`."""

    @overload
    def compute(self, request: Request | SubjectRequest | TermsRequest) -> Computed: ...
    @overload
    def compute(self, request: ListRequest) -> ListFile: ...
    def compute(self, request: Request | ListRequest | SubjectRequest | TermsRequest) -> Computed | ListFile:
        """The reports of a range, the rows of a list, or the tables of a term's page. Raises NotComputed."""
        ...


class Published(Protocol):
    """The reading half of `ca_assets.index.protocol.Index`."""

    def current(self) -> str | None:
        """The current generation, None before the first publication."""
        ...

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """A consistent view for reading."""
        ...


class Reader:
    """Reads one index for all requests; safe for threads. Raises NotPublished and IndexUnavailable as the index does.

    `ranges` computes reports of ranges that are not published; None: nobody does.
    """

    def __init__(self, index: Published, ranges: Ranges | None = None) -> None:
        self._index = index
        self._ranges = ranges
        self._frames: OrderedDict[tuple[ReportPath, str, dt.date, str], Frame] = OrderedDict()
        self._tables: dict[str, tuple[int, pd.DataFrame]] = {}
        self._shop: ShopView | None = None
        self._lock = threading.Lock()

    def health(self) -> dict[str, Any]:
        """The store's own words on itself (`Index.health`)."""
        return self._index.health()

    def shop(self) -> ShopView | None:
        """The shop as published now; None before the first publication."""
        generation = self._index.current()
        if generation is None:
            return None
        shop = self._shop
        if shop is None or shop.generation != generation:
            with self._index.snapshot() as snapshot:
                shop = self._shop = _shop_of(snapshot)
        return shop

    def frame(self, path: ReportPath, scope: str, day: dt.date | None = None, days: tuple[dt.date | None, dt.date] | None = None) -> Frame:
        """A report's rows in a scope, of its newest report date up to `day` (None: of all). Raises NotPublished when there is none.

        `days`: a report with windows of exactly these days, first and last, computed from what is published; waits for it. Without a
        first day: one that is no series, as of the end of the last. Raises NotComputed, RangesUnavailable.
        """
        if days is not None:
            return self._computed(path, scope, days)
        with self._index.snapshot() as snapshot:
            versions = snapshot.versions(path.name, path.windowed_type, scope)
            newest = max((date for date in versions if day is None or date <= day), default=None)
            if newest is None:
                raise NotPublished(f"{path} has not been computed for this selection")
            key = (path, scope, newest, versions[newest])
            with self._lock:
                if key in self._frames:
                    self._frames.move_to_end(key)
                    return self._frames[key]
            report = snapshot.report(path.name, path.windowed_type, scope, newest)
        return self._keep(key, report.data, report.meta)

    def tables(self) -> dict[str, int]:
        """Rows of the published tables that reports are computed from; of those that are published."""
        with self._index.snapshot() as snapshot:
            rows = {}
            for name in READ_TABLES:
                try:
                    rows[name] = snapshot.table(name).rows
                except NotPublished as error:
                    log.debug("%s: %s", name, error)
            return rows

    def table_rows(self, name: str) -> pd.DataFrame:
        """The rows of a small published table; none where it is not published."""
        with self._index.snapshot() as snapshot:
            try:
                version = snapshot.table(name).lake_version
                known = self._tables.get(name)
                if known is None or known[0] != version:
                    batches = list(snapshot.rows(name))
                    rows = pa.Table.from_batches(batches, None if batches else snapshot.columns(name))
                    known = self._tables[name] = version, rows.to_pandas(date_as_object=False)
            except NotPublished as error:
                log.debug("%s: %s", name, error)
                return pd.DataFrame()
        return known[1]

    def statements(self, path: ReportPath, scope: str, days: tuple[dt.date | None, dt.date]) -> tuple[str, ...]:
        """What the engine runs for a report as of the last day, with a first day for exactly these days; computes it anew.

        Raises NotComputed, RangesUnavailable.
        """
        if self._ranges is None:
            raise RangesUnavailable("Nothing is computed here (CA_RANGE_PROCESSES is 0).")
        with self._index.snapshot() as snapshot:
            request = range_request(snapshot, path.name, scope, days)
        return self._ranges.compute(replace(request, with_statements=True)).statements

    def list_file(self, question: ListQuestion) -> ListFile:
        """The rows of a list of what is published now; waits for them. Raises NotPublished, NotComputed, RangesUnavailable."""
        if self._ranges is None:
            raise RangesUnavailable("Lists are not made here.")
        with self._index.snapshot() as snapshot:
            request = list_request(snapshot, question)
        return self._ranges.compute(request)

    def search(self, text: str, limit: int) -> list[Hit]:
        """Terms that a text finds, at most so many of each kind. Raises NotPublished."""
        with self._index.snapshot() as snapshot:
            return snapshot.search(text, limit=limit)

    def subject(self, subject: Subject, day: dt.date) -> Mapping[str, pa.Table]:
        """The tables of a term's page as of a day; waits for them. Raises NotPublished, NotComputed, RangesUnavailable."""
        if self._ranges is None:
            raise RangesUnavailable("Pages of products and customers are computed, which is switched off here (CA_RANGE_PROCESSES is 0).")
        with self._index.snapshot() as snapshot:
            request = subject_request(snapshot, subject, day, next(iter(snapshot.scopes()), WHOLE_SHOP))
        return self._ranges.compute(request).tables

    def facts(self, subject: Subject) -> dict[str, Any]:
        """What published tables say of a term in one row: a product's name (`label`), a client's segment and expected spending."""
        facts: dict[str, Any] = {}
        with self._index.snapshot() as snapshot:
            for table, column in FACTS.get(subject.kind, ()):
                try:
                    where = [Filter(column, "=", subject.value)] + ([Filter("kind", "=", subject.kind)] if column == "value" else [])
                    rows = snapshot.page(table, where=where, limit=1).rows.to_pylist()
                except (NotPublished, KeyError) as error:
                    log.debug("%s: %s", table, error)
                    continue
                facts |= rows[0] if rows else {}
        return facts

    def frame_at_end(self, path: ReportPath, scope: str, end: dt.date, day: dt.date) -> Frame:
        """A report as of exactly `end`, published or computed; where it cannot be, as of `day`, which its own date then tells."""
        if end == day:
            return self.frame(path, scope, day)
        try:
            frame = self.frame(path, scope, end)
            if frame.day == end:
                return frame
        except NotPublished:
            log.debug("%s is not published as of %s", path, end)
        try:
            return self.frame(path, scope, days=(None, end))
        except NotComputed as error:
            log.info("%s as of %s: %s", path, end, error)
            return self.frame(path, scope, day)

    def _computed(self, path: ReportPath, scope: str, days: tuple[dt.date | None, dt.date]) -> Frame:
        """What `frame` gives for a range. When another publication replaced the one that was to be read, that one is."""
        if self._ranges is None:
            raise RangesUnavailable("Ranges are not computed here.")
        while True:
            with self._index.snapshot() as snapshot:
                request = range_request(snapshot, path.name, scope, days)
            key = (path, scope, days[1], f"{request.generation} {days[0]}")
            with self._lock:
                if key in self._frames:
                    self._frames.move_to_end(key)
                    return self._frames[key]
            try:
                computed = self._ranges.compute(request)
                break
            except NotComputed:
                if self._index.current() == request.generation:
                    raise
        if path.type not in computed.tables:
            raise NotPublished(f"{path} is not made of this shop")
        table = computed.tables[path.type]
        if request.scope == EVERY_SCOPE:
            table = table.filter(pc.equal(table["scope"], scope)).drop_columns(["scope"])
        return self._keep(key, table, computed.meta)

    def _keep(self, key: tuple[ReportPath, str, dt.date, str], data: pa.Table, meta: Mapping[str, Any]) -> Frame:
        """Rows as a frame, which is cached."""
        frame = Frame(data.to_pandas(date_as_object=False), key[2], key[3], meta)
        with self._lock:
            self._frames[key] = frame
            while len(self._frames) > CACHED_FRAMES:
                self._frames.popitem(last=False)
        return frame


def _shop_of(snapshot: Snapshot) -> ShopView:
    meta = snapshot.meta()
    scopes = tuple(snapshot.scopes())
    scope = scopes[0] if scopes else WHOLE_SHOP
    daily = next(((path, dates) for path in DAILY_REPORTS if (dates := _dates(snapshot, path, scope))), None)
    days = sorted((day for day in daily[1] if day.year > 1), reverse=True) if daily else []  # year 1: a shop without a complete day
    report = snapshot.report(daily[0].name, daily[0].type, scope) if daily else None
    periods = report.data.column("period").to_pylist() if report else []
    week_start = str((meta.get("calendar") or {}).get("week_start") or WEEKDAYS[0])
    return ShopView(
        generation=snapshot.generation,
        name=str(meta.get("shop") or "My shop"),
        currency=(report.meta if report else meta).get("currency") or meta.get("currency"),  # of the orders, which may be another one
        report_date=days[0] if days else None,
        first_day=min(periods, default=None),
        scopes=scopes,
        report_dates=tuple(days),
        week_start=WEEKDAYS.index(week_start),
        meta=meta,
    )


def _dates(snapshot: Snapshot, path: ReportPath, scope: str) -> dict[dt.date, str]:
    """Report dates with their versions; none where the reader's part of the shop is no scope of this publication."""
    try:
        return snapshot.versions(path.name, path.type, scope)
    except OutsideLimits:
        return {}
