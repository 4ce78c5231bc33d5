"""Buyers by the number of their orders and by their mean order amount, per scope and window (docs/contract, section 5).

Amounts are binned as decimal numbers: x and the edges are whole millionths, so that no binary fraction decides.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.base import Base, by_scope, to_numpy, union_all
from ca_assets.analyses.core.cubes import chosen_windows
from ca_assets.analyses.core.decimals import MILLIONTHS, bin_widths, exact_sum, half_even
from ca_assets.analyses.core.rows import rows
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets.analyses.stats.specs import SPECS


def buyer_reports(base: Base, mixed: NDArray[np.bool_], temp: TempTables, has_windows: bool) -> dict[str, pa.Table]:
    """`orders_per_customer` and `payment_amount_distribution` with the suffix of each window."""
    windows = chosen_windows(has_windows)
    buyers = temp.materialize(_buyers(base, list(windows.values())))
    results = {}
    numbers = to_numpy(buyers.group_by("window", "scope", "orders").aggregate(customers=buyers.count()))
    spec = SPECS["orders_per_customer"]
    for suffix, window in windows.items():
        chosen = {name: values[numbers["window"] == window] for name, values in numbers.items()}
        results[f"{spec.type}{suffix}"] = rows(spec, base.scopes.names, chosen["scope"], chosen["scope"].shape, chosen)
    results.update(_distributions(base, buyers, mixed, windows))
    return results


def _buyers(base: Base, windows: list[int]) -> ibis.Table:
    """One row per window, scope and customer with an order: orders and mean amount in millionths (`exact` is the mean itself)."""
    orders = base.clients.filter(base.clients.purchased)
    measures: dict[str, ir.Scalar] = {}
    for window in windows:
        is_in = orders.window_bucket <= window
        measures[f"n{window}"] = orders.count(where=is_in)
        measures[f"sum{window}"] = exact_sum(orders.amount, is_in)
    customers = by_scope(base, orders, ["key"], measures)
    pieces = []
    for window in windows:
        buyers = customers.filter(customers[f"n{window}"] > 0)
        mean = buyers[f"sum{window}"] / buyers[f"n{window}"]
        pieces.append(buyers.select("scope", window=ibis.literal(window, "int8"), orders=buyers[f"n{window}"], exact=mean))
    table = union_all(pieces)
    return table.mutate(millionths=half_even(table.exact * MILLIONTHS))


def _distributions(base: Base, buyers: ibis.Table, mixed: NDArray[np.bool_], windows: dict[str, int]) -> dict[str, pa.Table]:
    spread = buyers.group_by("window", "scope").aggregate(
        q1=buyers.exact.quantile(0.25), q3=buyers.exact.quantile(0.75), top=buyers.exact.max()
    )
    edges = to_numpy(spread)
    has_one_currency = ~mixed[edges["scope"], edges["window"]]
    edges = {name: values[has_one_currency] for name, values in edges.items()}
    edges.update(_bins(edges))
    counts = _counts(buyers, edges)
    return {f"payment_amount_distribution{suffix}": _distribution(base, edges, counts, window) for suffix, window in windows.items()}


def _bins(spread: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Width in millionths and number of the open bin, per row of (scope, window)."""
    q1, q3, top = (spread[name].astype(np.float64) for name in ("q1", "q3", "top"))
    fence = np.rint(np.minimum(top, q3 + 1.5 * (q3 - q1)) * MILLIONTHS)
    width, last = bin_widths(fence)
    return {"width": width, "open": last}


def _counts(buyers: ibis.Table, edges: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Customers by window, scope and bin."""
    schema = {"window": pa.int8(), "scope": pa.int16(), "width": pa.float64(), "open": pa.int64()}
    bins = ibis.memtable(pa.table({name: pa.array(edges[name], dtype) for name, dtype in schema.items()}))
    placed = buyers.inner_join(bins, ["window", "scope"])
    number = ibis.least(placed.millionths / placed.width, placed.open.cast("float64")).floor().cast("int64")
    return to_numpy(placed.group_by("window", "scope", bin=number).aggregate(customers=placed.count()))


def _distribution(base: Base, edges: dict[str, NDArray[Any]], counts: dict[str, NDArray[Any]], window: int) -> pa.Table:
    """All bins of the window's scopes, empty ones too."""
    chosen, hits = edges["window"] == window, counts["window"] == window
    scope, width, last = (edges[name][chosen].astype(np.float64) for name in ("scope", "width", "open"))
    sizes = last.astype(np.int64) + 1
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    bins = np.arange(starts[-1]) - np.repeat(starts[:-1], sizes)
    customers = np.zeros(starts[-1], dtype=np.int64)
    place = np.full(len(base.scopes.names), -1)
    place[scope.astype(int)] = np.arange(len(scope))
    customers[starts[place[counts["scope"][hits]]] + counts["bin"][hits]] = counts["customers"][hits]
    widths = np.repeat(width, sizes)
    columns = {
        "bin": bins,
        "amount_low": bins * widths / MILLIONTHS,
        "amount_high": np.where(bins == np.repeat(last, sizes), np.nan, (bins + 1) * widths / MILLIONTHS),
        "customers": customers,
    }
    owner = np.repeat(scope.astype(int), sizes)
    return rows(SPECS["payment_amount_distribution"], base.scopes.names, owner, owner.shape, columns)
