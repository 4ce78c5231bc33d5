"""Finished reports as DataFrames, through one cached reader. The cache's key is the report's version, never a timer.

Belongs here: reading and caching. Does not belong here: cutting to a range (`filters`), drawing (`figures`).
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ca_assets.storage.index import Index, NotPublished, Snapshot

CACHED_FRAMES = 512
DATED_REPORTS = (("stats", "kpis"), ("stats", "daily_orders"), ("funnels", "sessions_daily"))


@dataclass(frozen=True)
class ShopView:
    """What pages say about the shop and let users choose from, of one published generation."""

    generation: str
    name: str
    currency: str | None
    report_date: dt.date | None
    first_day: dt.date | None
    scopes: tuple[str, ...]
    report_dates: tuple[dt.date, ...]
    loaded_at: str | None = None
    week_start: str = "monday"
    timezone: str = "UTC"
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Frame:
    """A report's rows with its version and meta."""

    data: pd.DataFrame
    version: str
    meta: dict[str, Any]


class Reader:
    """Reads one index for all requests; safe for threads. Raises NotPublished and IndexUnavailable as the index does."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._frames: OrderedDict[tuple[str, str, dt.date, str], Frame] = OrderedDict()
        self._shop: ShopView | None = None
        self._lock = threading.Lock()

    def shop(self) -> ShopView | None:
        """The shop as published now; None before the first publication."""
        generation = self._index.current()
        if generation is None:
            return None
        shop = self._shop
        if shop is None or shop.generation != generation:
            with self._index.snapshot() as snapshot:
                shop = self._shop = _describe(snapshot)
        return shop

    def frame(self, path: str, scope: str, report_date: dt.date | None) -> Frame:
        """Rows of `report_name/type[@window]` in a scope as of a day (the newest when None)."""
        name, _, kind = path.partition("/")
        with self._index.snapshot() as snapshot:
            versions = snapshot.versions(name, kind, scope)
            day = report_date or max(versions, default=None)
            if day is None or day not in versions:
                raise NotPublished(f"{path} has not been computed for this selection")
            key = (path, scope, day, versions[day])
            return self._cached(key) or self._read(snapshot, key)

    def _cached(self, key: tuple[str, str, dt.date, str]) -> Frame | None:
        with self._lock:
            frame = self._frames.get(key)
            if frame is not None:
                self._frames.move_to_end(key)
            return frame

    def _read(self, snapshot: Snapshot, key: tuple[str, str, dt.date, str]) -> Frame:
        path, scope, day, version = key
        name, _, kind = path.partition("/")
        report = snapshot.report(name, kind, scope, day)
        frame = Frame(report.data.to_pandas(date_as_object=False), version, report.meta)
        with self._lock:
            self._frames[key] = frame
            while len(self._frames) > CACHED_FRAMES:
                self._frames.popitem(last=False)
        return frame


def _describe(snapshot: Snapshot) -> ShopView:
    meta = snapshot.meta()
    dates = tuple(day for day in _dates(snapshot) if day.year > 1)  # a shop without a complete day is published under the first day of all
    calendar = meta.get("calendar") or {}
    return ShopView(
        generation=snapshot.generation,
        name=str(meta.get("shop") or "My shop"),
        currency=meta.get("currency"),
        report_date=dates[0] if dates else None,
        first_day=_first_day(snapshot),
        scopes=tuple(snapshot.scopes()),
        report_dates=dates,
        loaded_at=str(meta["loaded_at"]) if meta.get("loaded_at") else None,
        week_start=str(calendar.get("week_start") or "monday"),
        timezone=str(calendar.get("timezone") or meta.get("timezone") or "UTC"),
        meta=meta,
    )


def _dates(snapshot: Snapshot) -> tuple[dt.date, ...]:
    """Days with reports, newest first."""
    for name, kind in DATED_REPORTS:
        versions = snapshot.versions(name, kind)
        if versions:
            return tuple(sorted(versions, reverse=True))
    return ()


def _first_day(snapshot: Snapshot) -> dt.date | None:
    """The first day of the session range: the first row of a daily series."""
    for name, kind in (("stats", "daily_orders"), ("funnels", "sessions_daily")):
        if snapshot.versions(name, kind):
            periods = snapshot.report(name, kind).data.column("period").to_pylist()
            return min(periods, default=None)
    return None
