"""What all analyses start from: the known sessions, orders and customers in narrow columns, made once per report date.

- `sessions`: key int32 (of the customer, null of a guest), start time, purchased bool, amount, discount, bool per action (`a0`, …),
  day int32 (days since the session range began), hour int8, week int32 (weeks since then), window_bucket int8 (0..4: in the last 7, 28,
  90, 365 days, or before), is_reached bool (see `customers`), one int16 scope number per dimension (`scope_all`, `scope_0`, …), currency
  where the table holds two; of purchased sessions also id and promotion (null in the others).
- `refunds`: key, day, amount and the same scope columns, by the refund's own moment.
- `customers`: see that module.
- `scoped_orders`: one row per scope and order, with the order's number there and its neighbours; several families share it.
- `known`: the known sessions as the lake has them, with the dimensions' own values.
- `lines`: the shop's basket lines (None when not mapped); those of unknown or unpurchased sessions are still among them.
- `known`: the known sessions as the lake has them, with all columns (lazy).
Does not belong here: any figure of a report.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.calendar import EPOCH, DayRange, day_number, day_range, wall_clock, week_lead
from ca_assets.analyses.core.context import Context, Tables
from ca_assets.analyses.core.customers import make_customers, step_names
from ca_assets.analyses.core.scopes import Scopes, dimension_columns, find_scopes
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets.contracts.report_path import WINDOW_DAYS
from ca_assets.contracts.reserved import NONE

WINDOW_BUCKETS = len(WINDOW_DAYS) + 1  # the last one: days before all windows
T = TypeVar("T")
ORDER_COLUMNS = ("key", "start", "day", "hour", "window_bucket", "amount", "promotion")


@dataclass(frozen=True)
class Guests:
    """Known orders without a client, all known orders, and the day of the first session with one (since the session range began)."""

    orders: int
    all_orders: int
    first_client_day: int | None


@dataclass(frozen=True)
class Base:
    """The base tables and what is known of the shop as of the report; they live as long as `temp`.

    Where `sessions` are those of one scope, or of a window, the others are still needed for two things: `scope_history` has the scope's
    sessions of all days (first orders stay those of the whole history), `shop_sessions` the window's of all scopes (its days are counted
    from the first of them). Else both are `sessions`. `first_day`: of the window, since the session range began. `whole`: the base tables
    of all scopes and days that these were selected from, None of themselves.
    """

    context: Context
    temp: TempTables
    scopes: Scopes
    currencies: tuple[str, ...]
    guests: Guests
    session_days: DayRange
    customer_days: DayRange
    sessions: ibis.Table
    refunds: ibis.Table
    customers: ibis.Table
    lines: ibis.Table | None
    scope_history: ibis.Table
    shop_sessions: ibis.Table
    known: ibis.Table
    first_day: int = 0
    whole: Base | None = None
    _shared: dict[Callable[[Base], Any], Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def shared(self, make: Callable[[Base], T]) -> T:
        """What `make` makes of these base tables, made when first asked for: several families read it, and tables of `temp` may hold it."""
        if make not in self._shared:
            self._shared[make] = make(self)
        return cast(T, self._shared[make])

    @cached_property
    def scoped_orders(self) -> ibis.Table:
        """One row per (scope, order), made when first asked for (columns: `scoped_orders`)."""
        orders = scoped_orders(self.scope_history, self.scopes.columns)
        return self.temp.materialize(orders.filter(orders.day >= self.first_day) if self.first_day else orders)

    @property
    def steps(self) -> tuple[str, ...]:
        """Customer steps that have a moment of their own: download, signup if mapped, customer actions."""
        return step_names(self.context.shop)

    @cached_property
    def clients(self) -> ibis.Table:
        """The sessions of clients."""
        return self.sessions.filter(self.sessions.key.notnull())

    @cached_property
    def mixed(self) -> NDArray[np.bool_]:
        """Scope × window (0 = last 7 days … 4 = everything): whether the orders known there have more than one currency."""
        mixed = np.zeros((len(self.scopes.names), WINDOW_BUCKETS), dtype=bool)
        if len(self.currencies) > 1:
            orders = self.sessions.filter(self.sessions.purchased)
            rows = by_scope(self, orders, ["window_bucket", "currency"], {}).to_pandas()
            for window in range(WINDOW_BUCKETS):
                counts = rows[rows["window_bucket"] <= window].groupby("scope")["currency"].nunique()
                mixed[counts[counts > 1].index, window] = True
        return mixed


def by_scope(base: Base, table: ibis.Table, keys: list[str], measures: dict[str, ir.Scalar]) -> ibis.Table:
    """Group by (scope, keys) for all scopes: one aggregation per dimension, never one per scope."""
    return union_all([table.group_by(table[column].name("scope"), *keys).aggregate(**measures) for column in base.scopes.columns])


def union_all(tables: Sequence[ibis.Table]) -> ibis.Table:
    """The rows of one or more tables of the same columns, one after the other."""
    return ibis.union(tables[0], *tables[1:]) if len(tables) > 1 else tables[0]


def make_base(tables: Tables, context: Context, temp: TempTables) -> Base | None:
    """The base tables as of the context's D; None when no session is known by then."""
    as_of = context.as_of
    if as_of is None:
        return None
    known = tables.orders.filter(tables.orders.session_start_date < ibis.literal(as_of, "timestamp('UTC')"))
    first = known.aggregate(first=known.local_start.min()).to_pyarrow()["first"][0].as_py()
    if first is None or context.report_date is None:
        return None
    currencies = tuple(sorted(tables.orders.select("currency").distinct().to_pyarrow()["currency"].to_pylist()))
    columns = dimension_columns(context, len(currencies))
    scopes = find_scopes(known, columns, context.shop.settings.scope_values, len(currencies) > 1)
    days = day_range(first.date(), context.report_date, context.shop.calendar)
    customers = temp.materialize(make_customers(tables.downloads, known, context))
    sessions = temp.materialize(_sessions(known, customers, scopes, days, context))
    refunds = _refunds(sessions, days, context, as_of)
    guests = _guests(sessions)
    customer_days = _customer_days(customers, days, guests.first_client_day, context)
    lines = tables.basket_lines
    return Base(
        context, temp, scopes, currencies, guests, days, customer_days, sessions, refunds, customers, lines, sessions, sessions, known
    )


def _guests(sessions: ibis.Table) -> Guests:
    """What sessions without a client there are."""
    is_order = sessions.purchased
    facts = sessions.aggregate(
        orders=sessions.count(where=is_order),
        client_orders=sessions.key.count(where=is_order),
        first=sessions.day.min(where=sessions.key.notnull()),
    )
    row = facts.to_pyarrow().to_pylist()[0]
    return Guests(row["orders"] - row["client_orders"], row["orders"], row["first"])


def _customer_days(customers: ibis.Table, days: DayRange, first_client_day: int | None, context: Context) -> DayRange:
    """From the first known download, signup, action or session of a client; the session range when there is none of them."""
    steps = range(len(step_names(context.shop)))
    firsts = customers.aggregate(**{f"first_{i}": customers[f"hour_{i}"].min() for i in steps}).to_pyarrow().to_pylist()[0]
    numbers = [hour // 24 for hour in firsts.values() if hour is not None]
    if first_client_day is not None:
        numbers.append(days.first_number + first_client_day)
    first = EPOCH + dt.timedelta(days=min(numbers, default=days.first_number))
    return day_range(first, days.last, context.shop.calendar)


def _sessions(known: ibis.Table, customers: ibis.Table, scopes: Scopes, days: DayRange, context: Context) -> ibis.Table:
    """The narrow sessions, with the refund still beside them."""
    joined = known.left_join(customers.select("client", "key", "reach_from", "until"), "client")
    joined = with_scopes(joined, scopes)
    day = (day_number(joined.local_start) - days.first_number).cast("int32")
    window_bucket = ibis.cases(*((day > days.days - 1 - n, i) for i, n in enumerate(WINDOW_DAYS)), else_=len(WINDOW_DAYS))
    return joined.select(
        key=joined.key,
        start=joined.session_start_date,
        purchased=joined.has_purchased,
        id=ibis.ifelse(joined.has_purchased, joined.id, ibis.null("string")),
        promotion=ibis.ifelse(joined.has_purchased, joined.promotion_id, ibis.null("string")),
        amount=joined.payment_amount,
        discount=joined.discount_amount.fill_null(0.0),
        refund=joined.refund_amount.fill_null(0.0),
        refunded_at=joined.refund_date,
        is_reached=((joined.session_start_date >= joined.reach_from) & (joined.session_start_date < joined.until)).fill_null(False),
        day=day,
        hour=joined.local_start.hour().cast("int8"),
        week=((day + week_lead(days.first, context.shop.calendar)) // 7).cast("int32"),
        window_bucket=window_bucket.cast("int8"),
        **{column: joined[column] for column in scopes.columns},
        **{f"a{i}": joined[f"actions.{name}"].fill_null(False) for i, name in enumerate(context.shop.actions)},
        **({"currency": joined.currency} if scopes.has_currency else {}),
    )


def with_scopes(table: ibis.Table, scopes: Scopes) -> ibis.Table:
    """Sessions as the lake has them, with an int16 scope number per dimension (`scope_all`, `scope_0`, …)."""
    for dimension in scopes.dimensions:
        lookup = dimension.lookup().rename({f"value_{dimension.column}": "value"})
        value = table[dimension.source].fill_null(NONE)
        table = table.left_join(lookup, value == lookup[f"value_{dimension.column}"])
    numbers = {d.column: table[d.column].fill_null(d.other).cast("int16") for d in scopes.dimensions}
    return table.mutate(scope_all=ibis.literal(0, "int16"), **numbers)


def _refunds(sessions: ibis.Table, days: DayRange, context: Context, as_of: dt.datetime) -> ibis.Table:
    """Known refunds by their own moment: the refund date, but never before the order; the order's without a date."""
    refunded = sessions.filter(sessions.refund > 0)
    moment = ibis.greatest(ibis.coalesce(refunded.refunded_at, refunded.start), refunded.start)
    dated = refunded.mutate(moment=moment)
    dated = dated.filter(dated.moment < ibis.literal(as_of, "timestamp('UTC')"))
    day = (day_number(wall_clock(dated.moment, context.shop.calendar)) - days.first_number).cast("int32")
    scopes = [column for column in dated.columns if column.startswith("scope_")]
    return dated.select("key", *scopes, amount=dated.refund, day=day)


def scoped_orders(sessions: ibis.Table, scope_columns: Sequence[str]) -> ibis.Table:
    """All orders of clients in all scopes, numbered in each (lazy).

    Columns: scope int16, key int32 (of the customer), number int32 (1, 2, … by moment, then id as text by code point), start, first_start
    and next_start (time; next_start null for the last), previous_start (null for the first), day and next_day int32 (days since the
    session range began), hour int8, window_bucket int8, amount, promotion (see `sessions`).
    """
    orders = sessions.filter(sessions.purchased & sessions.key.notnull())
    place = ibis.row_number().over(ibis.window(group_by=orders.key, order_by=[orders.start, orders.id]))
    placed = orders.select(*ORDER_COLUMNS, *scope_columns, place=place.cast("int32"))
    return union_all([_numbered(placed, column) for column in scope_columns])


def _numbered(orders: ibis.Table, scope: str) -> ibis.Table:
    """Orders of one dimension's scopes; a customer's order in all of them (`place`) decides, so ids are compared once only."""
    row = ibis.window(group_by=[orders[scope], orders.key], order_by=orders.place)
    return orders.select(
        *ORDER_COLUMNS,
        scope=orders[scope],
        number=(ibis.row_number().over(row) + 1).cast("int32"),
        first_start=orders.start.first().over(row),
        previous_start=orders.start.lag().over(row),
        next_start=orders.start.lead().over(row),
        next_day=orders.day.lead().over(row),
    )


def to_numpy(table: ibis.Table) -> dict[str, NDArray[Any]]:
    """A small result as NumPy columns (null numbers become NaN)."""
    result: pa.Table = table.to_pyarrow()
    return {name: result[name].to_numpy() for name in result.column_names}
