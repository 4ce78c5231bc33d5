"""Top lists per scope and window (REPORTS.md, Top lists): what stands alone, what is `__other__`, and their figures.

An item is a product, category or promotion, known here by an integer code that is in text order. Input is one row per (order, item):
order (a number), key (of the client), age, day, code, the scope columns of `base.sessions`, and columns to add up.
Belongs here: ranks, sums of the shown and of the others, distinct orders and customers of the others; all scopes and windows in one
pass. Does not belong here: which reports are made of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir
import pandas as pd

from ca_assets.analyses.base import Base, by_scope
from ca_assets.analyses.held import Shelf
from ca_assets.analyses.sums import exact_sum


@dataclass(frozen=True)
class Items:
    """One row per (order, item), the columns to add up, and whether all their values are far from 1e18 (`exact_sum`)."""

    rows: ibis.Table
    sums: tuple[str, ...]
    is_bounded: bool = True

    def measures(self, table: ibis.Table, sums: Sequence[str] | None = None) -> dict[str, ir.Scalar]:
        """Sums of the columns (default: those of the rows) over rows of any table that has them."""
        return {name: exact_sum(table[name], is_bounded=self.is_bounded) for name in sums or self.sums}


@dataclass(frozen=True)
class Ranked:
    """Items with their ranks: `totals` has (scope, code, age) → orders and `sums`; `places` one row per (scope, code).

    Columns of `places` per age a: orders_<a>, customers_<a> (int64; of the days up to that age) and place_<a> (0, 1, … in the order of
    the top list; meaningful where orders_<a> > 0).
    """

    items: Items
    ages: tuple[int, ...]
    totals: ibis.Table
    sums: tuple[str, ...]
    places: ibis.Table

    @property
    def bits(self) -> dict[int, int]:
        """One bit per age."""
        return {age: 1 << i for i, age in enumerate(self.ages)}


def windows_since(age: ir.IntegerValue, bits: dict[int, int]) -> ir.IntegerValue:
    """Bits of the windows that a row of this age is in."""
    branches = [(age <= limit, sum(bit for other, bit in bits.items() if other >= limit)) for limit in sorted(bits)]
    return ibis.cases(*branches, else_=0).cast("int16")


def coded(texts: ibis.Table) -> ibis.Table:
    """Different texts (column `text`) with codes 0, 1, … in text order, by code point."""
    return texts.mutate(code=ibis.row_number().over(ibis.window(order_by=texts.text)).cast("int32"))


def ranked(base: Base, shelf: Shelf, items: Items, ages: Sequence[int]) -> Ranked:
    """Rank the items of every scope and window: orders descending, customers descending, text order."""
    rows = items.rows
    totals = shelf.hold(by_scope(base, rows, ["code", "age"], {"orders": rows.count(), **items.measures(rows)}))
    orders = {f"orders_{age}": totals.orders.sum(where=totals.age <= age).fill_null(0) for age in ages}
    counts = totals.group_by("scope", "code").aggregate(**orders).inner_join(_customers(base, items, ages), ["scope", "code"])
    places = shelf.hold(counts.mutate(**{f"place_{age}": _place(counts, age) for age in ages}))
    return Ranked(items, tuple(ages), totals, items.sums, places)


def _customers(base: Base, items: Items, ages: Sequence[int]) -> ibis.Table:
    """Distinct customers of each (scope, code), by window."""
    clients = by_scope(base, items.rows, ["code", "key"], {"newest": items.rows.age.min()})
    return clients.group_by("scope", "code").aggregate(**{f"customers_{age}": (clients.newest <= age).sum() for age in ages})


def _place(counts: ibis.Table, age: int) -> ir.IntegerColumn:
    order = [counts[f"orders_{age}"].desc(), counts[f"customers_{age}"].desc(), counts.code.asc()]
    return ibis.row_number().over(ibis.window(group_by=counts.scope, order_by=order)).cast("int32")


def listed(base: Base, found: Ranked, top: int) -> pd.DataFrame:
    """Rows (age, scope, place, code, orders, customers, sums) of the first `top` items and, at place `top`, of all others together."""
    pieces = [_listed(found, age, top) for age in found.ages]
    frame: pd.DataFrame = (ibis.union(pieces[0], *pieces[1:]) if len(pieces) > 1 else pieces[0]).to_pandas()
    is_other = frame["place"] == top
    if is_other.any():
        keys = ["age", "scope"]
        others = frame.loc[is_other, keys].merge(_others(base, found, top), on=keys, how="left")
        frame.loc[is_other, ["orders", "customers"]] = others[["orders", "customers"]].to_numpy()
    return frame


def _listed(found: Ranked, age: int, top: int) -> ibis.Table:
    """One window; orders and customers of the others are not yet distinct ones."""
    known = found.totals.filter(found.totals.age <= age).drop("age")
    places = found.places.select("scope", "code", customers=found.places[f"customers_{age}"], place=found.places[f"place_{age}"])
    rows = known.inner_join(places, ["scope", "code"])
    place = ibis.least(rows.place, ibis.literal(top, "int32"))
    sums = rows.group_by("scope", place=place).aggregate(
        code=rows.code.min(), orders=rows.orders.sum(), customers=rows.customers.max(), **found.items.measures(rows, found.sums)
    )
    return sums.mutate(age=ibis.literal(age, "int8"))


def _others(base: Base, found: Ranked, top: int) -> pd.DataFrame:
    """Rows (age, scope, orders, customers): distinct ones with an item that is not among the first `top`."""
    bits = found.bits
    flags = [ibis.ifelse(found.places[f"place_{age}"] >= top, bit, 0) for age, bit in bits.items()]
    masks = found.places.select("scope", "code", other=reduce(or_, flags).cast("int16"))
    pieces = [_other_orders(found, masks, column, bits) for column in base.scopes.columns]
    orders = ibis.union(pieces[0], *pieces[1:]) if len(pieces) > 1 else pieces[0]
    clients = orders.group_by("scope", "key").aggregate(**{f"orders_{age}": orders[f"has_{age}"].cast("int32").sum() for age in bits})
    measures = {f"orders_{age}": clients[f"orders_{age}"].sum() for age in bits}
    measures.update({f"customers_{age}": (clients[f"orders_{age}"] > 0).sum() for age in bits})
    wide: pd.DataFrame = clients.group_by("scope").aggregate(**measures).to_pandas()
    names = ("orders", "customers")
    return pd.concat([wide[["scope"]].assign(age=age, **{name: wide[f"{name}_{age}"] for name in names}) for age in bits])


def _other_orders(found: Ranked, masks: ibis.Table, column: str, bits: dict[int, int]) -> ibis.Table:
    """Rows (scope, key, order, has_<age>: whether it has another item in that window) of one dimension."""
    rows = found.items.rows.select("order", "key", "age", "code", scope=column).inner_join(masks, ["scope", "code"])
    rows = rows.mutate(other=rows.other & windows_since(rows.age, bits))
    rows = rows.filter(rows.other != 0)
    has = {f"has_{age}": ((rows.other & bit) != 0).cast("int8").max() for age, bit in bits.items()}
    return rows.group_by("scope", "key", "order").aggregate(**has)


def by_day(base: Base, found: Ranked, top: int) -> pd.DataFrame:
    """Rows (scope, place, code, day, orders, sums) of the first `top` items of the whole time and, at place `top`, of all others."""
    age = found.ages[-1]
    places = found.places.select("scope", "code", place=ibis.least(found.places[f"place_{age}"], ibis.literal(top, "int32")))
    pieces = [_by_day(found.items, places, column, top) for column in base.scopes.columns]
    frame: pd.DataFrame = (ibis.union(pieces[0], *pieces[1:]) if len(pieces) > 1 else pieces[0]).to_pandas()
    return frame


def _by_day(items: Items, places: ibis.Table, column: str, top: int) -> ibis.Table:
    """One dimension's scopes. An order has an item once only, but several of the others: distinct orders are counted in two steps."""
    rows = items.rows.select("order", "day", "code", *items.sums, scope=column).inner_join(places, ["scope", "code"])
    sums = rows.group_by("scope", "place", "day").aggregate(code=rows.code.min(), lines=rows.count(), **items.measures(rows))
    others = rows.filter(rows.place == top).select("scope", "place", "day", "order").distinct()
    distinct = others.group_by("scope", "place", "day").aggregate(together=others.count())
    joined = sums.left_join(distinct, ["scope", "place", "day"])
    return joined.select("scope", "place", "code", "day", *items.sums, orders=ibis.coalesce(joined.together, joined.lines))
