"""What anomalies are looked for in: counts per scope and day of funnel steps, orders, revenue, cohorts, doubled orders, currencies.

Arrays begin with scope × day of the session range, where every date has a place, also one without an instant.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from ca_assets.analyses.core.base import Base, by_scope, to_numpy
from ca_assets.analyses.core.calendar import week_lead
from ca_assets.analyses.core.cubes import daily, dense
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.contracts.units import Grain

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def step_names(base: Base) -> tuple[str, ...]:
    """Session steps in order: sessions, the actions, purchased."""
    return ("sessions", *base.context.shop.actions, "purchased")


@dataclass(frozen=True)
class Counts:
    """Per scope and day: `steps` (scope, day, step), `orders`, `revenue` (NaN where a scope has two currencies), `doubled`: orders that
    equal another of that day in all but the id. `first_orders`: first orders of clients in the scope. `is_new_currency`: whether a currency
    is there for the first time, after the first order. `downloads`: customers of the scope by the day of their download.
    """

    steps: Ints
    orders: Ints
    revenue: Floats
    doubled: Ints
    first_orders: Ints
    is_new_currency: Flags
    downloads: Ints

    @property
    def first_day(self) -> Ints:
        """Day of each scope's first session."""
        first: Ints = np.argmax(self.steps[..., 0] > 0, axis=1)
        return first


def count(base: Base) -> Counts:
    """All counts, each in one pass per dimension."""
    sessions, days = base.sessions, base.session_days
    flags = [*(sessions[f"a{i}"] for i in range(len(base.context.shop.actions))), sessions.purchased]
    measures = {f"n{i + 1}": flag.cast("int32").sum() for i, flag in enumerate(flags)}
    cube = daily(base, sessions, {"n0": sessions.count(), **measures, "revenue": exact_sum(sessions.amount, sessions.purchased)}, days)
    steps = np.stack([cube[f"n{i}"] for i in range(len(flags) + 1)], axis=-1)
    revenue = np.where(base.mixed[:, -1:], np.nan, np.nan_to_num(cube["revenue"]))
    firsts = base.scoped_orders.filter(base.scoped_orders.number == 1)
    first_orders = firsts.group_by("scope", "day").aggregate(n=firsts.count())
    shape = (len(base.scopes.names), days.days)
    return Counts(
        steps,
        steps[..., -1],
        revenue,
        _doubled(base),
        dense(first_orders, ("scope", "day"), shape)["n"],
        _new_currencies(base, shape),
        cohort_cells(base, "daily", 0)[0],
    )


def _doubled(base: Base) -> Ints:
    """Orders of which another has the same everything but the id."""
    orders = base.sessions.filter(base.sessions.purchased)
    same = orders.group_by([column for column in orders.columns if column != "id"]).aggregate(copies=orders.count())
    return daily(base, same, {"n": same.copies.sum(where=same.copies > 1).fill_null(0).cast("int64")}, base.session_days)["n"]


def _new_currencies(base: Base, shape: tuple[int, int]) -> Flags:
    """Whether the first order in a currency is on the day, while others were there before."""
    is_new = np.zeros(shape, dtype=bool)
    if base.scopes.has_currency:
        orders = base.sessions.filter(base.sessions.purchased)
        firsts = to_numpy(by_scope(base, orders, ["currency"], {"first": orders.day.min()}))
        earliest = np.full(shape[0], np.iinfo(np.int64).max)
        np.minimum.at(earliest, firsts["scope"], firsts["first"])
        later = firsts["first"] > earliest[firsts["scope"]]
        is_new[firsts["scope"][later], firsts["first"][later]] = True
    return is_new


def cohort_cells(base: Base, grain: Grain, horizon: int) -> tuple[Ints, Ints]:
    """Customers with a download by scope and its date (week) in the session range; and those by offset of their first order.

    As `cohorts/daily_0_1` counts them: offsets 0..horizon by the calendar, of the first order in the scope; who ordered on a day before
    that of the download is excluded from both.
    """
    days = base.session_days
    lead = 0 if grain == "daily" else week_lead(days.first, base.context.shop.calendar)
    length = 1 if grain == "daily" else 7

    def period(day: ir.IntegerValue) -> ir.IntegerValue:
        return ((day + lead) // length).cast("int32")

    visits, customers = base.scope_history, base.customers
    known = customers.filter(customers.hour_0.notnull())
    known = known.select("key", day=(known.hour_0 // 24 - days.first_number).cast("int32"))
    known = known.filter(known.day >= -lead)
    firsts = by_scope(base, visits, ["key"], {"first_day": visits.day.min(where=visits.purchased)})
    present = firsts.inner_join(known, "key")
    present = present.filter((present.first_day >= present.day).fill_null(True))
    gap = period(present.first_day) - period(present.day)
    cell = ibis.ifelse((gap > horizon).fill_null(True), horizon + 1, gap)
    placed = present.select("scope", period=period(present.day), cell=cell.cast("int32"))
    absent = known.anti_join(visits.select("key").distinct(), "key")
    absent = absent.select(scope=ibis.literal(0, "int16"), period=period(absent.day), cell=ibis.literal(horizon + 1, "int32"))
    every = ibis.union(placed, absent)
    shape = (len(base.scopes.names), -(-(days.days + lead) // length), horizon + 2)
    cells = dense(every.group_by("scope", "period", "cell").aggregate(n=every.count()), ("scope", "period", "cell"), shape)["n"]
    return cells.sum(axis=-1), cells[..., : horizon + 1]
