"""Recency, frequency and monetary value at the end of a horizon, if the forecast holds, and whose change stands out.

A client orders with probability 1 − P(no order); then m = expected orders / (1 − P(no order)) times, evenly over the horizon.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from ca_assets.models.value.forecast import Floats, Forecast

HOURS = 7 * 24
MAD_TO_SIGMA, LIMIT, NOTHING = 1.4826, 3.0, 1e-9
ABNORMAL = 0.001  # share of clients beyond the threshold if changes were normal
RIDGE = 0.05  # of the correlations, so that two that move together do not blow up the distance


@dataclass(frozen=True)
class FutureRfm:
    """One element per client. Hours; nan where a client with one order day is not expected to order again."""

    recency_hours: Floats
    frequency_hours: Floats
    monetary: Floats
    is_abnormal: NDArray[np.bool_]
    change_score: Floats


def future_rfm(recency_hours: Floats, frequency_hours: Floats, monetary: Floats, order_days: Floats, said: Forecast) -> FutureRfm:
    """From the values at the origin, in the order of the forecast's clients; `frequency_hours` is nan with one order day.

    The score is the robust distance of the changes of log R, log F, log M from their medians: MAD units, winsorised correlations.
    A missing value counts as no change out of the ordinary.
    """
    horizon, some = said.weeks * HOURS, 1.0 - said.p_no_order
    orders = np.where(some > 0, said.orders / np.maximum(some, 1e-12), 0.0)
    silent = horizon / (orders + 1.0)  # from the last of so many evenly spread orders to the end
    recency = said.p_no_order * (recency_hours + horizon) + some * silent
    span = np.where(order_days > 1, frequency_hours * (order_days - 1), 0.0) + recency_hours + horizon - silent
    ordered_again = span / np.maximum(order_days - 1 + orders, 1e-12)
    blend = said.p_no_order * frequency_hours + some * ordered_again
    frequency = np.where(order_days > 1, blend, np.where(some > 0.5, ordered_again, np.nan))
    money = (monetary * order_days + said.revenue) / (order_days + said.orders)
    now, then = (np.stack(values) for values in ((recency_hours, frequency_hours, monetary), (recency, frequency, money)))
    score = robust_distance(np.log1p(np.maximum(then, 0.0)) - np.log1p(np.maximum(now, 0.0)))
    return FutureRfm(recency, frequency, money, score > np.sqrt(chdtri(len(now), ABNORMAL)), score)


def robust_distance(changes: Floats) -> Floats:
    """Distance (clients,) of columns of `changes` (metrics, clients) from the medians, in MAD units; correlations are winsorised at 3.

    A metric whose MAD is 0 says nothing; nor does a missing value.
    """
    units = np.zeros_like(changes)
    for row, values in enumerate(changes):
        known = np.isfinite(values)
        if not known.any():
            continue
        centre = np.median(values[known])
        spread = MAD_TO_SIGMA * np.median(np.abs(values[known] - centre))
        if spread > NOTHING:
            units[row, known] = (values[known] - centre) / spread
    usual = np.clip(units, -LIMIT, LIMIT)
    covariance = usual @ usual.T / max(changes.shape[1], 1)
    scale = np.sqrt(np.maximum(np.diag(covariance), NOTHING))
    correlation = covariance / np.outer(scale, scale)
    np.fill_diagonal(correlation, 1.0)
    solved = np.linalg.solve((1 - RIDGE) * correlation + RIDGE * np.eye(len(changes)), units)
    distance: Floats = np.sqrt(np.maximum(np.einsum("ij,ij->j", units, solved), 0.0))
    return distance
