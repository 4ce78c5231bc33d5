"""How right a past forecast was (docs/contract, section 12, `scoreboard`, `calibration`, `churn_risk`), in every scope."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.clv_predictions.backtests import Outlook
from ca_assets.analyses.clv_predictions.outcomes import MODELS, Outcomes
from ca_assets.analyses.clv_predictions.parts import Part, dates_of
from ca_assets.analyses.clv_predictions.series import Course, actual_totals
from ca_assets.analyses.clv_predictions.shares import Shares
from ca_assets.analyses.clv_predictions.specs import SPECS
from ca_assets.analyses.core.intervals import ratio, wilson
from ca_assets.analyses.core.rows import Labels, Values, per_scope, rows
from ca_assets.models.value.evaluate import DECILES, Actual, deciles, scores
from ca_assets.models.value.forecast import Floats

MEASURES = (
    "mae_orders",
    "rmse_orders",
    "mae_revenue",
    "rmse_revenue",
    "total_error_orders",
    "total_error_revenue",
    "gini_orders",
    "gini_revenue",
    "decile_wape_revenue",
)
METRICS = (*MEASURES, "coverage_80_orders", "coverage_80_total")
NO_DAYS: Floats = np.zeros(0)
FEWEST_ORIGINS = 7  # of a coverage of totals


def scoreboard_rows(part: Part, origin: int, found: Sequence[Outcomes], over: Sequence[Course]) -> pa.Table:
    """A row per scope, metric and model; `over`: all forecasts whose horizon is over."""
    shape = (len(part.scopes), len(METRICS), len(MODELS))
    values, counts = np.full(shape, np.nan), np.zeros(shape, dtype=np.int64)
    for scope, done in enumerate(found):
        if len(done):
            happened = Actual(done.actual_orders, done.actual_revenue, NO_DAYS, NO_DAYS)
            measured = [scores(done.orders[model], done.revenue[model], happened) for model in MODELS]
            values[scope, : len(MEASURES)] = [[each[name] for each in measured] for name in MEASURES]
            values[scope, -2, 0] = done.is_covered.mean()
            counts[scope] = len(done)
    counts[:, -1] = len(over)
    if len(over) >= FEWEST_ORIGINS:
        values[:, -1, 0] = _covered_totals(part, over)
    is_total = np.array([name.startswith("total_error") for name in METRICS])[:, None]
    sized = np.where(is_total, np.abs(values), values)
    columns: dict[str, Values] = {
        "metric": Labels(METRICS, np.arange(len(METRICS))[:, None]),
        "model": Labels(MODELS, np.arange(len(MODELS))),
        "value": values,
        "ratio": ratio(sized, sized[:, :, 1:2]),
        "count": counts,
        "origin": dates_of([origin]),
    }
    return rows(SPECS["scoreboard"], part.scopes, per_scope(part.scopes, 3), shape, columns)


def _covered_totals(part: Part, over: Sequence[Course]) -> Floats:
    """By scope the share of totals that were within their interval."""
    actual, _ = actual_totals(part, over)
    low, high = (np.stack([getattr(made, name) for made in over], axis=1) for name in ("total_low", "total_high"))
    return np.asarray(((low <= actual) & (actual <= high)).mean(axis=1))


def calibration_rows(part: Part, found: Sequence[Outcomes]) -> pa.Table:
    """Ten rows per scope."""
    names = ("customers", "predicted_orders", "actual_orders", "predicted_revenue", "actual_revenue")
    sums = {name: np.zeros((len(part.scopes), DECILES)) for name in names}
    for scope, done in enumerate(found):
        place = deciles(done.revenue[MODELS[0]])
        of_scope = (None, done.orders[MODELS[0]], done.actual_orders, done.revenue[MODELS[0]], done.actual_revenue)
        for name, values in zip(names, of_scope, strict=True):
            sums[name][scope] = decile_sums(place, values)
    customers = sums.pop("customers")
    means = {name: ratio(values, customers) for name, values in sums.items()}
    columns: dict[str, Values] = {"decile": np.arange(DECILES) + 1, "customers": customers.astype(np.int64), **means}
    return rows(SPECS["calibration"], part.scopes, per_scope(part.scopes, 2), customers.shape, columns)


def churn_risk_rows(part: Part, newest: Outlook, shared: Shares, found: Sequence[Outcomes]) -> pa.Table:
    """Ten rows per scope: customers as of the newest forecast, and those of the past one with what they did."""
    shape = (len(part.scopes), DECILES)
    now, now_risk, then, then_risk, gone = (np.zeros(shape) for _ in range(5))
    for scope, done in enumerate(found):
        risk = newest.p_no_order[shared.client[shared.of_scope(scope)]]
        place = deciles(risk)
        now[scope], now_risk[scope] = decile_sums(place), decile_sums(place, risk)
        place = deciles(done.p_no_order)
        then[scope], then_risk[scope] = decile_sums(place), decile_sums(place, done.p_no_order)
        gone[scope] = decile_sums(place, done.is_gone)
    low, high = wilson(gone, then)
    columns: dict[str, Values] = {
        "decile": np.arange(DECILES) + 1,
        "customers": now.astype(np.int64),
        "p_no_order": ratio(now_risk, now),
        "backtest_customers": then.astype(np.int64),
        "backtest_p_no_order": ratio(then_risk, then),
        "realised_rate": ratio(gone, then),
        "realised_low": low,
        "realised_high": high,
    }
    return rows(SPECS["churn_risk"], part.scopes, per_scope(part.scopes, 2), shape, columns)


def decile_sums(decile: NDArray[np.int64], values: Floats | NDArray[np.bool_] | None = None) -> Floats:
    """By tenth of customers the sum of a value; without one the number of customers."""
    return np.bincount(decile - 1, values, DECILES).astype(np.float64)
