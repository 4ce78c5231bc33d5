"""The segments of a shop's buyers as of the report's end, and what they were made with; made once for all families that read them.

Use `segment_model(base)`. Belongs here: putting values, bounds and scores together. Does not belong here: any report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.base import Base, by_scope, to_numpy
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.analyses.core.segments.bounds import Bounds, BoundsInForce
from ca_assets.analyses.core.segments.fits import CLUSTERS
from ca_assets.analyses.core.segments.month_ends import MonthEnds, month_ends
from ca_assets.analyses.core.segments.sampling import Metric, Sampling, Series
from ca_assets.analyses.core.segments.scores import PADDING, code, score, segment_table
from ca_assets.analyses.core.segments.values import make_states, recency_hours

BoundsOfMonth = Mapping[Series, Bounds]


@dataclass
class SegmentModel:
    """`states`: see `values`; `known`: buyers by month end. Months are numbers in `months`; the last one stands for the report's end."""

    base: Base
    months: MonthEnds
    states: ibis.Table
    known: NDArray[np.int64]
    _bounds: dict[int, BoundsOfMonth] = field(default_factory=dict)

    @property
    def minimum(self) -> int:
        """How many buyers a shop needs."""
        return self.base.context.shop.settings.rfm_minimum

    @property
    def buyers(self) -> int:
        """Of the shop as of the report's end."""
        return int(self.known[-1])

    @property
    def refusal(self) -> str | None:
        """Why there are no segments; None when there are."""
        return f"needs {self.minimum:,} buyers, has {self.buyers:,}" if self.buyers < self.minimum else None

    @cached_property
    def _in_force(self) -> BoundsInForce:
        return BoundsInForce(Sampling(self.states, self.months, self.buyers), self.known, self.minimum)

    def bounds(self, month: int) -> BoundsOfMonth:
        """The bounds for values as of a month."""
        if month not in self._bounds:
            self._bounds[month] = self._in_force.of(month)
        return self._bounds[month]

    @cached_property
    def current(self) -> ibis.Table:
        """One row per buyer as of the report's end: the columns of the states, recency_hours, the three scores, and segment (1..8)."""
        last = len(self.months) - 1
        rows = self.states.filter(self.states.until > last).drop("month", "until")
        end = ibis.literal(self.months.ends[last], "timestamp('UTC')")
        rows = rows.mutate(recency_hours=recency_hours(rows["last"], end))
        bounds = self.bounds(last)
        rows = rows.inner_join(ibis.memtable(_money_bounds(bounds)), "currency")
        hours = {metric: [ibis.literal(x) for x in padded(bounds, metric)] for metric in ("recency", "frequency")}
        rows = rows.mutate(
            recency_score=score(rows.recency_hours, hours["recency"], False),
            frequency_score=score(rows.frequency_hours, hours["frequency"], False),
            monetary_score=score(rows.monetary, [rows[f"monetary_{i}"] for i in range(CLUSTERS - 1)], True),
        ).drop(*(f"monetary_{i}" for i in range(CLUSTERS - 1)))
        rows = rows.mutate(code=code(rows.order_days, rows.recency_score, rows.frequency_score, rows.monetary_score))
        return self.base.temp.materialize(rows.inner_join(segment_table(), "code").drop("code"))

    def bounds_inside(self, month: int, values: Mapping[Series, NDArray[np.float64]]) -> BoundsOfMonth:
        """The bounds for values as of a moment inside a month (`BoundsInForce.inside`)."""
        return self._in_force.inside(month, values)

    @property
    def currency_names(self) -> ibis.Table:
        """Number of a currency → its name (columns currency, currency_name)."""
        numbers = pa.array(range(len(self.base.currencies)), pa.int16())
        return ibis.memtable(pa.table({"currency": numbers, "currency_name": pa.array(list(self.base.currencies), pa.string())}))

    @cached_property
    def scope_buyers(self) -> ibis.Table:
        """Buyers of every scope: scope, key, orders and revenue there, and the month of the first order there."""
        orders = self.base.clients.filter(self.base.clients.purchased).inner_join(self.months.lookup(), "day")
        measures = {"orders": orders.count(), "revenue": exact_sum(orders.amount), "month": orders.month.min()}
        return self.base.temp.materialize(by_scope(self.base, orders, ["key"], measures))

    @cached_property
    def scope_customers(self) -> dict[str, int]:
        """Number of buyers by scope."""
        counts = to_numpy(self.scope_buyers.group_by("scope").aggregate(n=self.scope_buyers.count()))
        numbers = dict(zip(counts["scope"].tolist(), counts["n"].tolist(), strict=True))
        return {name: numbers.get(i, 0) for i, name in enumerate(self.base.scopes.names)}


def padded(bounds: BoundsOfMonth, metric: Metric, currency: int | None = None) -> tuple[float, ...]:
    """Four bounds of a series; beyond those that are missing there is no value."""
    values = bounds[metric, currency].values if (metric, currency) in bounds else ()
    padding = (PADDING[metric],) * (CLUSTERS - 1 - len(values))
    return (*values, *padding)


def _money_bounds(bounds: BoundsOfMonth) -> pa.Table:
    """Rows of currency int16 and `monetary_0` … `monetary_3`."""
    currencies = [currency for metric, currency in bounds if metric == "monetary"]
    values = np.array([padded(bounds, "monetary", currency) for currency in currencies]).reshape(-1, CLUSTERS - 1)
    columns = {f"monetary_{i}": pa.array(values[:, i], pa.float64()) for i in range(CLUSTERS - 1)}
    return pa.table({"currency": pa.array(currencies, pa.int16()), **columns})


def segment_model(base: Base) -> SegmentModel:
    """The model of these base tables, made when first asked for."""
    return base.shared(_make)


def _make(base: Base) -> SegmentModel:
    months = month_ends(base)
    states = base.temp.materialize(make_states(base, months))
    firsts = states.group_by("key").aggregate(month=states.month.min())
    counts = to_numpy(firsts.group_by("month").aggregate(n=firsts.count()))
    new = np.zeros(len(months), dtype=np.int64)
    new[counts["month"]] = counts["n"]
    return SegmentModel(base, months, states, new.cumsum())
