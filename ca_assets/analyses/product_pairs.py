"""Products bought together (REPORTS.md section 6, `product_pairs`), in every scope and window.

A pair can only be frequent where both of its products are. Each product of an order therefore carries, per dimension, in which windows
it is frequent in the order's scope (one bit each); pairs are made once per order, from products that share a bit, and counted by scope.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.base import Base
from ca_assets.analyses.baskets import Baskets
from ca_assets.analyses.held import Shelf
from ca_assets.analyses.item_rows import labels, listed_rows, texts_of
from ca_assets.analyses.products_specs import SPECS
from ca_assets.analyses.rows import Values
from ca_assets.analyses.top_lists import Ranked, windows_since

MOST_PAIRS = 1000
PER_MILLE = 1000  # 1000 × orders ≥ total_orders


def pair_reports(base: Base, shelf: Shelf, baskets: Baskets, found: Ranked, ages: dict[str, int]) -> dict[str, pa.Table]:
    """`product_pairs` with the suffix of each window."""
    limits = shelf.hold(_limits(base, baskets, found.ages))
    pairs = shelf.hold(_pairs(base, found, limits))
    counts = [_counts(pairs, column, found.ages) for column in base.scopes.columns]
    counted = shelf.hold(ibis.union(counts[0], *counts[1:]) if len(counts) > 1 else counts[0])
    return {f"product_pairs{suffix}": _report(base, baskets, _first(counted, found, limits, age)) for suffix, age in ages.items()}


def _limits(base: Base, baskets: Baskets, ages: Sequence[int]) -> ibis.Table:
    """Per scope and age: total_<age>, orders with a basket line, and need_<age>, how many of them make a pair frequent."""
    totals = baskets.totals(base)
    fewest = base.context.shop.settings.pair_orders
    columns: dict[str, NDArray[np.int64]] = {"scope": np.arange(len(totals))}
    for age in ages:
        columns[f"total_{age}"] = totals[:, age]
        columns[f"need_{age}"] = np.maximum(fewest, -(-totals[:, age] // PER_MILLE))
    return ibis.memtable(
        pa.table({name: pa.array(values, pa.int16() if name == "scope" else pa.int64()) for name, values in columns.items()})
    )


def _pairs(base: Base, found: Ranked, limits: ibis.Table) -> ibis.Table:
    """Rows (a, b, scope columns, in_<scope column>: bits of the windows in which both are frequent), once per order."""
    bits, columns = found.bits, base.scopes.columns
    places = found.places.inner_join(limits, "scope")
    flags = [ibis.ifelse(places[f"orders_{age}"] >= places[f"need_{age}"], bit, 0) for age, bit in bits.items()]
    frequent = places.select("scope", "code", frequent=reduce(or_, flags).cast("int16"))
    frequent = frequent.filter(frequent.frequent != 0)
    rows = found.items.rows
    for column in columns:
        mine = frequent.select(**{column: "scope", "code": "code", f"in_{column}": "frequent"})
        rows = rows.left_join(mine, [column, "code"]).drop(f"{column}_right", "code_right")
    reach = windows_since(rows.age, bits)
    rows = rows.mutate(**{f"in_{column}": rows[f"in_{column}"].fill_null(0) & reach for column in columns})
    rows = rows.filter(reduce(or_, [rows[f"in_{column}"] != 0 for column in columns]))
    left = rows.select("order", *columns, a="code", **{f"left_{column}": f"in_{column}" for column in columns})
    right = rows.select(b="code", same="order", **{f"right_{column}": f"in_{column}" for column in columns})
    both = left.inner_join(right, [left.order == right.same, left.a < right.b])
    both = both.select("a", "b", *columns, **{f"in_{column}": both[f"left_{column}"] & both[f"right_{column}"] for column in columns})
    return both.filter(reduce(or_, [both[f"in_{column}"] != 0 for column in columns]))


def _counts(pairs: ibis.Table, column: str, ages: Sequence[int]) -> ibis.Table:
    """Rows (scope, a, b, pair_<age>: orders with both) of one dimension."""
    windows = pairs[f"in_{column}"]
    some = pairs.filter(windows != 0)
    counts = {f"pair_{age}": some.count(where=(some[f"in_{column}"] & 1 << i) != 0) for i, age in enumerate(ages)}
    return some.group_by("a", "b", scope=column).aggregate(**counts)


def _first(counted: ibis.Table, found: Ranked, limits: ibis.Table, age: int) -> ibis.Table:
    """The first pairs of one window in every scope, with what is known of their products."""
    limit = limits.select("scope", total=limits[f"total_{age}"], need=limits[f"need_{age}"])
    pairs = counted.select("scope", "a", "b", pair=f"pair_{age}").inner_join(limit, "scope")
    pairs = pairs.filter(pairs.pair >= pairs.need)
    for side in ("a", "b"):
        single = found.places.select("scope", **{side: "code", f"orders_{side}": f"orders_{age}"})
        pairs = pairs.inner_join(single, ["scope", side])
    lift = _float(pairs.pair * pairs.total) / _float(pairs.orders_a * pairs.orders_b)
    pairs = pairs.select("scope", "a", "b", "orders_a", "orders_b", "total", orders="pair", lift=lift)
    order = [pairs.lift.desc(), pairs.orders.desc(), pairs.a.asc(), pairs.b.asc()]
    ranked = pairs.mutate(place=ibis.row_number().over(ibis.window(group_by=pairs.scope, order_by=order)))
    return ranked.filter(ranked.place < MOST_PAIRS)


def _float(value: ir.IntegerValue) -> ir.FloatingValue:
    return value.cast("float64")


def _report(base: Base, baskets: Baskets, pairs: ibis.Table) -> pa.Table:
    frame = pairs.to_pandas()
    columns: dict[str, Values] = {name: frame[name].to_numpy() for name in ("orders", "orders_a", "orders_b", "lift")}
    for side in ("a", "b"):
        columns[f"product_{side}"] = labels(frame[side].map(texts_of(baskets.products, frame[side])))
    orders, total = frame["orders"].to_numpy(np.float64), frame["total"].to_numpy()
    columns.update(total_orders=total, support=orders / total)
    columns.update(confidence_ab=orders / frame["orders_a"].to_numpy(), confidence_ba=orders / frame["orders_b"].to_numpy())
    return listed_rows(base, SPECS["product_pairs"], frame, columns)
