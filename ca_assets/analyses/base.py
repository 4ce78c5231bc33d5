"""What all analyses start from: the known sessions, orders and customers in narrow columns, made once per report date.

- `sessions`: key int32 (of the client), start time, purchased bool, amount, discount, one bool per action (`a0`, `a1`, …),
  day int32 (days since the session range began), hour int8, week int32 (weeks since then), age int8 (0..4: in the last 7, 28, 90,
  365 days, or before), is_reached bool (see `people`), one int16 scope number per dimension (`scope_all`, `scope_0`, …), currency
  where the table holds two; of purchased sessions also id and promotion (null in the others).
- `refunds`: key, day, amount and the same scope columns, by the refund's own moment.
- `people`: see that module.
- `scoped_orders`: one row per scope and order, with the order's number there and its neighbours; see `scoped`.
- `lines`: the shop's basket lines (None when not mapped); those of unknown or unpurchased sessions are still among them.
Does not belong here: any figure of a report.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.calendar import EPOCH, WINDOW_DAYS, DayRange, day_number, wall_clock, week_lead
from ca_assets.analyses.context import Context, Tables
from ca_assets.analyses.held import Shelf
from ca_assets.analyses.people import make_people, step_names
from ca_assets.analyses.scoped import scoped_orders
from ca_assets.analyses.scopes import NONE, Scopes, dimension_columns, find_scopes

AGES = len(WINDOW_DAYS) + 1


@dataclass(frozen=True)
class Base:
    """The base tables and what is known of the shop as of the report; they live as long as `shelf`."""

    context: Context
    shelf: Shelf
    scopes: Scopes
    currencies: tuple[str, ...]
    session_days: DayRange
    customer_days: DayRange
    sessions: ibis.Table
    refunds: ibis.Table
    people: ibis.Table
    lines: ibis.Table | None

    @cached_property
    def scoped_orders(self) -> ibis.Table:
        """One row per (scope, order), made when first asked for (columns: `scoped`)."""
        return self.shelf.hold(scoped_orders(self.sessions, self.scopes.columns))

    @property
    def steps(self) -> tuple[str, ...]:
        """Customer steps that have a moment of their own: download, signup if mapped, customer actions."""
        return step_names(self.context.shop)

    @cached_property
    def mixed(self) -> NDArray[np.bool_]:
        """Scope × age (0 = last 7 days … 4 = everything): whether the orders known there have more than one currency."""
        mixed = np.zeros((len(self.scopes.names), AGES), dtype=bool)
        if len(self.currencies) > 1:
            orders = self.sessions.filter(self.sessions.purchased)
            rows = by_scope(self, orders, ["age", "currency"], {}).to_pandas()
            for age in range(AGES):
                counts = rows[rows["age"] <= age].groupby("scope")["currency"].nunique()
                mixed[counts[counts > 1].index, age] = True
        return mixed


def by_scope(base: Base, table: ibis.Table, keys: list[str], measures: dict[str, ir.Scalar]) -> ibis.Table:
    """Group by (scope, keys) for all scopes: one aggregation per dimension, never one per scope."""
    pieces = [table.group_by(table[column].name("scope"), *keys).aggregate(**measures) for column in base.scopes.columns]
    return ibis.union(pieces[0], *pieces[1:]) if len(pieces) > 1 else pieces[0]


def make_base(tables: Tables, context: Context, shelf: Shelf) -> Base | None:
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
    days = DayRange(first.date(), context.report_date)
    people = shelf.hold(make_people(tables.downloads, known, context))
    stored = shelf.hold(_sessions(known, people, scopes, days, context))
    refunds = _refunds(stored, days, context, as_of)
    span = _customer_days(people, days, context)
    return Base(context, shelf, scopes, currencies, days, span, stored, refunds, people, tables.basket_lines)


def _customer_days(people: ibis.Table, days: DayRange, context: Context) -> DayRange:
    """The session range, begun earlier where a known download, signup or action lies before it."""
    steps = range(len(step_names(context.shop)))
    firsts = people.aggregate(**{f"first_{i}": people[f"hour_{i}"].min() for i in steps}).to_pyarrow().to_pylist()[0]
    numbers = [hour // 24 for hour in firsts.values() if hour is not None]
    return DayRange(min([days.first, *(EPOCH + dt.timedelta(days=n) for n in numbers)]), days.last)


def _sessions(known: ibis.Table, people: ibis.Table, scopes: Scopes, days: DayRange, context: Context) -> ibis.Table:
    """The narrow sessions, with the refund still beside them."""
    clients = people.select("client", "key", "reach_from", "until")
    joined = known.inner_join(clients, "client")
    for dimension in scopes.dimensions:
        found = dimension.lookup().rename({f"value_{dimension.column}": "value"})
        value = joined[dimension.source].fill_null(NONE)
        joined = joined.left_join(found, value == found[f"value_{dimension.column}"])
    day = (day_number(joined.local_start) - days.first_number).cast("int32")
    numbers = {d.column: joined[d.column].fill_null(d.other).cast("int16") for d in scopes.dimensions}
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
        age=_age(day, days),
        scope_all=ibis.literal(0, "int16"),
        **numbers,
        **{f"a{i}": joined[f"actions.{name}"].fill_null(False) for i, name in enumerate(context.shop.actions)},
        **({"currency": joined.currency} if scopes.has_currency else {}),
    )


def _age(day: ir.IntegerValue, days: DayRange) -> ir.IntegerValue:
    """0..4: the shortest window that the day is in."""
    branches = [(day > days.days - 1 - n, i) for i, n in enumerate(WINDOW_DAYS)]
    return ibis.cases(*branches, else_=len(WINDOW_DAYS)).cast("int8")


def _refunds(sessions: ibis.Table, days: DayRange, context: Context, as_of: dt.datetime) -> ibis.Table:
    """Known refunds by their own moment: the refund date, but never before the order; the order's without a date."""
    paid = sessions.filter(sessions.refund > 0)
    moment = ibis.greatest(ibis.coalesce(paid.refunded_at, paid.start), paid.start)
    dated = paid.mutate(moment=moment)
    dated = dated.filter(dated.moment < ibis.literal(as_of, "timestamp('UTC')"))
    day = (day_number(wall_clock(dated.moment, context.shop.calendar)) - days.first_number).cast("int32")
    scopes = [column for column in dated.columns if column.startswith("scope_")]
    return dated.select("key", *scopes, amount=dated.refund, day=day)


def to_numpy(table: ibis.Table) -> dict[str, NDArray[Any]]:
    """A small result as NumPy columns (null numbers become NaN)."""
    result: pa.Table = table.to_pyarrow()
    return {name: result[name].to_numpy() for name in result.column_names}
