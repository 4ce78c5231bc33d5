"""Churn (docs/contract, section 8): how many customers are still engaged, overall and by week and month, and how it changed.

Belongs here: how the family is put together. Evaluations are in `evaluations`, counts in `counts`, the bridge in `bridge`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.churn.bridge import bridge
from ca_assets.analyses.churn.counts import HOUR, Counts, Frequency, LastOrders, order_frequency
from ca_assets.analyses.churn.evaluations import Evaluations, evaluated_orders, find_evaluations
from ca_assets.analyses.churn.specs import SPECS
from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.intervals import ratio, wilson
from ca_assets.analyses.core.report import all_scope
from ca_assets.analyses.core.report_set import build_report_set
from ca_assets.analyses.core.rows import Values, per_scope, rows


def run(inputs: Inputs, context: Context) -> Result:
    """All reports of the family in every scope; none of them has windows."""
    base = inputs.base
    evaluations = find_evaluations(base)
    orders = inputs.temp.materialize(evaluated_orders(base, evaluations))
    frequency, last = order_frequency(base, evaluations, orders), LastOrders(base, evaluations, orders)
    lapsed = last.count(np.arange(len(evaluations)), frequency.limits)
    results = {g: _series(base, evaluations, g, _rates(frequency, lapsed, n)) for g, n in evaluations.numbers.items()}
    day: dict[str, Values] = {"report_date": np.array([base.session_days.last], dtype="M8[D]")}
    overall = day | _rates(frequency, lapsed, np.array([len(evaluations) - 1]))
    names = base.scopes.names
    results["overall"] = rows(SPECS["overall"], names, per_scope(names, 2), (len(names), 1), overall)
    hours = frequency.micros[:, evaluations.numbers["monthly"]] / HOUR
    counts = bridge(evaluations, orders, frequency, last)  # while the frequency is refused, so is the month
    months = {"frequency_hours": hours, **{name: np.where(np.isnan(hours), np.nan, count) for name, count in counts.items()}}
    results["customer_bridge_monthly"] = _series(base, evaluations, "monthly", months, "customer_bridge_monthly")
    reports = build_report_set("churn", base, results)
    rate = all_scope(reports, "overall")["churn_rate"][0].as_py()
    return Result(reports, "no churn rate: too few customers ordered twice" if rate is None else f"{rate:.1%} churned")


def _rates(frequency: Frequency, lapsed: Counts, numbers: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """The columns from `frequency_hours` on, scope × chosen evaluations; rates are NaN where the frequency is refused."""
    micros, customers = frequency.micros[:, numbers], frequency.customers[:, numbers]
    evaluated = np.where(np.isnan(micros), 0, customers)
    churned = np.where(np.isnan(micros), 0, lapsed[:, numbers])
    engaged = np.where(np.isnan(micros), np.nan, customers - churned)
    low, high = wilson(churned, evaluated)
    return {
        "frequency_hours": micros / HOUR,
        "repeat_customers": frequency.repeat_customers[:, numbers],
        "customers": customers,
        "engaged": engaged,
        "engaged_rate": ratio(engaged, evaluated),
        "churn_rate": ratio(churned, evaluated),
        "churn_rate_low": low,
        "churn_rate_high": high,
    }


def _series(base: Base, evaluations: Evaluations, grain: str, values: dict[str, NDArray[Any]], report: str | None = None) -> pa.Table:
    """Rows scope × period of a grain."""
    names, span = base.scopes.names, evaluations.spans[grain]
    dates: dict[str, Values] = {"period": span.first_days, "complete": span.complete}
    return rows(SPECS[report or grain], names, per_scope(names, 2), (len(names), len(span)), {**dates, **values})
