"""Recency, frequency and monetary of buyers at every month's end at once: a buyer's state changes with the months in which he orders.

`states` has one row per buyer and month with an order of his: key int32, draw int32 (place by md5(client)), month and until int32 (the
state holds as of month .. until − 1), first and last (time; of his orders up to then), orders, order_days, currency int16 (number of the
main currency in `Base.currencies`), revenue and monetary (of that currency), frequency_hours (null with one order day).
Recency alone depends on the moment too: `recency_hours`.
Belongs here: values. Does not belong here: what is made of them.
"""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.decimals import MILLIONTHS, UNITS, half_even
from ca_assets.analyses.core.segments.month_ends import MonthEnds

MICROSECONDS = 3600.0  # of a millionth of an hour


def recency_hours(last: ir.TimestampValue, end: ir.TimestampValue) -> ir.FloatingValue:
    """Hours from the last order to a moment, to 6 decimals."""
    return half_even(end.delta(last, unit="microsecond") / MICROSECONDS) / MILLIONTHS


def hours_between(last: NDArray[np.datetime64], end: dt.datetime) -> NDArray[np.float64]:
    """The same of an array of instants (UTC)."""
    microseconds = (instant(end) - last) / np.timedelta64(1, "us")
    return np.asarray(np.rint(microseconds / MICROSECONDS) / MILLIONTHS)


def instant(moment: dt.datetime) -> np.datetime64:
    """A moment as NumPy has them: UTC without saying so."""
    return np.datetime64(moment.astimezone(dt.UTC).replace(tzinfo=None), "us")


def make_states(base: Base, months: MonthEnds) -> ibis.Table:
    """The states of all buyers (lazy; columns: see above)."""
    orders = base.clients.filter(base.clients.purchased).inner_join(months.lookup(), "day")
    orders = orders.mutate(units=(orders.amount * UNITS).cast("decimal(38, 0)"))
    states = _dated(orders, len(months))
    if base.scopes.has_currency:
        states = states.drop("units").inner_join(_main_currencies(base, orders, states, len(months)), ["key", "month"])
    else:
        states = states.mutate(currency=ibis.literal(0, "int16"), of_currency=states.orders)
    gaps = (states.order_days - 1).nullif(0)
    revenue = states.units.cast("float64") / UNITS
    return states.inner_join(_draws(base, orders), "key").select(
        "key",
        "draw",
        "month",
        "until",
        "first",
        "last",
        "orders",
        "order_days",
        "currency",
        revenue=revenue,
        monetary=half_even(half_even(revenue * MILLIONTHS) / states.of_currency) / MILLIONTHS,
        frequency_hours=half_even(states["last"].delta(states["first"], unit="microsecond") / (MICROSECONDS * gaps)) / MILLIONTHS,
    )


def _dated(orders: ibis.Table, months: int) -> ibis.Table:
    """Per buyer and month with an order: what is known by its end, over all currencies.

    It is what is known after the month's last order. Sums run up to the orders of the same moment, so that the order among those, which
    no engine promises, decides nothing.
    """
    by_moment = ibis.window(group_by="key", order_by="start")
    so_far = ibis.range_window(preceding=None, following=0, group_by="key", order_by="start")
    orders = orders.select("key", "month", "day", "start", "units")
    orders = orders.mutate(is_first_of_day=(orders.day != orders.day.lag().over(by_moment)).fill_null(True).cast("int64"))
    running = orders.select(
        "key",
        "month",
        last=orders.start,
        until=orders.month.lead().over(by_moment).fill_null(months).cast("int32"),
        first=orders.start.min().over(so_far),
        orders=orders.count().over(so_far),
        order_days=orders.is_first_of_day.sum().over(so_far),
        units=orders.units.sum().over(so_far),
    )
    return running.filter(running.month != running.until)


def _main_currencies(base: Base, orders: ibis.Table, states: ibis.Table, months: int) -> ibis.Table:
    """Per state: the currency of most of the buyer's orders, then of the newest order, then the smallest; its orders and its sum."""
    numbers = pa.table({"currency": list(base.currencies), "number": pa.array(range(len(base.currencies)), pa.int16())})
    orders = orders.inner_join(ibis.memtable(numbers), "currency")
    monthly = orders.group_by("key", "number", "month").aggregate(orders=orders.count(), units=orders.units.sum(), last=orders.start.max())
    so_far = ibis.cumulative_window(group_by=["key", "number"], order_by="month")
    following = ibis.window(group_by=["key", "number"], order_by="month")
    known = monthly.select(
        "key",
        "number",
        "last",
        since=monthly.month,
        until=monthly.month.lead().over(following).fill_null(months).cast("int32"),
        orders=monthly.orders.sum().over(so_far),
        units=monthly.units.sum().over(so_far),
    )
    each = states.select("key", "month").inner_join(known, "key")
    each = each.filter((each.since <= each.month) & (each.until > each.month))
    best = ibis.window(group_by=["key", "month"], order_by=[each.orders.desc(), each["last"].desc(), each.number])
    ranked = each.mutate(rank=ibis.row_number().over(best))
    return ranked.filter(ranked["rank"] == 0).select("key", "month", currency=ranked.number, of_currency=ranked.orders, units=ranked.units)


def _draws(base: Base, orders: ibis.Table) -> ibis.Table:
    """Buyer → place by md5(client), from 0: as good as drawn by chance, and always the same."""
    buyers = base.customers.semi_join(orders, "key")
    place = ibis.row_number().over(ibis.window(order_by=buyers.client.hexdigest("md5")))
    return buyers.select("key", draw=place.cast("int32"))
