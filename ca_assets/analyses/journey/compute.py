"""The average customer's journey (docs/contract, section 9): from the download over the first orders to now, per scope.

Belongs here: mean hours and amounts by order number, and the download step. Scopes differ in the number of steps.
"""

from __future__ import annotations

from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.base import Base, by_scope, to_numpy
from ca_assets.analyses.core.calendar import elapsed_hours
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.cubes import dense
from ca_assets.analyses.core.decimals import exact_mean, exact_sum
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.intervals import ratio
from ca_assets.analyses.core.report import all_scope
from ca_assets.analyses.core.report_set import build_report_set
from ca_assets.analyses.core.rows import Labels, Values, rows
from ca_assets.analyses.journey.specs import SPECS

Figures = dict[str, NDArray[Any]]


def run(inputs: Inputs, context: Context) -> Result:
    """`average` in every scope; the family has no windows."""
    base = inputs.base
    orders, count = _orders(base), len(base.scopes.names)
    total = np.bincount(orders["scope"], orders["orders"], count)
    buyers = np.bincount(orders["scope"], orders["orders"] * (orders["number"] == 1), count)
    steps = np.where(buyers > 0, total // np.maximum(buyers, 1), -1).astype(np.int64)  # K; without buyers only the download
    figures = _figures(base, orders, max(int(steps.max()), 0))
    reports = build_report_set("journey", base, {"average": _rows(base, figures, steps, ratio(total, buyers))})
    ratios = all_scope(reports, "average")["orders_per_buyer"].drop_null()
    return Result(reports, f"{ratios[0].as_py():,.2f} orders per buyer" if len(ratios) else "no buyers")


def _rows(base: Base, figures: Figures, steps: NDArray[np.int64], orders_per_buyer: NDArray[np.float64]) -> pa.Table:
    """K + 2 rows per scope. Figures have the scope's last step (since_last_order) in their last column."""
    sizes = steps + 2
    scope = np.repeat(np.arange(len(steps)), sizes)
    step = np.arange(len(scope)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    place = np.where((step > steps[scope]) & (step > 0), -1, step)
    names = ["download", *(f"order_{k}" for k in range(1, figures["customers"].shape[1] - 1)), "since_last_order"]
    columns: dict[str, Values] = {name: values[scope, place] for name, values in figures.items()}
    columns["step"] = Labels(names, np.where(place < 0, len(names) - 1, place))
    columns |= {"step_order": step, "orders_per_buyer": orders_per_buyer[scope]}
    return rows(SPECS["average"], base.scopes.names, scope, scope.shape, columns)


def _orders(base: Base) -> Figures:
    """By scope and order number: orders (one per customer), mean amount, hours since the order before; hours since last orders summed."""
    orders = base.scoped_orders
    as_of = ibis.literal(base.context.as_of, "timestamp('UTC')")
    is_last = orders.next_start.isnull()
    sums = orders.group_by("scope", "number").aggregate(
        orders=orders.count(),
        amount=exact_mean(orders.amount),
        hours=exact_mean(elapsed_hours(orders.previous_start, orders.start)),
        last_hours=exact_sum(elapsed_hours(orders.start, as_of), where=is_last).fill_null(0.0),
    )
    return to_numpy(sums.order_by("scope", "number"))


def _figures(base: Base, orders: Figures, most: int) -> Figures:
    """Scope × step: download, order 1..`most` (of the scope with most steps), since_last_order."""
    count = len(base.scopes.names)
    figures: Figures = {name: np.full((count, most + 2), np.nan) for name in ("average_hours", "average_amount")}
    figures |= {name: np.zeros((count, most + 2)) for name in ("customers", "hours_customers")}
    shown = orders["number"] <= most
    at = orders["scope"][shown], orders["number"][shown]
    for name, source in (("customers", "orders"), ("hours_customers", "orders"), ("average_hours", "hours"), ("average_amount", "amount")):
        figures[name][at] = orders[source][shown]
    steps = {0: _download(base), 1: _to_first_order(base) if most else {}, -1: _since_last_order(orders, count)}
    for step, columns in steps.items():
        for name, values in columns.items():
            figures[name][:, step] = values
    figures["average_amount"][base.mixed[:, -1]] = np.nan
    return figures


def _since_last_order(orders: Figures, count: int) -> Figures:
    """Per scope: mean hours from each customer's last order to the report's end."""
    buyers = np.bincount(orders["scope"], orders["orders"] * (orders["number"] == 1), count)
    hours = np.bincount(orders["scope"], orders["last_hours"], count)
    return {"customers": buyers, "hours_customers": buyers, "average_hours": ratio(hours, buyers)}


def _download(base: Base) -> Figures:
    """Per scope: customers with a known download; `all` has those without a session too."""
    customers = base.customers.filter(base.customers.until.notnull()).select("key")
    visitors = by_scope(base, base.sessions, ["key"], {"sessions": base.sessions.count()}).filter(ibis._.scope > 0)
    counts = visitors.semi_join(customers, "key").group_by("scope").aggregate(customers=ibis._.count())
    known = dense(counts, ("scope",), (len(base.scopes.names),))["customers"]
    known[0] = customers.count().to_pyarrow().as_py()
    return {"customers": known, "hours_customers": known, "average_hours": np.where(known > 0, 0.0, np.nan)}


def _to_first_order(base: Base) -> Figures:
    """Per scope: mean hours from the download to the first order, over customers whose first order is not on an earlier day."""
    customers = base.customers.filter(base.customers.until.notnull())
    began = customers.until - ibis.interval(hours=24 * base.context.shop.settings.conversion_window_days)
    downloads = customers.select("key", began=began, began_day=customers.hour_0 // 24)
    first = base.scoped_orders.filter(base.scoped_orders.number == 1).inner_join(downloads, "key")
    first = first.filter(first.day + base.session_days.first_number >= first.began_day)
    hours = ibis.greatest(elapsed_hours(first.began, first.start), 0.0)
    means = to_numpy(first.group_by("scope").aggregate(hours_customers=first.count(), average_hours=exact_mean(hours)))
    count = len(base.scopes.names)
    figures: Figures = {"hours_customers": np.zeros(count), "average_hours": np.full(count, np.nan)}
    for name, values in figures.items():
        values[means["scope"]] = means[name]
    return figures
