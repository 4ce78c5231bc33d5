"""Promotions by rank, and the organic orders beside them, in every scope and window (docs/contract, section 7).

Belongs here: orders, customers, first orders, revenue and discount of each promotion, of all others, and of the orders without one, which
are the row `__none__` outside the top list. Does not belong here: the reports' columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import ibis
import numpy as np
import pandas as pd

from ca_assets.analyses.core.base import WINDOW_BUCKETS, Base, by_scope
from ca_assets.analyses.core.cubes import dense
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets.analyses.core.top_lists import Items, Ranking, coded, rank_items, top_list, top_list_by_day, with_texts
from ca_assets.contracts.reserved import NONE

ORGANIC = -1  # place of the row `__none__`


@dataclass(frozen=True)
class Promotions:
    """Promotions by rank (code and text in `names`), and the orders without one."""

    base: Base
    names: ibis.Table
    ranking: Ranking
    organic: ibis.Table

    @staticmethod
    def ranked(base: Base, temp: TempTables, windows: Sequence[int]) -> Promotions:
        """Rank the promotions of every scope and window."""
        orders = base.sessions.filter(base.sessions.purchased)
        promoted = orders.filter(orders.promotion.notnull())
        names = temp.materialize(coded(promoted.select(text="promotion").distinct()))
        figures = promoted.select(
            "key",
            "window_bucket",
            "day",
            *base.scopes.columns,
            text="promotion",
            revenue="amount",
            discount="discount",
            client_orders=promoted.key.notnull().cast("float64"),
            order=ibis.row_number(),
        )
        rows = temp.materialize(figures.inner_join(names, "text").drop("text"))
        ranking = rank_items(base, temp, Items(rows, ("revenue", "discount", "client_orders")), windows)
        organic = orders.filter(orders.promotion.isnull())
        return Promotions(base, names, _with_first_orders(base, temp, ranking, names), organic)

    def listed(self, top: int) -> pd.DataFrame:
        """Rows (window, scope, place, text, the figures of `summary`): organic, the first `top`, all others."""
        promoted = with_texts(top_list(self.base, self.ranking, top), self.names, top)
        frame: pd.DataFrame = pd.concat([self._organic(), promoted])
        return frame

    def by_day(self, top: int) -> pd.DataFrame:
        """Rows (scope, place, text, day, orders, revenue, discount): organic, the first `top` of the whole time, all others."""
        promoted = with_texts(top_list_by_day(self.base, self.ranking, top), self.names, top)
        sums = by_scope(self.base, self.organic, ["day"], {"orders": self.organic.count(), **self._organic_money()})
        frame: pd.DataFrame = pd.concat([sums.to_pandas().assign(place=ORGANIC, text=NONE), promoted])
        return frame

    def _organic_money(self) -> dict[str, ibis.Scalar]:
        return {"revenue": exact_sum(self.organic.amount), "discount": exact_sum(self.organic.discount)}

    def _organic(self) -> pd.DataFrame:
        """Organic orders of every scope, also where there are none, by window."""
        shape, keys = (len(self.base.scopes.names), WINDOW_BUCKETS), ("scope", "window_bucket")
        first = _first_orders(self.base)
        clients = self.organic.filter(self.organic.key.notnull())
        customers = by_scope(self.base, clients, ["key"], {"window_bucket": clients.window_bucket.min()})
        tables = (
            by_scope(
                self.base,
                self.organic,
                ["window_bucket"],
                {"orders": self.organic.count(), "client_orders": self.organic.key.count(), **self._organic_money()},
            ),
            customers.group_by(*keys).aggregate(customers=customers.count()),
            first.filter(first.promotion.isnull()).drop("promotion"),
        )
        sums = {name: values.cumsum(axis=1) for table in tables for name, values in dense(table, keys, shape).items()}
        scope, window = np.indices(shape).reshape(2, -1)
        return pd.DataFrame(
            {"scope": scope, "window": window, **{name: v.ravel() for name, v in sums.items()}, "place": ORGANIC, "text": NONE}
        )


def organic_groups(base: Base) -> pd.DataFrame:
    """The row `__none__` of every scope, as (scope, place, text)."""
    return pd.DataFrame({"scope": np.arange(len(base.scopes.names)), "place": ORGANIC, "text": NONE})


def _first_orders(base: Base) -> ibis.Table:
    """Rows (scope, window_bucket, promotion, first_orders): orders that are their customer's first of the scope's whole history."""
    first = base.scoped_orders.filter(base.scoped_orders.number == 1)
    return first.group_by("scope", "window_bucket", "promotion").aggregate(first_orders=first.count())


def _with_first_orders(base: Base, temp: TempTables, ranking: Ranking, names: ibis.Table) -> Ranking:
    """The totals with first_orders beside orders, revenue and discount."""
    codes = names.select("code", promotion="text")
    first = _first_orders(base).inner_join(codes, "promotion").select("scope", "window_bucket", "code", "first_orders")
    joined = ranking.totals.left_join(first, ["scope", "code", "window_bucket"])
    totals = joined.select(*ranking.totals.columns, first_orders=joined.first_orders.fill_null(0).cast("float64"))
    return replace(ranking, totals=temp.materialize(totals), sums=(*ranking.sums, "first_orders"))
