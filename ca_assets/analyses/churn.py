"""Churn (REPORTS.md section 8): how many customers are still engaged, overall and at the end of each week and month, and how that changed.

Belongs here: how the family is put together. Moments are in `churn_moments`, counts in `churn_counts`, the bridge in `churn_bridge`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.base import Base
from ca_assets.analyses.churn_bridge import bridge
from ca_assets.analyses.churn_counts import HOUR, Counts, Frequency, LastOrders, frequency
from ca_assets.analyses.churn_moments import Moments, find_moments, placed_orders
from ca_assets.analyses.churn_specs import REPORTS, SPECS
from ca_assets.analyses.held import Shelf
from ca_assets.analyses.intervals import ratio, wilson
from ca_assets.analyses.report import ReportSet
from ca_assets.analyses.rows import Values, per_scope, rows
from ca_assets.analyses.sets import finished

__all__ = ["REPORTS", "from_base"]


def from_base(base: Base, shelf: Shelf, windows: bool = True) -> ReportSet:
    """All reports of the family in every scope; none of them has windows."""
    moments = find_moments(base)
    orders = shelf.hold(placed_orders(base, moments))
    known, last = frequency(base, moments, orders), LastOrders(base, moments, orders)
    lapsed = last.count(np.arange(len(moments)), known.limits)
    results = {grain: _series(base, moments, grain, _rates(known, lapsed, moments.places[grain])) for grain in moments.places}
    results["overall"] = _overall(base, _rates(known, lapsed, np.array([len(moments) - 1])))
    months = {"frequency_hours": known.micros[:, moments.places["monthly"]] / HOUR, **bridge(moments, orders, known, last)}
    results["customer_bridge_monthly"] = _series(base, moments, "monthly", months, "customer_bridge_monthly")
    return finished("churn", base, results)


def _rates(known: Frequency, lapsed: Counts, places: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """The columns from `frequency_hours` on, scope × chosen moments; rates are NaN where the frequency is refused."""
    micros, customers = known.micros[:, places], known.customers[:, places]
    asked = np.where(np.isnan(micros), 0, customers)
    gone = np.where(np.isnan(micros), 0, lapsed[:, places])
    engaged = np.where(np.isnan(micros), np.nan, customers - gone)
    low, high = wilson(gone, asked)
    return {
        "frequency_hours": micros / HOUR,
        "repeat_customers": known.repeat_customers[:, places],
        "customers": customers,
        "engaged": engaged,
        "engaged_rate": ratio(engaged, asked),
        "churn_rate": ratio(gone, asked),
        "churn_rate_low": low,
        "churn_rate_high": high,
    }


def _series(base: Base, moments: Moments, grain: str, values: dict[str, NDArray[Any]], report: str | None = None) -> pa.Table:
    """Rows scope × period of a grain."""
    names, span = base.scopes.names, moments.spans[grain]
    dates: dict[str, Values] = {"period": span.first_days, "complete": span.complete}
    return rows(SPECS[report or grain], names, per_scope(names, 2), (len(names), len(span)), {**dates, **values})


def _overall(base: Base, values: dict[str, NDArray[Any]]) -> pa.Table:
    names = base.scopes.names
    day: dict[str, Values] = {"report_date": np.array([base.session_days.last], dtype="M8[D]")}
    return rows(SPECS["overall"], names, per_scope(names, 2), (len(names), 1), {**day, **values})
