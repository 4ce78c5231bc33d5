"""Buyers by the number of their orders and by their mean order amount, per scope and window (REPORTS.md section 5).

Amounts are binned as decimal numbers: x and the edges are whole millionths, so that no binary fraction decides.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.base import Base, by_scope, to_numpy
from ca_assets.analyses.cubes import selected
from ca_assets.analyses.held import Shelf
from ca_assets.analyses.rows import rows
from ca_assets.analyses.stats_specs import SPECS
from ca_assets.analyses.sums import exact_sum

MILLIONTHS = 1e6
WIDTHS = np.array([w * 10.0**n for n in range(4, 22) for w in (1, 2, 2.5, 5)])  # in millionths: 0.01, 0.02, 0.025, 0.05, 0.1, …


def payer_reports(base: Base, mixed: NDArray[np.bool_], shelf: Shelf, windows: bool) -> dict[str, pa.Table]:
    """`orders_per_customer` and `payment_amount_distribution` with the suffix of each window."""
    ages = selected(windows)
    payers = shelf.hold(_payers(base, list(ages.values())))
    results = {}
    numbers = to_numpy(payers.group_by("age", "scope", "orders").aggregate(customers=payers.count()))
    spec = SPECS["orders_per_customer"]
    for suffix, age in ages.items():
        chosen = {name: values[numbers["age"] == age] for name, values in numbers.items()}
        results[f"{spec.type}{suffix}"] = rows(spec, base.scopes.names, chosen["scope"], chosen["scope"].shape, chosen)
    results.update(_distributions(base, payers, mixed, ages))
    return results


def _payers(base: Base, ages: list[int]) -> ibis.Table:
    """One row per age, scope and client with an order: orders and mean amount in millionths (`exact` is the mean itself)."""
    orders = base.sessions.filter(base.sessions.purchased)
    measures: dict[str, ir.Scalar] = {}
    for age in ages:
        measures[f"n{age}"] = orders.count(where=orders.age <= age)
        measures[f"sum{age}"] = exact_sum(orders.amount, orders.age <= age)
    clients = by_scope(base, orders, ["key"], measures)
    pieces = []
    for age in ages:
        some = clients.filter(clients[f"n{age}"] > 0)
        mean = some[f"sum{age}"] / some[f"n{age}"]
        pieces.append(some.select("scope", age=ibis.literal(age, "int8"), orders=some[f"n{age}"], exact=mean))
    table = ibis.union(pieces[0], *pieces[1:]) if len(pieces) > 1 else pieces[0]
    return table.mutate(millionths=_half_even(table.exact * MILLIONTHS))


def _half_even(value: ir.FloatingValue) -> ir.FloatingValue:
    """Round to a whole number, ties to even; arithmetic, because engines' own rounding differs in ties."""
    rest = value % 1.0  # not floor(): Ibis makes that a 64-bit integer, which amounts up to 1e15 in millionths exceed
    whole = value - rest
    return whole + ibis.cases((rest > 0.5, 1.0), (rest < 0.5, 0.0), else_=whole % 2.0)


def _distributions(base: Base, payers: ibis.Table, mixed: NDArray[np.bool_], ages: dict[str, int]) -> dict[str, pa.Table]:
    spread = payers.group_by("age", "scope").aggregate(
        q1=payers.exact.quantile(0.25), q3=payers.exact.quantile(0.75), top=payers.exact.max()
    )
    found = to_numpy(spread)
    kept = ~mixed[found["scope"], found["age"]]
    found = {name: values[kept] for name, values in found.items()}
    found.update(_bins(found))
    counts = _counts(payers, found)
    return {f"payment_amount_distribution{suffix}": _distribution(base, found, counts, age) for suffix, age in ages.items()}


def _bins(found: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Width in millionths and number of the open bin, per row of `found`."""
    q1, q3, top = (found[name].astype(np.float64) for name in ("q1", "q3", "top"))
    fence = np.rint(np.minimum(top, q3 + 1.5 * (q3 - q1)) * MILLIONTHS)
    width = WIDTHS[np.searchsorted(20 * WIDTHS, fence)]
    return {"width": width, "open": (np.floor(fence / width) + 1).astype(np.int64)}


def _counts(payers: ibis.Table, found: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Customers by age, scope and bin."""
    schema = {"age": pa.int8(), "scope": pa.int16(), "width": pa.float64(), "open": pa.int64()}
    edges = ibis.memtable(pa.table({name: pa.array(found[name], dtype) for name, dtype in schema.items()}))
    placed = payers.inner_join(edges, ["age", "scope"])
    number = ibis.least(placed.millionths / placed.width, placed.open.cast("float64")).floor().cast("int64")
    return to_numpy(placed.group_by("age", "scope", bin=number).aggregate(customers=placed.count()))


def _distribution(base: Base, found: dict[str, NDArray[Any]], counts: dict[str, NDArray[Any]], age: int) -> pa.Table:
    """All bins of the age's scopes, empty ones too."""
    chosen, hits = found["age"] == age, counts["age"] == age
    scope, width, last = (found[name][chosen].astype(np.float64) for name in ("scope", "width", "open"))
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
