"""Basket lines of purchased, known sessions in narrow columns, for the reports of products (docs/contract, section 6).

Belongs here: which lines count, and integer codes (in text order) for orders, products and categories. Does not belong here: figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import ibis
import numpy as np
from numpy.typing import NDArray

from ca_assets.analyses.core.base import WINDOW_BUCKETS, Base, by_scope
from ca_assets.analyses.core.cubes import dense
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets.analyses.core.top_lists import Items, coded

PLAIN = 1e15  # units and line values below it are added up as they are; above it, `exact_sum` takes care of wide ones


@dataclass(frozen=True)
class Baskets:
    """What the family starts from.

    `orders`: one row per known order: order int32 (a number), key, start, window_bucket, day, amount, discount, scope columns. `lines`:
    order, product and category int32 (codes), units, value, product_name (only where one product has several, else null). `products`: code,
    text, name (the only one, or null), is_varied (several names, or lines with and without one). `categories`: code, text.
    """

    temp: TempTables
    orders: ibis.Table
    lines: ibis.Table
    products: ibis.Table
    categories: ibis.Table
    is_bounded: bool

    @cached_property
    def filled(self) -> ibis.Table:
        """Orders with a basket line: the columns of `orders` and value, what the lines add up to."""
        lines = self.lines
        values = lines.group_by("order").aggregate(value=exact_sum(lines.value, is_bounded=self.is_bounded))
        return self.temp.materialize(self.orders.inner_join(values, "order"))

    def totals(self, base: Base) -> NDArray[np.int64]:
        """Orders with a basket line, scope × window."""
        counts = by_scope(base, self.filled, ["window_bucket"], {"orders": self.filled.count()})
        return dense(counts, ("scope", "window_bucket"), (len(base.scopes.names), WINDOW_BUCKETS))["orders"].cumsum(axis=1)

    def items(self, column: str, temp: TempTables) -> Items:
        """One row per (order, product) or (order, category), with units and line value."""
        lines = self.lines
        measures = {name: exact_sum(lines[name], is_bounded=self.is_bounded) for name in ("units", "value")}
        sums = lines.group_by("order", code=column).aggregate(**measures)
        rows = sums.inner_join(self.orders.drop("start", "amount", "discount"), "order")
        return Items(temp.materialize(rows), ("units", "value"), self.is_bounded)


def make_baskets(base: Base, lines: ibis.Table, temp: TempTables) -> Baskets:
    """Join the lines to the known orders (lines of other sessions match none)."""
    known = base.sessions.filter(base.sessions.purchased)
    orders = temp.materialize(
        known.select(
            "id", "key", "start", "window_bucket", "day", "amount", "discount", *base.scopes.columns, order=ibis.row_number().cast("int32")
        )
    )
    products, categories = temp.materialize(_products(lines)), temp.materialize(coded(lines.select(text="category").distinct()))
    joined = lines.inner_join(orders.select("id", "order"), "id").inner_join(products, lines.product == products.text)
    joined = joined.inner_join(categories.select(category="text", category_code="code"), "category")
    name = ibis.ifelse(joined.is_varied, joined.product_name, ibis.null("string"))
    value = joined.price * joined.quantity
    stored = temp.materialize(
        joined.select("order", product="code", category="category_code", units="quantity", value=value, product_name=name)
    )
    widest = stored.aggregate(widest=ibis.greatest(stored.units.max(), stored.value.max())).to_pyarrow()["widest"][0].as_py()
    return Baskets(temp, orders.drop("id"), stored, products, categories, (widest or 0.0) < PLAIN)


def _products(lines: ibis.Table) -> ibis.Table:
    """Products with their codes and names."""
    names = lines.group_by(text="product").aggregate(
        name=lines.product_name.min(), last=lines.product_name.max(), named=lines.product_name.count(), lines=lines.count()
    )
    is_varied = (names.named > 0) & ((names.named < names.lines) | (names.name != names["last"]))
    return coded(names.select("text", "name", is_varied=is_varied.fill_null(False)))
