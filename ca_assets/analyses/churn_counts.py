"""Churn's counts at every moment, in every scope: frequency, customers, and orders that are last and old.

Everything comes from one histogram of orders by the moments between which they are their clients' last (`churn_moments`) and, inside the
one interval where a limit falls, from comparing exact instants; there is no pass per moment.
Belongs here: counting. Does not belong here: reports.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.base import Base, to_numpy
from ca_assets.analyses.churn_moments import Moments, Times
from ca_assets.analyses.cubes import Cube, dense
from ca_assets.analyses.intervals import ratio
from ca_assets.analyses.sums import exact_sum

Counts = NDArray[np.int64]
SECOND = 1e6  # microseconds
HOUR = 3600 * SECOND
INSTANT = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class Frequency:
    """By scope and moment: customers, those with two orders, mean microseconds between orders (NaN: refused) and `limits`.

    Who has an order since the limit is engaged. No limit is before the session range began; while there is no frequency it is exactly that:
    then every order is young enough.
    """

    customers: Counts
    repeat_customers: Counts
    micros: NDArray[np.float64]
    limits: Times


def frequency(base: Base, moments: Moments, orders: ibis.Table) -> Frequency:
    """From the changes that each order makes to its client's mean gap, added up from moment to moment."""
    cube = _changes(base, moments, orders)
    customers, repeat, total = (cube[name].cumsum(axis=1) for name in ("first", "second", "change"))
    is_known = repeat >= base.context.shop.settings.churn_repeat_customers
    micros = np.where(is_known, ratio(total, repeat), np.nan)
    seconds = np.rint(np.rint(micros) / SECOND)  # to the microsecond first, so that a tie is a tie; ties to even, as elsewhere
    age = np.where(is_known, seconds, 0) * SECOND
    limits = np.where(is_known, np.maximum(moments.times - age.astype("m8[us]"), moments.begin), moments.begin)
    return Frequency(customers, repeat, micros, limits)


def _changes(base: Base, moments: Moments, orders: ibis.Table) -> Cube:
    """Scope × moment: first orders, second orders, and the change of the sum of all clients' mean gaps (microseconds)."""
    shape, keys = (len(base.scopes.names), len(moments)), ("scope", "turn")
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
    """Counts orders that are last at a moment and older than an instant, for many (scope, moment, instant) at once."""

    def __init__(self, base: Base, moments: Moments, orders: ibis.Table) -> None:
        self._moments = moments
        self._orders = orders.filter(orders.turn < orders.next_turn)
        self._older = self._histogram(len(base.scopes.names))

    def _histogram(self, scopes: int) -> NDArray[np.int32]:
        """[scope, b, i]: orders before moment b's interval (turn < b) that are last at moment i or become so later (next_turn > i)."""
        size = len(self._moments)
        found = to_numpy(self._orders.group_by("scope", "turn", "next_turn").aggregate(n=self._orders.count()))
        counts = np.zeros((scopes, size + 1, size), dtype=np.int32)
        counts[found["scope"], found["turn"] + 1, found["next_turn"] - 1] = found["n"]
        np.cumsum(counts, axis=1, out=counts)
        backwards = counts[:, :, ::-1]
        np.cumsum(backwards, axis=2, out=backwards)
        return counts

    def count(self, moment: Counts, before: Times) -> Counts:
        """Orders with start < before that are last at the moment. Both have the shape scope × anything; before ≤ the moment's time."""
        shape = np.broadcast_shapes(moment.shape, before.shape)
        moment, before = np.broadcast_to(moment, shape), np.broadcast_to(before, shape)
        turn = np.searchsorted(self._moments.times, before, side="right")
        scope = np.broadcast_to(np.arange(shape[0]).reshape(-1, *[1] * (len(shape) - 1)), shape)
        counts = self._older[scope, turn, moment].astype(np.int64)
        lows = np.concatenate([[self._moments.begin], self._moments.times])[turn]
        inside = before > lows  # else the instant is the interval's own beginning
        counts[inside] += self._within(scope[inside], turn[inside], moment[inside], before[inside])
        return counts

    def _within(self, scope: Counts, turn: Counts, moment: Counts, before: Times) -> Counts:
        """The same inside the interval in which `before` falls, by exact instants."""
        asked = pa.table(
            {
                "question": pa.array(np.arange(len(scope)), pa.int32()),
                "scope": pa.array(scope, pa.int16()),
                "turn": pa.array(turn, pa.int32()),
                "moment": pa.array(moment, pa.int32()),
                "before": pa.array(before, pa.timestamp("us")).cast(INSTANT),
            }
        )
        met = self._orders.inner_join(ibis.memtable(asked), ["scope", "turn"])
        met = met.filter((met.start < met.before) & (met.next_turn > met.moment))
        found = to_numpy(met.group_by("question").aggregate(n=met.count()))
        counts = np.zeros(len(scope), dtype=np.int64)
        counts[found["question"]] = found["n"]
        return counts
