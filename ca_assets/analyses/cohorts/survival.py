"""Time to the next order (docs/contract, section 4, `next_order_survival`): Kaplan-Meier from daily counts, for all scopes at once.

Sources: E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", JASA 53 (1958); Greenwood's variance (1926); the
band, symmetric in log(−log S), of J. D. Kalbfleisch, R. L. Prentice, "The Statistical Analysis of Failure Time Data" (1980).
Belongs here: at-risk counts, estimate and band. Does not belong here: the events themselves (`cells`).
"""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.cohorts.specs import FROM_ORDERS, SPECS
from ca_assets.analyses.core.base import Base, to_numpy
from ca_assets.analyses.core.intervals import Z, ratio
from ca_assets.analyses.core.rows import Values, rows

Counts = NDArray[np.int64]
Curve = NDArray[np.float64]


def survival_table(base: Base, events: ibis.Table) -> pa.Table:
    """Rows of `next_order_survival`: days 0..`survival_days` as long as anybody is at risk."""
    at_risk, ended = _counts(base, events)
    share, low, high = estimate(at_risk, ended)
    scope, from_order, day = np.nonzero(at_risk)
    columns: dict[str, Values] = {
        "from_order": from_order,
        "day": day,
        "customers": at_risk[scope, from_order, 0],
        **{name: values[scope, from_order, day] for name, values in (("at_risk", at_risk), ("events", ended), ("share", share))},
        "share_low": low[scope, from_order, day],
        "share_high": high[scope, from_order, day],
    }
    return rows(SPECS["next_order_survival"], base.scopes.names, scope, scope.shape, columns)


def estimate(at_risk: Counts, events: Counts) -> tuple[Curve, Curve, Curve]:
    """Share with the event by each day (last axis, from day 0), and its band; the band is NaN while the share is 0 and when it is 1."""
    hazard = ratio(events, np.maximum(at_risk, 1))
    share = np.subtract(1, np.cumprod(1 - hazard, axis=-1), dtype=np.float64)
    left = at_risk - events
    with np.errstate(divide="ignore", invalid="ignore"):
        log_survival = np.cumsum(np.log1p(-hazard), axis=-1)  # of S; not log(1 − share), which loses digits of small shares
        variance = np.cumsum(np.where(events > 0, events / (at_risk * left), 0.0), axis=-1)
        error = Z * np.sqrt(variance) / -log_survival
        bounds = [-np.expm1(log_survival * np.exp(side * error)) for side in (-1, 1)]
    has_band = (np.cumsum(events, axis=-1) > 0) & ~np.logical_or.accumulate((events > 0) & (left == 0), axis=-1)
    low, high = (np.where(has_band, bound, np.nan).astype(np.float64) for bound in bounds)
    return share, low, high


def _counts(base: Base, events: ibis.Table) -> tuple[Counts, Counts]:
    """At risk and events by scope, event that customers start from, and day; durations in calendar days, censored at D."""
    limit = base.context.shop.settings.survival_days
    awaited = events.filter((events.next_day >= events.day).fill_null(True))
    duration = ibis.ifelse(awaited.next_day.notnull(), awaited.next_day, base.customer_days.days - 1) - awaited.day
    placed = awaited.select(
        "scope",
        "from_order",
        duration=ibis.least(duration, limit + 1).cast("int32"),
        is_event=(awaited.next_day.notnull() & (duration <= limit)).cast("int8"),
    )
    counts = to_numpy(placed.group_by("scope", "from_order", "duration", "is_event").aggregate(customers=placed.count()))
    ended = np.zeros((2, len(base.scopes.names), len(FROM_ORDERS), limit + 2), dtype=np.int64)
    ended[counts["is_event"], counts["scope"], counts["from_order"], counts["duration"]] = counts["customers"]
    at_risk = ended.sum(axis=0)[..., ::-1].cumsum(axis=-1)[..., ::-1]
    return at_risk[..., : limit + 1], ended[1, ..., : limit + 1]
