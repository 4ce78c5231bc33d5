"""Segments against their own past (docs/contract, section 14, `segment_*`): frozen before the base, judged by placebo periods.

A segment that is taken at the end selects on the outcome (every null is rejected, METHODS 3); so customers keep the segment of the base's
first instant. How much such differences vary by chance is read from the same statistic on the periods before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.ab_tests.decisions import DECISIONS, Floats, benjamini_hochberg, decide
from ca_assets.analyses.ab_tests.effects import METRICS
from ca_assets.analyses.ab_tests.orders import Ints, Orders
from ca_assets.analyses.ab_tests.student import critical, two_sided
from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.calendar import periods
from ca_assets.analyses.core.decimals import UNITS
from ca_assets.analyses.core.report import ReportSpec
from ca_assets.analyses.core.rows import Labels, Values, per_scope, rows
from ca_assets.analyses.core.segments.instants import SegmentsAt, instant
from ca_assets.analyses.core.segments.scores import SEGMENTS
from ca_assets.contracts.units import Grain

BASE_PERIODS = 4
MOST_PLACEBOS: Mapping[Grain, int] = {"daily": 31, "weekly": 31, "monthly": 12}
FEWEST_PLACEBOS = 8
FEWEST_CUSTOMERS = 30
SMALLEST = 1e-9
ALL = len(SEGMENTS) + 1  # numbers of segments, 0 being none


@dataclass(frozen=True)
class SegmentTest:
    """A period, its base (first days and the days after their ends), and the day at whose first instant segments are frozen."""

    period: dt.date
    current: tuple[dt.date, dt.date]
    base: tuple[tuple[dt.date, dt.date], ...]

    @property
    def frozen_on(self) -> dt.date:
        """The base's first day."""
        return self.base[0][0]


@dataclass
class Frozen:
    """What segment tests need: the orders, segments as of days (kept), and first orders by scope."""

    base: Base
    orders: Orders
    segments: SegmentsAt
    _at: dict[dt.date, NDArray[np.int8]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.whole = np.floor(self.orders.amount)
        self.parts = np.rint((self.orders.amount - self.whole) * UNITS)
        self.pairs = {name: _first_orders(self.orders, name) for name in self.base.scopes.columns}

    def of_customers(self, day: dt.date) -> NDArray[np.int8]:
        """Segment of each customer (`Orders.customer`) as of the first instant of a day."""
        if day not in self._at:
            self._at[day] = self.segments.at(day)[self.orders.key]
        return self._at[day]


@dataclass(frozen=True)
class _Pairs:
    """Of each (scope, customer) of a dimension: both, and the moment of the first order; and the pair of each order."""

    scope: Ints
    customer: Ints
    first: Ints
    of_order: Ints


def _first_orders(orders: Orders, column: str) -> _Pairs:
    width = len(orders.key)
    pairs, first, number = np.unique(orders.scopes[column] * width + orders.customer, return_index=True, return_inverse=True)
    return _Pairs(pairs // width, pairs % width, orders.start[first], number)


def tests_of(base: Base, segments: SegmentsAt, grain: Grain) -> list[SegmentTest]:
    """The newest complete period, then the placebo periods before it; none where too few buyers were known at a base's start."""
    span = periods(base.session_days, grain, base.context.shop.calendar)
    firsts = span.first_days[span.complete].tolist()
    if not firsts:
        return []
    tests = []
    for first in reversed(firsts[-MOST_PLACEBOS[grain] - 1 :]):
        base_firsts = tuple(_earlier(first, grain, i) for i in range(BASE_PERIODS, 0, -1))
        test = SegmentTest(first, (first, _after(first, grain)), tuple((day, _after(day, grain)) for day in base_firsts))
        if test.frozen_on < firsts[0] or segments.buyers(test.frozen_on) < segments.model.minimum:
            break
        tests.append(test)
    return tests


def _earlier(day: dt.date, grain: Grain, count: int) -> dt.date:
    """The period so many before; of days the same weekday."""
    if grain != "monthly":
        return day - dt.timedelta(days=7 * count)
    month = day.year * 12 + day.month - 1 - count
    return dt.date(month // 12, month % 12 + 1, 1)


def _after(day: dt.date, grain: Grain) -> dt.date:
    """The first day after a period."""
    return _earlier(day, grain, -1) if grain == "monthly" else day + dt.timedelta(days=7 if grain == "weekly" else 1)


@dataclass(frozen=True)
class _Figures:
    """Scope × segment: customers, and current and base of both metrics (the last axis)."""

    customers: Ints
    current: Floats
    base: Floats


def _figures(frozen: Frozen, test: SegmentTest) -> _Figures:
    """Of one test, all scopes."""
    scopes = len(frozen.base.scopes.names)
    shape = (scopes, ALL, 2)
    counts, whole, parts, customers = np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros((scopes, ALL), np.int64)
    segment = frozen.of_customers(test.frozen_on).astype(np.int64)
    end = instant(frozen.base.context.shop.calendar.day_start(test.frozen_on))
    side = _sides(frozen.base, test)[frozen.orders.day]
    chosen = np.flatnonzero(side >= 0)
    side, of_order = side[chosen], segment[frozen.orders.customer[chosen]]
    for column, pairs in frozen.pairs.items():
        is_known = pairs.first < end
        customers += np.bincount((pairs.scope * ALL + segment[pairs.customer])[is_known], minlength=scopes * ALL).reshape(scopes, ALL)
        is_theirs = is_known[pairs.of_order[chosen]]
        cell = ((frozen.orders.scopes[column][chosen] * ALL + of_order) * 2 + side)[is_theirs]
        counts += np.bincount(cell, minlength=scopes * ALL * 2).reshape(shape)
        for sums, column_of in ((whole, frozen.whole), (parts, frozen.parts)):
            np.add(sums, np.bincount(cell, column_of[chosen][is_theirs], scopes * ALL * 2).reshape(shape), out=sums)
    counts, money, customers = counts[:, 1:], (whole + parts / UNITS)[:, 1:], customers[:, 1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        per_customer = counts / np.where(customers > 0, customers, np.nan)[..., None] / (1, BASE_PERIODS)
        amount = money / np.where(counts > 0, counts, np.nan)
    amount[frozen.base.mixed[:, -1]] = np.nan
    values = np.stack([per_customer, amount], axis=-1)  # scope, segment, current or base, metric
    return _Figures(customers, values[:, :, 0], values[:, :, 1])


def _sides(base: Base, test: SegmentTest) -> Ints:
    """By day of the session range: 0 in the period, 1 in its base, else -1."""
    sides = np.full(base.session_days.days, -1)
    for side, spans in ((0, (test.current,)), (1, test.base)):
        for first, after in spans:
            low, high = ((day - base.session_days.first).days for day in (first, after))
            sides[max(low, 0) : high] = side
    return sides


def segment_rows(spec: ReportSpec, frozen: Frozen, tests: list[SegmentTest]) -> pa.Table:
    """The report of all scopes; `tests`: the newest period, then the placebos."""
    names = frozen.base.scopes.names
    figures = [_figures(frozen, test) for test in tests]
    now = figures[0]
    difference = now.current - now.base
    shape = difference.shape
    placebos = np.array([made.current - made.base for made in figures[1:]]).reshape(len(tests) - 1, *shape)
    low, high, p, count = _against_placebos(difference, placebos)
    is_enough = (count >= FEWEST_PLACEBOS) & (now.customers >= FEWEST_CUSTOMERS)[..., None]
    family = np.broadcast_to(np.arange(shape[0])[:, None, None] * 2 + np.arange(2), shape)
    q = benjamini_hochberg(np.where(is_enough, p, np.nan).ravel(), family.ravel()).reshape(shape)
    excess = (low + high) / 2
    effect = np.where(np.isnan(difference), np.nan, np.where(np.isnan(excess), 0.0, excess))
    columns: dict[str, Values] = {
        "segment": Labels(SEGMENTS, np.arange(len(SEGMENTS))[:, None]),
        "segment_order": np.arange(1, ALL)[:, None],
        "metric": Labels(METRICS, np.arange(2)),
        "period": np.array(tests[0].period, dtype="M8[D]"),
        "customers": now.customers[..., None],
        "changed_since": _changed(frozen, tests[0])[..., None],
        "current": now.current,
        "base": now.base,
        "difference": difference,
        "low": low,
        "high": high,
        "placebo_periods": count,
        "p_value": p,
        "q_value": q,
        "decision": Labels(DECISIONS, decide(effect, q, is_enough)),
    }
    return rows(spec, names, per_scope(names, 3), shape, columns)


def _against_placebos(difference: Floats, placebos: Floats) -> tuple[Floats, Floats, Floats, Ints]:
    """95 % interval of the difference beyond the placebos' mean, its p value (a new value among theirs, by Student's t), their number."""
    count = (~np.isnan(placebos)).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.nansum(placebos, axis=0) / count
        deviation = np.sqrt(np.nansum(np.square(placebos - mean), axis=0) / (count - 1.0))
        error = np.where((count >= FEWEST_PLACEBOS) & (deviation > SMALLEST), deviation, np.nan) * np.sqrt(1 + 1 / count)
        half = critical(np.maximum(count - 1.0, 1)) * error
        p = two_sided((difference - mean) / error, np.maximum(count - 1.0, 1))
    return difference - mean - half, difference - mean + half, p, count


def _changed(frozen: Frozen, test: SegmentTest) -> Ints:
    """Scope × segment: customers whose segment as of the report's end is another."""
    then = frozen.of_customers(test.frozen_on).astype(np.int64)
    now = frozen.of_customers(frozen.base.context.report_date + dt.timedelta(days=1)) if frozen.base.context.report_date else then
    end = instant(frozen.base.context.shop.calendar.day_start(test.frozen_on))
    changed = np.zeros((len(frozen.base.scopes.names), ALL), np.int64)
    for pairs in frozen.pairs.values():
        is_changed = (pairs.first < end) & (then[pairs.customer] != now[pairs.customer])
        cell = (pairs.scope * ALL + then[pairs.customer])[is_changed]
        changed += np.bincount(cell, minlength=changed.size).reshape(changed.shape)
    return changed[:, 1:]
