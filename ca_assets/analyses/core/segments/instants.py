"""Segments of all buyers as of the beginning of any days (docs/contract, section 11), for readers that look back at many of them.

The same values, bounds and scores as in `values`, `bounds` and `scores`, from arrays that are read once: a day costs some passes over the
orders before it. Belongs here: segments as of a day. Does not belong here: what is made of them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import ibis
import numpy as np
from numpy.typing import NDArray

from ca_assets.analyses.core.base import to_numpy
from ca_assets.analyses.core.decimals import MILLIONTHS, UNITS
from ca_assets.analyses.core.segments.fits import CLUSTERS
from ca_assets.analyses.core.segments.model import SegmentModel, padded
from ca_assets.analyses.core.segments.sampling import LARGEST_SAMPLE, Metric, Series
from ca_assets.analyses.core.segments.scores import segment_table
from ca_assets.analyses.core.segments.values import MICROSECONDS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
MICROSECOND = dt.timedelta(microseconds=1)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
NO_SEGMENT = 0


def instant(moment: dt.datetime) -> int:
    """Microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


@dataclass(frozen=True)
class _Buyers:
    """Values of the buyers who are known at an instant, by place: their keys and numbers of currencies; NaN where there is no value."""

    key: Ints
    order_days: Ints
    currency: Ints
    recency: Floats
    frequency: Floats
    monetary: Floats


class SegmentsAt:
    """The orders of a shop's clients, read once; `at` and `buyers` look at those before a day."""

    def __init__(self, model: SegmentModel) -> None:
        self.model = model
        clients = model.base.clients
        orders = clients.filter(clients.purchased)
        currency = {"currency": orders.currency} if model.base.scopes.has_currency else {"currency": ibis.literal(model.base.currencies[0])}
        start = orders.start.delta(ibis.literal("1970-01-01T00:00:00+00:00", "timestamp('UTC')"), unit="microsecond").cast("int64")
        rows = to_numpy(orders.select("key", "day", "amount", start=start, **currency))
        place = np.argsort(rows["start"], kind="stable")
        self._key, self._start, day = (rows[name][place].astype(np.int64) for name in ("key", "start", "day"))
        names = np.array(model.base.currencies)
        self._currency = np.searchsorted(names, rows["currency"][place].astype(str)) if len(names) > 1 else np.zeros(len(place), np.int64)
        units = rows["amount"][place].astype(np.float64)
        whole = np.floor(units)
        self._whole, self._parts = whole, np.rint((units - whole) * UNITS)
        _, first = np.unique(self._key * (int(day.max(initial=0)) + 1) + day, return_index=True)
        self._is_new_day = np.zeros(len(place), np.int64)
        self._is_new_day[first] = 1
        self._pairs, self._pair = np.unique(self._key * len(names) + self._currency, return_inverse=True)
        _, firsts = np.unique(self._key, return_index=True)
        self._first_orders = np.sort(self._start[firsts])

    @property
    def keys(self) -> int:
        """One more than the largest key of a buyer."""
        return int(self._key.max(initial=-1)) + 1

    def buyers(self, day: dt.date) -> int:
        """How many were known before a day."""
        return int(np.searchsorted(self._first_orders, self._instant(day)))

    def at(self, day: dt.date) -> NDArray[np.int8]:
        """By key the segment (1 .. 8) as of the first instant of a day, NO_SEGMENT without an order before it."""
        segments = np.zeros(self.keys, np.int8)
        known = self._values(day)
        if len(known.key):
            segments[known.key] = self._segments(known, day)
        return segments

    def _before(self, day: dt.date) -> int:
        return int(np.searchsorted(self._start, self._instant(day)))

    def _instant(self, day: dt.date) -> int:
        return instant(self.model.base.context.shop.calendar.day_start(day))

    def _values(self, day: dt.date) -> _Buyers:
        size, end = self._before(day), self._instant(day)
        key, start = self._key[:size], self._start[:size]
        last = np.full(self.keys, -1)
        last[key] = start  # of equal places the last one written, which is the newest
        first = np.full(self.keys, -1)
        first[key[::-1]] = start[::-1]
        days = np.bincount(key, self._is_new_day[:size], self.keys).astype(np.int64)
        known = np.flatnonzero(days)
        currency, monetary = self._money(size, known)
        gaps = np.where(days[known] > 1, days[known] - 1.0, np.nan)
        return _Buyers(
            known,
            days[known],
            currency,
            np.rint((end - last[known]) / MICROSECONDS) / MILLIONTHS,
            np.rint((last[known] - first[known]) / (MICROSECONDS * gaps)) / MILLIONTHS,
            monetary,
        )

    def _money(self, size: int, known: Ints) -> tuple[Ints, Floats]:
        """Number of each buyer's main currency, and the mean amount of the orders in it."""
        width, pairs, number = len(self.model.base.currencies), len(self._pairs), self._pair[:size]
        currency = self._pairs % width
        count = np.bincount(number, minlength=pairs)
        chosen = np.flatnonzero(count) if width == 1 else self._main_pairs(size, count, known)
        whole, parts = (np.bincount(number, column[:size], pairs)[chosen] for column in (self._whole, self._parts))
        revenue = whole + parts / UNITS
        return currency[chosen], np.rint(np.rint(revenue * MILLIONTHS) / count[chosen]) / MILLIONTHS

    def _main_pairs(self, size: int, count: Ints, known: Ints) -> Ints:
        """Of each buyer the pair with the currency of most orders, then of the newest order, then the smallest."""
        width = len(self.model.base.currencies)
        newest = np.zeros(len(self._pairs), np.int64)
        newest[self._pair[:size]] = self._start[:size]
        key = self._pairs // width
        order = np.lexsort((self._pairs % width, -newest, -count, key))
        return np.asarray(order[np.searchsorted(key[order], known)])

    @cached_property
    def _draws(self) -> Ints:
        """By key the place by which buyers are drawn for fits."""
        states = self.model.states
        rows = to_numpy(states.group_by("key").aggregate(draw=states.draw.min()))
        draws = np.zeros(self.keys, np.int64)
        draws[rows["key"]] = rows["draw"]
        return draws

    def _segments(self, known: _Buyers, day: dt.date) -> Ints:
        """Scores under the bounds in force, and what they make."""
        months = self.model.months.first_days
        before = np.datetime64(self.model.base.context.shop.calendar.day_before(day), "D")
        bounds = self.model.bounds_inside(int(np.searchsorted(months, before, side="right")) - 1, self._sampled(known))

        def limits(metric: Metric, currency: int | None = None) -> Floats:
            return np.array(padded(bounds, metric, currency))

        hours: dict[Metric, Floats] = {"recency": known.recency, "frequency": known.frequency}
        r, f = (CLUSTERS - (limits(metric)[:, None] < value).sum(axis=0) for metric, value in hours.items())
        money = np.array([limits("monetary", number) for number in range(len(self.model.base.currencies))])
        m = CLUSTERS - (money[known.currency] > known.monetary[:, None]).sum(axis=1)
        code = 36 * r + 6 * np.where(known.order_days == 1, 0, f) + m
        return np.asarray(_segment_by_code()[code])

    def _sampled(self, known: _Buyers) -> dict[Series, Floats]:
        """The values that a fit at that instant is made from."""
        order = np.argsort(self._draws[known.key])
        frequency = known.frequency[order]
        series: dict[Series, Floats] = {("recency", None): known.recency[order], ("frequency", None): frequency[~np.isnan(frequency)]}
        for number in np.unique(known.currency).tolist():
            series["monetary", number] = known.monetary[order][known.currency[order] == number]
        return {name: values[:LARGEST_SAMPLE] for name, values in series.items() if len(values)}


def _segment_by_code() -> Ints:
    """The table of `scores.segment_table` as an array."""
    rows = segment_table().to_pandas()
    table = np.zeros(int(rows["code"].max()) + 1, np.int64)
    table[rows["code"]] = rows["segment"]
    return table
