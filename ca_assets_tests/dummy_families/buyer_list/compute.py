"""Counts orders per client."""

from __future__ import annotations

import pyarrow as pa

from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.report import ReportSet


def run(inputs: Inputs, context: Context) -> Result:
    """One row per client with an order."""
    scoped, clients = inputs.base.scoped_orders, inputs.base.customers
    orders = scoped.filter(scoped.scope == 0)
    counts = orders.group_by("key").aggregate(orders=orders.count())
    rows = counts.inner_join(clients.select("key", "client"), "key").select("client", "orders")
    buyers = int(rows.count().to_pyarrow().as_py())
    table = pa.table({"scope": ["all"], "buyers": pa.array([buyers], pa.int64())})
    return Result(ReportSet("buyer_list", context.report_date, {"summary": table}, ("all",)), f"{buyers:,} buyers", {"buyer_list": rows})
