"""The known orders of clients as arrays, and what lies in the windows before and after each (docs/contract, section 14).

Orders are numbered by (start, id) and customers by their first order, so that nothing depends on the order of rows; sums of money are exact
integers. Instants are microseconds since 1970 (UTC).
Belongs here: counting around orders, whatever they carry. Does not belong here: labels, statistics.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.base import Base, to_numpy
from ca_assets.analyses.core.decimals import UNITS
from ca_assets.analyses.core.temp_tables import TempTables

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
DAY = 86_400_000_000  # microseconds
NEVER = np.iinfo(np.int64).max
USED, TOO_RECENT, TOO_NEW = range(3)


@dataclass(frozen=True)
class Orders:
    """All known orders of clients, by number.

    `table`: the columns id and order (the number) besides key, promotion and the scope columns. `customer`: numbers 0, 1, …; `key`: of each
    customer, as in the base tables; `downloaded`: each customer's known download, or NEVER. `week`: calendar weeks since the range began.
    """

    table: ibis.Table
    start: Ints
    day: Ints
    week: Ints
    amount: Floats
    customer: Ints
    key: Ints
    downloaded: Ints
    scopes: dict[str, Ints]

    def __len__(self) -> int:
        return len(self.start)


def micros(moment: ibis.expr.types.TimestampValue) -> ibis.expr.types.IntegerValue:
    """Microseconds since 1970."""
    return moment.delta(ibis.literal("1970-01-01T00:00:00+00:00", "timestamp('UTC')"), unit="microsecond").cast("int64")


def make_orders(base: Base, temp: TempTables) -> Orders:
    """Read the orders once."""
    orders = base.clients.filter(base.clients.purchased)
    number = ibis.row_number().over(ibis.window(order_by=[orders.start, orders.id])).cast("int32")
    kept = ("id", "key", "promotion", "amount", "day", "week", *base.scopes.columns)
    table = temp.materialize(orders.select(*kept, order=number, start=micros(orders.start)))
    columns = to_numpy(table.drop("id", "promotion"))
    place = np.argsort(columns.pop("order"))
    columns = {name: values[place] for name, values in columns.items()}
    key, customer = _customers(columns.pop("key").astype(np.int64))
    start, day, week = (columns[name].astype(np.int64) for name in ("start", "day", "week"))
    scopes = {name: columns[name].astype(np.int64) for name in base.scopes.columns}
    return Orders(table, start, day, week, columns["amount"].astype(np.float64), customer, key, _downloads(base)[key], scopes)


def _customers(keys: Ints) -> tuple[Ints, Ints]:
    """Keys by number of the customer, and the number of each order's customer: by first appearance."""
    unique, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    place = np.argsort(np.argsort(first))
    ordered = np.empty_like(unique)
    ordered[place] = unique
    return ordered, place[inverse].astype(np.int64)


def _downloads(base: Base) -> Ints:
    """By key the known download, NEVER where there is none; `until` lies the conversion window after it (see `core.customers`)."""
    window = base.context.shop.settings.conversion_window_days * DAY
    customers = base.customers
    rows = to_numpy(customers.select("key", download=(micros(customers.until) - window).fill_null(NEVER)))
    downloads = np.full(len(rows["key"]), NEVER)
    downloads[rows["key"]] = rows["download"]
    return downloads


def first_sessions(base: Base, column: str) -> pa.Table:
    """Rows (scope, key, first) of one dimension's scopes: the first session there, in microseconds."""
    clients = base.clients
    grouped = clients.group_by(clients[column].name("scope"), "key")
    return grouped.aggregate(first=micros(clients.start).min()).to_pyarrow()


@dataclass(frozen=True)
class Scoped:
    """The orders of one dimension's scopes, sorted by (scope, customer, number).

    `order`: each row's number; `scope`; `group`: number of the (scope, customer); `group_start`: the row where its group begins;
    `known`: the client's first known moment there. `names`: the numbers of the scopes that have orders.
    """

    orders: Orders
    order: Ints
    scope: Ints
    group: Ints
    group_start: Ints
    known: Ints

    @property
    def start(self) -> Ints:
        """Moments of the rows."""
        return self.orders.start[self.order]

    @property
    def customer(self) -> Ints:
        """Customers of the rows."""
        return self.orders.customer[self.order]

    def by_scope(self) -> Iterator[tuple[int, slice]]:
        """Number and rows of each scope that has orders."""
        edges = np.flatnonzero(np.r_[True, self.scope[1:] != self.scope[:-1], True]) if len(self.scope) else np.zeros(0, np.int64)
        for first, last in pairwise(edges.tolist()):
            yield int(self.scope[first]), slice(first, last)


def scoped(orders: Orders, column: str, firsts: pa.Table) -> Scoped:
    """The rows of one dimension; `firsts`: see `first_sessions`."""
    width = len(orders.key)
    group = orders.scopes[column] * width + orders.customer
    order = np.argsort(group, kind="stable")
    group = group[order]
    begins = np.r_[True, group[1:] != group[:-1]] if len(group) else np.zeros(0, bool)
    number = np.cumsum(begins) - 1
    starts = np.flatnonzero(begins)
    customer = orders.customer[order]
    first = _first_of(orders, group[starts] if len(starts) else group, width, firsts)
    known = np.minimum(orders.downloaded[customer], first[number] if len(first) else first)
    return Scoped(orders, order, orders.scopes[column][order], number, starts[number] if len(starts) else number, known)


def _first_of(orders: Orders, groups: Ints, width: int, firsts: pa.Table) -> Ints:
    """The first session of each (scope, customer), given as scope × width + customer, ascending."""
    number = np.full(int(max(orders.key.max(initial=0), np.max(firsts["key"].to_numpy(), initial=0))) + 1, -1)
    number[orders.key] = np.arange(width)
    customer = number[firsts["key"].to_numpy()]
    is_buyer = customer >= 0
    sought = firsts["scope"].to_numpy().astype(np.int64)[is_buyer] * width + customer[is_buyer]
    moments = firsts["first"].to_numpy()[is_buyer]
    place = np.argsort(sought)
    return np.asarray(moments[place][np.searchsorted(sought[place], groups)])


@dataclass(frozen=True)
class Windows:
    """Per row of `Scoped`: what became of it (USED, TOO_RECENT, TOO_NEW); number and mean amount of the client's orders in the scope in
    [t - w, t) and in (t, t + w] (NaN without one); and how many there were before t - w.
    """

    days: int
    state: Ints
    before: Ints
    after: Ints
    mean_before: Floats
    mean_after: Floats
    earlier: Ints


def windows(rows: Scoped, days: int, as_of: int) -> Windows:
    """Of a width in days of 24 hours, as of an instant."""
    start, width = rows.start, days * DAY
    state = np.where(start + width >= as_of, TOO_RECENT, np.where(rows.known > start - width, TOO_NEW, USED))
    moments = np.unique(start)
    size = len(moments) + 1
    offset = rows.group * size
    place = offset + np.searchsorted(moments, start)

    def rows_before(instants: Ints, side: Any) -> Ints:
        """Rows of the same group, and of those before it, with a moment before the instants (side right: or at them)."""
        return np.searchsorted(place, offset + np.searchsorted(moments, instants, side=side))

    now = np.searchsorted(place, place)
    later = np.searchsorted(place, place, side="right")
    first, last = rows_before(start - width, "left"), rows_before(start + width, "right")
    money = _running(rows.orders.amount[rows.order])
    return Windows(
        days,
        state,
        now - first,
        last - later,
        _mean(money, first, now),
        _mean(money, later, last),
        first - rows.group_start,
    )


def _running(amounts: Floats) -> tuple[Ints, Ints]:
    """Running sums of whole units and of ten-billionths, from 0; integers wrap around, and their differences are exact all the same."""
    whole = np.floor(amounts)
    parts = np.rint((amounts - whole) * UNITS)
    sums = [np.concatenate([[0], np.cumsum(part.astype(np.int64))]) for part in (whole, parts)]
    return sums[0], sums[1]


def _mean(money: tuple[Ints, Ints], first: Ints, last: Ints) -> Floats:
    """Mean of the rows first..last - 1; NaN of none."""
    whole, parts = (running[last] - running[first] for running in money)
    count = last - first
    with np.errstate(invalid="ignore"):
        return np.asarray((whole + parts / UNITS) / np.where(count > 0, count, np.nan))
