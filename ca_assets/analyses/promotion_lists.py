"""Promotions by rank, and the organic orders beside them, in every scope and window (REPORTS.md section 7).

Belongs here: orders, customers, first orders, revenue and discount of each promotion, of all others, and of the orders without one, which
are the row `__none__` outside the top list. Does not belong here: the reports' columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import ibis
import numpy as np
import pandas as pd

from ca_assets.analyses.base import AGES, Base, by_scope
from ca_assets.analyses.cubes import dense
from ca_assets.analyses.held import Shelf
from ca_assets.analyses.item_rows import with_texts
from ca_assets.analyses.scopes import NONE
from ca_assets.analyses.sums import exact_sum
from ca_assets.analyses.top_lists import Items, Ranked, by_day, coded, listed, ranked

ORGANIC = -1  # place of the row `__none__`


@dataclass(frozen=True)
class Promotions:
    """Promotions by rank (`found`, code and text in `names`), and the orders without one."""

    base: Base
    names: ibis.Table
    found: Ranked
    organic: ibis.Table

    @staticmethod
    def ranked(base: Base, shelf: Shelf, ages: Sequence[int]) -> Promotions:
        """Rank the promotions of every scope and window."""
        orders = base.sessions.filter(base.sessions.purchased)
        promoted = orders.filter(orders.promotion.notnull())
        names = shelf.hold(coded(promoted.select(text="promotion").distinct()))
        figures = promoted.select(
            "key", "age", "day", *base.scopes.columns, text="promotion", revenue="amount", discount="discount", order=ibis.row_number()
        )
        rows = shelf.hold(figures.inner_join(names, "text").drop("text"))
        found = ranked(base, shelf, Items(rows, ("revenue", "discount")), ages)
        organic = orders.filter(orders.promotion.isnull())
        return Promotions(base, names, _with_first_orders(base, shelf, found, names), organic)

    def listed(self, top: int) -> pd.DataFrame:
        """Rows (age, scope, place, text, orders, customers, first_orders, revenue, discount): organic, the first `top`, all others."""
        promoted = with_texts(listed(self.base, self.found, top), self.names, top)
        frame: pd.DataFrame = pd.concat([self._organic(), promoted])
        return frame

    def by_day(self, top: int) -> pd.DataFrame:
        """Rows (scope, place, text, day, orders, revenue, discount): organic, the first `top` of the whole time, all others."""
        promoted = with_texts(by_day(self.base, self.found, top), self.names, top)
        sums = by_scope(self.base, self.organic, ["day"], {"orders": self.organic.count(), **self._organic_money()})
        frame: pd.DataFrame = pd.concat([sums.to_pandas().assign(place=ORGANIC, text=NONE), promoted])
        return frame

    def _organic_money(self) -> dict[str, ibis.Scalar]:
        return {"revenue": exact_sum(self.organic.amount), "discount": exact_sum(self.organic.discount)}

    def _organic(self) -> pd.DataFrame:
        """Organic orders of every scope, also where there are none, by window."""
        shape = (len(self.base.scopes.names), AGES)
        first = _first_orders(self.base)
        clients = by_scope(self.base, self.organic, ["key"], {"age": self.organic.age.min()})
        tables = (
            by_scope(self.base, self.organic, ["age"], {"orders": self.organic.count(), **self._organic_money()}),
            clients.group_by("scope", "age").aggregate(customers=clients.count()),
            first.filter(first.promotion.isnull()).drop("promotion"),
        )
        sums = {name: values.cumsum(axis=1) for table in tables for name, values in dense(table, ("scope", "age"), shape).items()}
        scope, age = np.indices(shape).reshape(2, -1)
        return pd.DataFrame({"scope": scope, "age": age, **{name: v.ravel() for name, v in sums.items()}, "place": ORGANIC, "text": NONE})


def organic_groups(base: Base) -> pd.DataFrame:
    """The row `__none__` of every scope, as (scope, place, text)."""
    return pd.DataFrame({"scope": np.arange(len(base.scopes.names)), "place": ORGANIC, "text": NONE})


def _first_orders(base: Base) -> ibis.Table:
    """Rows (scope, age, promotion, first_orders): orders that are their client's first of the scope's whole history."""
    first = base.scoped_orders.filter(base.scoped_orders.number == 1)
    return first.group_by("scope", "age", "promotion").aggregate(first_orders=first.count())


def _with_first_orders(base: Base, shelf: Shelf, found: Ranked, names: ibis.Table) -> Ranked:
    """The totals with first_orders beside orders, revenue and discount."""
    first = (
        _first_orders(base).inner_join(names.select("code", promotion="text"), "promotion").select("scope", "age", "code", "first_orders")
    )
    joined = found.totals.left_join(first, ["scope", "code", "age"])
    totals = joined.select(*found.totals.columns, first_orders=joined.first_orders.fill_null(0).cast("float64"))
    return replace(found, totals=shelf.hold(totals), sums=(*found.sums, "first_orders"))
