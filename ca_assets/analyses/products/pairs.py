"""Products bought together (docs/contract, section 6, `product_pairs`), in every scope and window.

A pair can only be frequent where both of its products are. Each product of an order therefore carries, per dimension, in which windows
it is frequent in the order's scope (one bit each); pairs are made once per order, from products that share a bit, and counted by scope.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.base import Base, union_all
from ca_assets.analyses.core.rows import Values
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets.analyses.core.top_lists import Ranking, labels, listed_rows, texts_of, windows_of
from ca_assets.analyses.products.baskets import Baskets
from ca_assets.analyses.products.specs import SPECS

MOST_PAIRS = 1000
PER_MILLE = 1000  # 1000 × orders ≥ total_orders


def pair_reports(base: Base, temp: TempTables, baskets: Baskets, ranking: Ranking, windows: dict[str, int]) -> dict[str, pa.Table]:
    """`product_pairs` with the suffix of each window."""
    limits = temp.materialize(_limits(base, baskets, ranking.windows))
    pairs = temp.materialize(_pairs(base, ranking, limits))
    counts = temp.materialize(union_all([_counts(pairs, column, ranking.windows) for column in base.scopes.columns]))
    return {f"product_pairs{suffix}": _report(base, baskets, _first(counts, ranking, limits, w)) for suffix, w in windows.items()}


def _limits(base: Base, baskets: Baskets, windows: Sequence[int]) -> ibis.Table:
    """Per scope and window: total_<window>, orders with a basket line, and need_<window>, how many of them make a pair frequent."""
    totals = baskets.totals(base)
    fewest = base.context.shop.settings.pair_orders
    columns: dict[str, NDArray[np.int64]] = {"scope": np.arange(len(totals))}
    for window in windows:
        columns[f"total_{window}"] = totals[:, window]
        columns[f"need_{window}"] = np.maximum(fewest, -(-totals[:, window] // PER_MILLE))
    return ibis.memtable(
        pa.table({name: pa.array(values, pa.int16() if name == "scope" else pa.int64()) for name, values in columns.items()})
    )


def _pairs(base: Base, ranking: Ranking, limits: ibis.Table) -> ibis.Table:
    """Rows (a, b, scope columns, in_<scope column>: bits of the windows in which both are frequent), once per order."""
    bits, columns = ranking.bits, base.scopes.columns
    places = ranking.places.inner_join(limits, "scope")
    flags = [ibis.ifelse(places[f"orders_{window}"] >= places[f"need_{window}"], bit, 0) for window, bit in bits.items()]
    frequent = places.select("scope", "code", frequent=reduce(or_, flags).cast("int16"))
    frequent = frequent.filter(frequent.frequent != 0)
    rows = ranking.items.rows
    for column in columns:
        of_scope = frequent.select(**{column: "scope", "code": "code", f"in_{column}": "frequent"})
        rows = rows.left_join(of_scope, [column, "code"]).drop(f"{column}_right", "code_right")
    reach = windows_of(rows.window_bucket, bits)
    rows = rows.mutate(**{f"in_{column}": rows[f"in_{column}"].fill_null(0) & reach for column in columns})
    rows = rows.filter(reduce(or_, [rows[f"in_{column}"] != 0 for column in columns]))
    left = rows.select("order", *columns, a="code", **{f"left_{column}": f"in_{column}" for column in columns})
    right = rows.select(b="code", same="order", **{f"right_{column}": f"in_{column}" for column in columns})
    both = left.inner_join(right, [left.order == right.same, left.a < right.b])
    both = both.select("a", "b", *columns, **{f"in_{column}": both[f"left_{column}"] & both[f"right_{column}"] for column in columns})
    return both.filter(reduce(or_, [both[f"in_{column}"] != 0 for column in columns]))


def _counts(pairs: ibis.Table, column: str, windows: Sequence[int]) -> ibis.Table:
    """Rows (scope, a, b, pair_<window>: orders with both) of one dimension."""
    frequent = pairs.filter(pairs[f"in_{column}"] != 0)
    counts = {f"pair_{window}": frequent.count(where=(frequent[f"in_{column}"] & 1 << i) != 0) for i, window in enumerate(windows)}
    return frequent.group_by("a", "b", scope=column).aggregate(**counts)


def _first(counts: ibis.Table, ranking: Ranking, limits: ibis.Table, window: int) -> ibis.Table:
    """The first pairs of one window in every scope, with what is known of their products."""
    limit = limits.select("scope", total=limits[f"total_{window}"], need=limits[f"need_{window}"])
    pairs = counts.select("scope", "a", "b", pair=f"pair_{window}").inner_join(limit, "scope")
    pairs = pairs.filter(pairs.pair >= pairs.need)
    for side in ("a", "b"):
        single = ranking.places.select("scope", **{side: "code", f"orders_{side}": f"orders_{window}"})
        pairs = pairs.inner_join(single, ["scope", side])
    lift = (pairs.pair * pairs.total).cast("float64") / (pairs.orders_a * pairs.orders_b).cast("float64")
    pairs = pairs.select("scope", "a", "b", "orders_a", "orders_b", "total", orders="pair", lift=lift)
    order = [pairs.lift.desc(), pairs.orders.desc(), pairs.a.asc(), pairs.b.asc()]
    ranked = pairs.mutate(place=ibis.row_number().over(ibis.window(group_by=pairs.scope, order_by=order)))
    return ranked.filter(ranked.place < MOST_PAIRS)


def _report(base: Base, baskets: Baskets, pairs: ibis.Table) -> pa.Table:
    frame = pairs.to_pandas()
    columns: dict[str, Values] = {name: frame[name].to_numpy() for name in ("orders", "orders_a", "orders_b", "lift")}
    for side in ("a", "b"):
        columns[f"product_{side}"] = labels(frame[side].map(texts_of(baskets.products, frame[side])))
    orders, total = frame["orders"].to_numpy(np.float64), frame["total"].to_numpy()
    columns.update(total_orders=total, support=orders / total)
    columns.update(confidence_ab=orders / frame["orders_a"].to_numpy(), confidence_ba=orders / frame["orders_b"].to_numpy())
    return listed_rows(base, SPECS["product_pairs"], frame, columns)
