"""Recency, frequency and monetary of buyers at every month's end at once: a buyer's state changes with the months in which he orders.

`states` has one row per buyer and month with an order of his: key int32, draw int32 (place by md5(client)), month and until int32 (the
state holds as of month .. until − 1), first and last (time; of his orders up to then), orders, order_days, currency int16 (number of the
main currency in `Base.currencies`), revenue and monetary (of that currency), frequency_hours (null with one order day).
Recency alone depends on the moment too: `recency_hours`.
Belongs here: values. Does not belong here: what is made of them.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.decimals import MILLIONTHS, half_even
from ca_assets.analyses.core.exact_sums import UNITS
from ca_assets.analyses.core.segments.month_ends import MonthEnds

MICROSECONDS = 3600.0  # of a millionth of an hour


def recency_hours(last: ir.TimestampValue, end: ir.TimestampValue) -> ir.FloatingValue:
    """Hours from the last order to a moment, to 6 decimals."""
    return half_even(end.delta(last, unit="microsecond") / MICROSECONDS) / MILLIONTHS


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
    """Per buyer and month with an order: what is known by its end, over all currencies."""
    days = orders.group_by("key", "month", "day").aggregate(
        orders=orders.count(), units=orders.units.sum(), first=orders.start.min(), last=orders.start.max()
    )
    monthly = days.group_by("key", "month").aggregate(
        orders=days.orders.sum(), order_days=days.count(), units=days.units.sum(), first=days["first"].min(), last=days["last"].max()
    )
    so_far = ibis.cumulative_window(group_by="key", order_by="month")
    following = ibis.window(group_by="key", order_by="month")
    return monthly.select(
        "key",
        "month",
        "last",
        until=monthly.month.lead().over(following).fill_null(months).cast("int32"),
        first=monthly["first"].min().over(so_far),
        orders=monthly.orders.sum().over(so_far),
        order_days=monthly.order_days.sum().over(so_far),
        units=monthly.units.sum().over(so_far),
    )


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
