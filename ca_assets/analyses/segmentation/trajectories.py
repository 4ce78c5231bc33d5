"""The segments of buyers' states at the month ends of the moves, found for few classes of states instead of for many buyers.

All bounds of these months, put in order, cut a metric's values into places. States with the same places have the same scores at every
month's end, so that they are a class; and classes with the same segments at every month's end have the same trajectory.
Belongs here: trajectories. Does not belong here: who moved, and what is counted.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.base import to_numpy
from ca_assets.analyses.core.decimals import MILLIONTHS
from ca_assets.analyses.core.segments.fits import CLUSTERS, Values
from ca_assets.analyses.core.segments.model import BoundsOfMonth, SegmentModel, padded
from ca_assets.analyses.core.segments.sampling import Metric
from ca_assets.analyses.core.segments.scores import CODE, SEGMENT_BY_CODE
from ca_assets.analyses.core.segments.values import MICROSECONDS, hours_between, instant

Instants = NDArray[np.datetime64]
Numbers = NDArray[np.int64]
Segments = NDArray[np.int8]
MICROSECOND = np.timedelta64(1, "us")


@dataclass(frozen=True)
class Trajectories:
    """`states`: those that hold at `first` or later (key, month, until, trajectory). Segments (1..8) by trajectory and month from `first`
    on: `segments` under the month's bounds, `unmoved` under those of the month before.

    A segment says nothing of months in which no state with the trajectory holds.
    """

    states: ibis.Table
    first: int
    segments: Segments
    unmoved: Segments

    @cached_property
    def by_month(self) -> ibis.Table:
        """Rows of trajectory, month, origin (the segment as of its beginning; 0 where that is not known), segment, unmoved."""
        trajectory, place = (places.ravel() for places in np.indices(self.segments.shape))
        origins = np.pad(self.segments[:, :-1], ((0, 0), (1, 0)))
        return ibis.memtable(
            pa.table(
                {
                    "trajectory": pa.array(trajectory, pa.int32()),
                    "month": pa.array(place + self.first, pa.int32()),
                    "origin": pa.array(origins.ravel()),
                    "segment": pa.array(self.segments.ravel()),
                    "unmoved": pa.array(self.unmoved.ravel()),
                }
            )
        )


@dataclass(frozen=True)
class _Axes:
    """Places of each metric's values. Recency: `last_orders` are the newest instants of each place; frequency: `gaps` the largest hours;
    monetary: `amounts` the smallest amounts of each place of a currency, and `currencies` its number.
    """

    last_orders: Instants
    gaps: Values
    amounts: Values
    currencies: Numbers

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Of the array of all classes: recency, frequency, whether there is one order day, monetary."""
        return len(self.last_orders), len(self.gaps), 2, len(self.amounts)

    def class_of(self, states: ibis.Table) -> ir.IntegerValue:
        """The number of each state's class."""
        places = (
            _place(states["last"], [ibis.literal(_aware(last), "timestamp('UTC')") for last in self.last_orders[:-1]], operator.lt),
            _place(states.frequency_hours, [_exact(gap) for gap in self.gaps[:-1]], operator.lt),
            (states.order_days == 1).cast("int64"),
            self._amount_place(states),
        )
        number: Any = ibis.literal(0, "int64")
        for place, size in zip(places, self.shape, strict=True):
            number = number * size + place
        return number

    def _amount_place(self, states: ibis.Table) -> ir.IntegerValue:
        of_currency = []
        for currency in np.unique(self.currencies).tolist():
            places = np.flatnonzero(self.currencies == currency)
            bounds = [_exact(amount) for amount in self.amounts[places[1:]]]
            of_currency.append((states.currency == currency, _place(states.monetary, bounds, operator.le, int(places[0]))))
        return ibis.cases(*of_currency, else_=ibis.null("int64")) if len(of_currency) > 1 else of_currency[0][1]

    def segments(self, classes: Numbers, bounds: BoundsOfMonth, end: dt.datetime) -> Segments:
        """Of each class under bounds at a moment."""
        recency, frequency, is_single, monetary = np.unravel_index(classes, self.shape)
        gap_scores = _score(self.gaps, padded(bounds, "frequency"), operator.lt)
        amount_bounds = [padded(bounds, "monetary", currency) for currency in self.currencies.tolist()]
        scores = (
            _score(hours_between(self.last_orders, end), padded(bounds, "recency"), operator.lt)[recency],
            np.where(is_single, 0, gap_scores[frequency]),
            _score(self.amounts, np.transpose(amount_bounds), operator.gt)[monetary],
        )
        return np.asarray(SEGMENT_BY_CODE[sum(score * factor for score, factor in zip(scores, CODE, strict=True))])


def trajectories(model: SegmentModel, months: Sequence[int]) -> Trajectories:
    """Of the states that hold in months that follow each other, or in the month before them."""
    first = months[0] - 1
    bounds = [model.bounds(first), *(model.bounds(month) for month in months)]
    before = [bounds[0], *({**now, **old} for old, now in pairwise(bounds))]  # without bounds then: today's
    ends = model.months.ends[first : months[-1] + 1]
    axes = _axes(model, [*zip(bounds, ends, strict=True), *zip(before, ends, strict=True)])
    states = model.states.filter(model.states.until > first)
    states = model.base.temp.materialize(states.select("key", "month", "until", number=axes.class_of(states)))
    classes = to_numpy(states.select("number").distinct())["number"]
    every = [np.stack([axes.segments(classes, *at) for at in zip(under, ends, strict=True)], axis=1) for under in (bounds, before)]
    distinct, trajectory = np.unique(np.hstack(every), axis=0, return_inverse=True)
    segments, unmoved = np.split(distinct, 2, axis=1)
    lookup = ibis.memtable(pa.table({"number": classes, "trajectory": pa.array(trajectory.ravel(), pa.int32())}))
    return Trajectories(model.base.temp.materialize(states.inner_join(lookup, "number").drop("number")), first, segments, unmoved)


def _axes(model: SegmentModel, times: Sequence[tuple[BoundsOfMonth, dt.datetime]]) -> _Axes:
    """With a bound of any of these times at each end of a place."""
    last_orders = {last_in_time(bound, end) for bounds, end in times for bound in _values(bounds, "recency", None)}
    gaps = {bound for bounds, _ in times for bound in _values(bounds, "frequency", None)}
    by_currency = [
        [-np.inf, *sorted({bound for bounds, _ in times for bound in _values(bounds, "monetary", currency)})]
        for currency in range(len(model.base.currencies))
    ]
    return _Axes(
        np.array([*sorted(last_orders), instant(model.months.ends[-1])]),
        np.array([*sorted(gaps), np.inf]),
        np.concatenate(by_currency),
        np.repeat(np.arange(len(by_currency)), [len(places) for places in by_currency]),
    )


def _values(bounds: BoundsOfMonth, metric: Metric, currency: int | None) -> tuple[float, ...]:
    return bounds[metric, currency].values if (metric, currency) in bounds else ()


def last_in_time(bound: float, end: dt.datetime) -> np.datetime64:
    """The newest instant of which recency at a moment is beyond a bound: recency is rounded, of a half to the even one."""
    half = instant(end) - round(bound * MILLIONTHS) * int(MICROSECONDS) * MICROSECOND - int(MICROSECONDS) // 2 * MICROSECOND
    return half if hours_between(np.array([half]), end)[0] > bound else half - MICROSECOND


def _place(value: ir.Value, bounds: Sequence[ir.Value], is_below: Callable[[Any, Any], Any], first: int = 0) -> ir.IntegerValue:
    """How many of the bounds, in order, are below a value; null has none. A search by halves: each row is compared with few of them."""
    if not bounds:
        return ibis.literal(first, "int64")
    middle = len(bounds) // 2
    above = _place(value, bounds[middle + 1 :], is_below, first + middle + 1)
    return ibis.ifelse(is_below(bounds[middle], value), above, _place(value, bounds[:middle], is_below, first))


def _score(values: Values, bounds: Sequence[Any] | Values, is_worse: Callable[[Any, Any], Any]) -> Numbers:
    """As `core.segments.scores.score`, of arrays."""
    return CLUSTERS - sum((is_worse(bound, values).astype(np.int64) for bound in bounds), np.zeros(len(values), dtype=np.int64))


def _exact(value: float) -> ir.FloatingValue:
    """A float as the text from which an engine reads the same one; SQL has decimals in the place of floats."""
    return ibis.literal(repr(float(value))).cast("float64")


def _aware(moment: np.datetime64) -> dt.datetime:
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=int(moment.astype(np.int64)))
