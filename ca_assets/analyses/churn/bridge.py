"""From one month's engaged customers to the next month's (docs/contract, section 8, `customer_bridge_monthly`).

Who is engaged changes by time and by the frequency, which itself changes; so a month loses two kinds of customers, who are counted apart:
those without an order in the month, and those with one which is already too old at its end (the frequency is shorter than the month).
Belongs here: the bridge's counts.
"""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.churn.counts import INSTANT, Counts, Frequency, LastOrders
from ca_assets.analyses.churn.evaluations import Evaluations, Times
from ca_assets.analyses.core.base import to_numpy


def bridge(evaluations: Evaluations, orders: ibis.Table, frequency: Frequency, last: LastOrders) -> dict[str, NDArray[np.int64]]:
    """Columns `opening` … `new_lapsed`, each scope × month."""
    months = evaluations.numbers["monthly"]
    limits, customers = frequency.limits[:, months], frequency.customers[:, months]
    opened = np.append([evaluations.begin], evaluations.times[months][:-1])  # when each month began
    opening_limits = np.concatenate([np.full_like(limits[:, :1], evaluations.begin), limits[:, :-1]], axis=1)
    closing = customers - last.count(months, limits)
    opening = np.concatenate([np.zeros_like(closing[:, :1]), closing[:, :-1]], axis=1)
    passed_by = last.count(months, np.minimum(limits, opened)) - last.count(months, np.minimum(limits, opening_limits))
    lapsed_after_order, new_lapsed = _short_lived(orders, limits, opened, opening_limits)
    lapsed = passed_by + lapsed_after_order
    new = np.diff(customers, axis=1, prepend=0) - new_lapsed
    reactivated = closing - opening - new + lapsed
    return {"opening": opening, "new": new, "reactivated": reactivated, "lapsed": lapsed, "closing": closing, "new_lapsed": new_lapsed}


def _short_lived(orders: ibis.Table, limits: Times, opened: Times, opening_limits: Times) -> tuple[Counts, Counts]:
    """Customers with orders in the month, all too old at its end: those engaged at its beginning, and those whose first is among them."""
    counts = np.zeros((2, *limits.shape), dtype=np.int64)
    scope, month = np.nonzero(limits > opened)  # elsewhere an order of the month is never too old at its end
    if len(scope):
        instants = {"too_old": limits, "opened": np.broadcast_to(opened, limits.shape), "engaged_from": opening_limits}
        columns = {name: pa.array(values[scope, month], pa.timestamp("us")).cast(INSTANT) for name, values in instants.items()}
        months = pa.table({"scope": pa.array(scope, pa.int16()), "month": pa.array(month, pa.int32()), **columns})
        old = orders.inner_join(ibis.memtable(months), ["scope", "month"])
        old = old.filter(old.start < old.too_old)
        was_engaged = (old.previous_start >= old.engaged_from) & (old.previous_start < old.opened)
        flags = {"is_all": old.next_month > old.month, "was_engaged": was_engaged.fill_null(False), "is_new": old.number == 1}
        customers = old.group_by("scope", "month", "key").aggregate(**{name: flag.cast("int8").max() for name, flag in flags.items()})
        customers = customers.filter(customers.is_all == 1)
        sums = {name: customers[name].cast("int32").sum() for name in ("was_engaged", "is_new")}
        lost = to_numpy(customers.group_by("scope", "month").aggregate(**sums))
        counts[:, lost["scope"], lost["month"]] = lost["was_engaged"], lost["is_new"]
    return counts[0], counts[1]
