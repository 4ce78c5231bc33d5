"""From one month's engaged customers to the next month's (REPORTS.md section 8, `customer_bridge_monthly`).

Who is engaged changes by time and by the frequency, which itself changes; so a month loses two kinds of customers, who are counted apart:
those without an order in the month, and those with one which is already too old at its end (the frequency is shorter than the month).
Belongs here: the bridge's counts.
"""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.base import to_numpy
from ca_assets.analyses.churn_counts import INSTANT, Counts, Frequency, LastOrders
from ca_assets.analyses.churn_moments import Moments, Times


def bridge(moments: Moments, orders: ibis.Table, known: Frequency, last: LastOrders) -> dict[str, NDArray[np.int64]]:
    """Columns `opening` … `new_lapsed`, each scope × month."""
    places = moments.places["monthly"]
    limits, customers = known.limits[:, places], known.customers[:, places]
    opened = np.append([moments.begin], moments.times[places][:-1])  # when each month began
    opening_limits = np.concatenate([np.full_like(limits[:, :1], moments.begin), limits[:, :-1]], axis=1)
    closing = customers - last.count(places, limits)
    opening = np.concatenate([np.zeros_like(closing[:, :1]), closing[:, :-1]], axis=1)
    passed_by = last.count(places, np.minimum(limits, opened)) - last.count(places, np.minimum(limits, opening_limits))
    lapsed_after_order, new_lapsed = _short_lived(moments, orders, limits, opened, opening_limits)
    lapsed = passed_by + lapsed_after_order
    new = np.diff(customers, axis=1, prepend=0) - new_lapsed
    reactivated = closing - opening - new + lapsed
    return {"opening": opening, "new": new, "reactivated": reactivated, "lapsed": lapsed, "closing": closing, "new_lapsed": new_lapsed}


def _short_lived(moments: Moments, orders: ibis.Table, limits: Times, opened: Times, opening_limits: Times) -> tuple[Counts, Counts]:
    """Customers with orders in the month, all too old at its end: those engaged at its beginning, and those whose first is among them."""
    counts = np.zeros((2, *limits.shape), dtype=np.int64)
    scope, month = np.nonzero(limits > opened)  # elsewhere an order of the month is never too old at its end
    if len(scope):
        asked = _questions(
            scope, month, {"too_old": limits, "opened": np.broadcast_to(opened, limits.shape), "engaged_from": opening_limits}
        )
        met = orders.inner_join(ibis.memtable(asked), ["scope", "month"])
        met = met.filter(met.start < met.too_old)
        was_engaged = (met.previous_start >= met.engaged_from) & (met.previous_start < met.opened)
        flags = {"is_all": met.next_month > met.month, "was_engaged": was_engaged.fill_null(False), "is_new": met.number == 1}
        clients = met.group_by("scope", "month", "key").aggregate(**{name: flag.cast("int8").max() for name, flag in flags.items()})
        clients = clients.filter(clients.is_all == 1)
        sums = {name: clients[name].cast("int32").sum() for name in ("was_engaged", "is_new")}
        found = to_numpy(clients.group_by("scope", "month").aggregate(**sums))
        counts[:, found["scope"], found["month"]] = found["was_engaged"], found["is_new"]
    return counts[0], counts[1]


def _questions(scope: Counts, month: Counts, instants: dict[str, Times]) -> pa.Table:
    """One row per scope and month with its instants."""
    columns = {name: pa.array(values[scope, month], pa.timestamp("us")).cast(INSTANT) for name, values in instants.items()}
    return pa.table({"scope": pa.array(scope, pa.int16()), "month": pa.array(month, pa.int32()), **columns})
