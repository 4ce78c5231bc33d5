"""The known orders with their deliveries as arrays, made once per base tables; any window and scope is a part of them.

All figures of the family are made from these arrays: quantiles, medians and spreads of hundreds of groups in every scope and window are
sorts and sums over the same few columns. An order takes about 150 bytes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.calendar import day_number, wall_clock
from ca_assets.analyses.delivery_anomalies.geohash import encode
from ca_assets.shop import Calendar, Shop

Floats = NDArray[np.float64]
DURATIONS = ("deliver", "prepare", "ride", "return")
MINUTE = 60_000_000  # µs
NEVER = np.iinfo(np.int64).max  # of a moment that there is not: later than all
HOURS_OF_WEEK = 168
MOMENTS = ("ordered", "start", "delivered", "prepared", "returned", "promised", "refunded")


@dataclass(frozen=True)
class Orders:
    """One element per known order; moments in µs since 1970 (NEVER: none), days since the session range began.

    `row`: its number in `table`, which has `id` and `client`. `client`: key, -1 of a guest. `cell`: (weekday, Monday 0) × 24 + hour of o,
    on the wall clock. `ordered`: o. `delivered`, `refunded`: NEVER also when not known as of the report. `minutes`: by duration, negative
    when impossible, NaN without it. `place`: number of the location in `geohashes` (ascending), -1 without coordinates; `is_zero`: those
    were (0, 0). `late`: minutes after the promise, NaN when on time. `scopes`: scope number by column.
    """

    table: ibis.Table
    row: NDArray[Any]
    client: NDArray[Any]
    cell: NDArray[Any]
    ordered: NDArray[Any]
    ordered_day: NDArray[Any]
    start: NDArray[Any]
    delivered: NDArray[Any]
    delivered_day: NDArray[Any]
    refunded: NDArray[Any]
    minutes: dict[str, Floats]
    place: NDArray[Any]
    is_zero: NDArray[Any]
    has_promise: NDArray[Any]
    late: Floats
    scopes: dict[str, NDArray[Any]]
    geohashes: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.row)

    @property
    def is_delivered(self) -> NDArray[np.bool_]:
        """Whether the delivery is known."""
        known: NDArray[np.bool_] = self.delivered != NEVER
        return known

    @cached_property
    def ascending(self) -> dict[str, NDArray[Any]]:
        """By duration the positions of the orders for which it is possible, by its length."""
        possible = {name: np.flatnonzero(minutes >= 0) for name, minutes in self.minutes.items()}  # NaN is not
        return {name: rows[np.argsort(self.minutes[name][rows], kind="stable")].astype(np.int32) for name, rows in possible.items()}

    @cached_property
    def start_rank(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """The distinct moments of orders, ascending, and each order's place among them."""
        moments, rank = np.unique(self.start, return_inverse=True)
        return moments, rank

    def part(self, chosen: NDArray[np.bool_]) -> Orders:
        """The chosen ones."""
        arrays = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("table", "minutes", "scopes", "geohashes")}
        cut = {name: values[chosen] for name, values in arrays.items()}
        minutes = {name: values[chosen] for name, values in self.minutes.items()}
        return replace(self, **cut, minutes=minutes, scopes={name: values[chosen] for name, values in self.scopes.items()})


def has_coordinates(shop: Shop) -> bool:
    """Whether both coordinates are mapped."""
    return shop.mapped("deliveries", "latitude") and shop.mapped("deliveries", "longitude")


def mapped_durations(shop: Shop) -> tuple[str, ...]:
    """The durations whose moments are mapped, in order."""
    has = {"prepare": shop.mapped("deliveries", "prepare_date"), "return": shop.mapped("deliveries", "return_date")}
    has["ride"] = has["prepare"]
    return tuple(name for name in DURATIONS if has.get(name, True))


def scope_orders(base: Base) -> Orders:
    """The orders of base tables; of a range's the scope's orders of all days, as a delivery may be of a later day than its order."""
    whole = base.whole or base
    orders = whole.shared(load_orders)
    if base.scopes.only is None:
        return orders
    column, number = whole.scopes.place(base.scopes.only)
    part = orders.part(orders.scopes[column] == number) if column != "scope_all" else orders
    return replace(part, scopes={"scope_all": np.zeros(len(part), dtype=np.int16)})


def load_orders(base: Base) -> Orders:
    """Read the known orders of base tables of all scopes."""
    table = base.temp.materialize(_columns(base))
    rows: pa.Table = table.order_by("ordered", "id").drop("id", "client").to_pyarrow()  # equal data give equal bits in every sum
    moments = {name: _filled(rows[name].cast(pa.timestamp("us")).cast(pa.int64()), NEVER) for name in MOMENTS}
    latitude, longitude = (_filled(rows[name], np.nan) for name in ("latitude", "longitude"))
    is_zero = (latitude == 0) & (longitude == 0)
    is_located = ~(np.isnan(latitude) | np.isnan(longitude) | is_zero)
    geohashes, number = np.unique(encode(latitude[is_located], longitude[is_located]), return_inverse=True)
    place = np.full(len(latitude), -1, dtype=np.int32)
    place[is_located] = number
    return Orders(
        table=table,
        row=_filled(rows["row"], 0),
        client=_filled(rows["key"], -1),
        cell=_filled(rows["cell"], 0),
        ordered=moments["ordered"],
        ordered_day=_filled(rows["ordered_day"], 0),
        start=moments["start"],
        delivered=moments["delivered"],
        delivered_day=_filled(rows["delivered_day"], 0),
        refunded=moments["refunded"],
        minutes=_minutes(moments),
        place=place,
        is_zero=is_zero,
        has_promise=moments["promised"] != NEVER,
        late=_late(moments, rows, base.context.shop),
        scopes={column: rows[column].to_numpy() for column in base.scopes.columns},
        geohashes=geohashes,
    )


def _columns(base: Base) -> ibis.Table:
    """The orders with what is known of their deliveries as of the report, with `row`, `id` and `client` (lazy)."""
    shop, as_of = base.context.shop, ibis.literal(base.context.as_of, "timestamp('UTC')")
    sessions = base.sessions.filter(base.sessions.purchased).select("id", "key", "start", "refund", "refunded_at", *base.scopes.columns)
    known = base.known.filter(base.known.has_purchased)
    orders = known.rename({"end": "date", **{name.partition(".")[2]: name for name in known.columns if name.startswith("delivery.")}})
    joined = orders.drop("refund_amount", "refund_date").inner_join(sessions, "id")

    def until(moment: ir.TimestampValue, is_known: Any = True) -> ir.TimestampValue:
        return ibis.ifelse((moment < as_of) & is_known, moment, ibis.null("timestamp('UTC')"))

    ordered = ibis.coalesce(joined.end, joined.session_start_date)
    wall, first = wall_clock(ordered, shop.calendar), base.session_days.first_number
    delivered = until(joined.delivery_date)
    promise = wall_clock(joined.promised_date, _promise_calendar(shop))
    refunded = ibis.greatest(ibis.coalesce(joined.refunded_at, joined.start), joined.start)
    rows = joined.select(
        "id",
        "client",
        "key",
        "start",
        "latitude",
        "longitude",
        *base.scopes.columns,
        ordered=ordered,
        ordered_day=(day_number(wall) - first).cast("int32"),
        cell=(wall.day_of_week.index() * 24 + wall.hour()).cast("int16"),
        delivered=delivered,
        delivered_day=(day_number(wall_clock(delivered, shop.calendar)) - first).cast("int32"),
        prepared=until(joined.prepare_date),
        returned=until(joined.return_date),
        promised=joined.promised_date,
        promise_day=day_number(promise).cast("int32"),
        is_midnight=promise == promise.truncate("day"),
        refunded=until(refunded, joined.refund > 0),
    )
    return rows.mutate(row=ibis.row_number())


def _filled(column: pa.ChunkedArray, missing: float) -> NDArray[Any]:
    """As an array, with a value in the place of nulls."""
    values: NDArray[Any] = column.combine_chunks().fill_null(pa.scalar(missing, column.type)).to_numpy(zero_copy_only=False)
    return values


def _minutes(moments: dict[str, NDArray[Any]]) -> dict[str, Floats]:
    """By duration; of deliveries that are known."""
    pairs = {
        "deliver": ("ordered", "delivered"),
        "prepare": ("ordered", "prepared"),
        "ride": ("prepared", "delivered"),
        "return": ("delivered", "returned"),
    }
    return {name: _elapsed(moments[first], moments[last], moments["delivered"]) for name, (first, last) in pairs.items()}


def _elapsed(first: NDArray[Any], last: NDArray[Any], delivered: NDArray[Any]) -> Floats:
    there = (first != NEVER) & (last != NEVER) & (delivered != NEVER)
    minutes = np.full(len(first), np.nan)
    minutes[there] = (last[there] - first[there]) / MINUTE
    return minutes


def _promise_calendar(shop: Shop) -> Calendar:
    """The clock by which a promised date without a time of day is read: the source's."""
    source = shop.sources.deliveries
    return Calendar(timezone=(source.timezone if source else None) or shop.calendar.timezone)


def _late(moments: dict[str, NDArray[Any]], rows: pa.Table, shop: Shop) -> Floats:
    """Minutes after the promise: after its moment, or, when it promises a day, from the first instant of the next day on."""
    promised, delivered = moments["promised"], moments["delivered"]
    late = np.full(len(promised), np.nan)
    there = (promised != NEVER) & (delivered != NEVER)
    days, place = np.unique(_filled(rows["promise_day"], 0)[there], return_inverse=True)
    firsts, nexts = _day_bounds(days, _promise_calendar(shop))
    promises_day = _filled(rows["is_midnight"], False)[there] | (promised[there] == firsts[place])
    end = np.where(promises_day, nexts[place], promised[there])
    over = delivered[there] - end
    is_late = np.where(promises_day, over >= 0, over > 0)
    late[there] = np.where(is_late, over / MINUTE, np.nan)
    return late


def _day_bounds(days: NDArray[Any], calendar: Calendar) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First instants of days (since 1970) and of the days after them, in µs; the last day of the calendar never ends."""
    dates = [dt.date(1970, 1, 1) + dt.timedelta(days=int(day)) for day in days]
    firsts = [_micros(calendar.day_start(day)) for day in dates]
    nexts = [_micros(calendar.day_start(day + dt.timedelta(days=1))) if day < dt.date.max else NEVER for day in dates]
    return np.array(firsts, dtype=np.int64), np.array(nexts, dtype=np.int64)


def _micros(moment: dt.datetime) -> int:
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
