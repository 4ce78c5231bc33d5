"""Churn's counts at every evaluation, in every scope: frequency, customers, and orders that are last and old.

Everything comes from one histogram of orders by the evaluations at which they are their customers' last (`evaluations`) and, inside the
one interval where a limit falls, from comparing exact instants; there is no pass per evaluation.
Belongs here: counting. Does not belong here: reports.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.churn.evaluations import Evaluations, Times
from ca_assets.analyses.core.base import Base, to_numpy
from ca_assets.analyses.core.cubes import Cube, dense
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.analyses.core.intervals import ratio

Counts = NDArray[np.int64]
SECOND = 1e6  # microseconds
HOUR = 3600 * SECOND
INSTANT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class Frequency:
    """By scope and evaluation: customers, those with two orders, mean microseconds between orders (NaN: refused) and `limits`.

    Who has an order since the limit is engaged. No limit is before the session range began; while there is no frequency it is exactly that:
    then every order is young enough.
    """

    customers: Counts
    repeat_customers: Counts
    micros: NDArray[np.float64]
    limits: Times


def order_frequency(base: Base, evaluations: Evaluations, orders: ibis.Table) -> Frequency:
    """From the changes that each order makes to its customer's mean gap, added up from evaluation to evaluation."""
    cube = _changes(base, evaluations, orders)
    customers, repeat, total = (cube[name].cumsum(axis=1) for name in ("first", "second", "change"))
    is_known = repeat >= base.context.shop.settings.churn_repeat_customers
    micros = np.where(is_known, ratio(total, repeat), np.nan)
    seconds = np.rint(np.rint(micros) / SECOND)  # to the microsecond first, so that a tie is a tie; ties to even, as elsewhere
    allowed_age = np.where(is_known, seconds, 0) * SECOND
    limits = np.where(is_known, np.maximum(evaluations.times - allowed_age.astype("m8[us]"), evaluations.begin), evaluations.begin)
    return Frequency(customers, repeat, micros, limits)


def _changes(base: Base, evaluations: Evaluations, orders: ibis.Table) -> Cube:
    """Scope × evaluation: first orders, second orders, and the change of the sum of all customers' mean gaps (microseconds)."""
    shape, keys = (len(base.scopes.names), len(evaluations)), ("scope", "first_evaluation")
    firsts = orders.filter(orders.number == 1)
    cube = dense(firsts.group_by(*keys).aggregate(first=firsts.count()), keys, shape)
    later = orders.filter(orders.number > 1)
    now = later.start.delta(later.first_start, unit="microsecond") / (later.number - 1)
    before = later.previous_start.delta(later.first_start, unit="microsecond") / (later.number - 2).nullif(0)
    gaps = later.select(*keys, "number", now=now, before=before.fill_null(0.0))
    measures = {"second": (gaps.number == 2).cast("int32").sum(), "now": exact_sum(gaps.now), "before": exact_sum(gaps.before)}
    cube.update(dense(gaps.group_by(*keys).aggregate(**measures), keys, shape))
    cube["change"] = cube.pop("now") - cube.pop("before")
    return cube


class LastOrders:
    """Counts orders that are last at an evaluation and older than an instant, for many (scope, evaluation, instant) at once."""

    def __init__(self, base: Base, evaluations: Evaluations, orders: ibis.Table) -> None:
        self._evaluations = evaluations
        self._orders = orders.filter(orders.first_evaluation < orders.next_evaluation)
        self._older = self._histogram(len(base.scopes.names))

    def _histogram(self, scopes: int) -> NDArray[np.int32]:
        """[scope, b, i]: orders with first_evaluation < b and next_evaluation > i: before b's interval, and last at i or later."""
        size = len(self._evaluations)
        groups = to_numpy(self._orders.group_by("scope", "first_evaluation", "next_evaluation").aggregate(n=self._orders.count()))
        counts = np.zeros((scopes, size + 1, size), dtype=np.int32)
        counts[groups["scope"], groups["first_evaluation"] + 1, groups["next_evaluation"] - 1] = groups["n"]
        np.cumsum(counts, axis=1, out=counts)
        backwards = counts[:, :, ::-1]
        np.cumsum(backwards, axis=2, out=backwards)
        return counts

    def count(self, evaluation: Counts, before: Times) -> Counts:
        """Orders with start < before that are last at the evaluation. Both have the shape scope × anything; before ≤ its time."""
        shape = np.broadcast_shapes(evaluation.shape, before.shape)
        evaluation, before = np.broadcast_to(evaluation, shape), np.broadcast_to(before, shape)
        interval = np.searchsorted(self._evaluations.times, before, side="right")
        scope = np.broadcast_to(np.arange(shape[0]).reshape(-1, *[1] * (len(shape) - 1)), shape)
        counts = self._older[scope, interval, evaluation].astype(np.int64)
        begins = np.concatenate([[self._evaluations.begin], self._evaluations.times])[interval]
        inside = before > begins  # else the instant is the interval's own beginning
        counts[inside] += self._within(scope[inside], interval[inside], evaluation[inside], before[inside])
        return counts

    def _within(self, scope: Counts, interval: Counts, evaluation: Counts, before: Times) -> Counts:
        """The same inside the interval in which `before` falls, by exact instants."""
        limits = pa.table(
            {
                "limit": pa.array(np.arange(len(scope)), pa.int32()),
                "scope": pa.array(scope, pa.int16()),
                "first_evaluation": pa.array(interval, pa.int32()),
                "evaluation": pa.array(evaluation, pa.int32()),
                "before": pa.array(before, pa.timestamp("us")).cast(INSTANT),
            }
        )
        orders = self._orders.inner_join(ibis.memtable(limits), ["scope", "first_evaluation"])
        orders = orders.filter((orders.start < orders.before) & (orders.next_evaluation > orders.evaluation))
        groups = to_numpy(orders.group_by("limit").aggregate(n=orders.count()))
        counts = np.zeros(len(scope), dtype=np.int64)
        counts[groups["limit"]] = groups["n"]
        return counts
