"""How wrong forecasts have been: intervals of totals from past errors, of a client's orders and revenue from a negative binomial.

Simulating from the posterior is no substitute: it knows nothing of seasons and trends and covers 27 % where 80 % is promised.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaincinv, gammaln, nbdtrik, stdtrit

from ca_assets.models.value.forecast import Floats
from ca_assets.models.value.likelihood import maximise

LOW, HIGH = 0.1, 0.9
FEWEST_ERRORS, USUAL_ERROR = 4, 0.25  # what is missing of four past errors counts as one of a young shop's usual size
SMALLEST = 1e-9


def total_log_width(errors: Floats) -> float:
    """Half the width of the 80 % interval of a total on the log scale: t.9 × root mean square of past log errors."""
    padded = np.append(errors, np.full(max(FEWEST_ERRORS - len(errors), 0), USUAL_ERROR))
    return float(stdtrit(len(padded), HIGH) * np.sqrt(np.mean(padded**2)))


@dataclass(frozen=True)
class OrderSpread:
    """Negative binomial orders of a client: their size is exp(intercept) · (r + x)^slope; with 0 and 1 BG/NBD's own of one who stays."""

    intercept: float = 0.0
    slope: float = 1.0

    def size(self, shape: Floats) -> Floats:
        """The size per client, from r + x."""
        return np.exp(np.clip(self.intercept + self.slope * np.log(shape), -7.0, 12.0))


def fit_order_spread(orders: Floats, expected: Floats, shape: Floats) -> OrderSpread:
    """Maximum likelihood on what clients ordered against what was expected of them; `shape` is r + x of each.

    Weighed by the expectation: of most clients next to nothing is expected, and how that little spreads says nothing of the others.
    """
    usable = expected > SMALLEST
    orders, expected, logs = orders[usable], expected[usable], np.log(shape[usable])
    weights = expected / expected.sum()
    if not orders.sum() > 0:
        return OrderSpread()

    def log_likelihood(values: Floats) -> tuple[float, Floats]:
        """Weighted, with its gradient."""
        size = np.exp(np.clip(values[0] + values[1] * logs, -7.0, 12.0))
        value = gammaln(size + orders) - gammaln(size) + size * np.log(size / (size + expected))
        value += orders * np.log(expected / (size + expected))
        by_size = digamma(size + orders) - digamma(size) + np.log(size / (size + expected)) + 1 - (size + orders) / (size + expected)
        return float(weights @ value), np.array([weights @ (by_size * size), weights @ (by_size * size * logs)])

    intercept, slope = maximise(log_likelihood, [(0.0, 1.0)], [(-6.0, 6.0), (-2.0, 2.0)]).tolist()
    return OrderSpread(intercept, slope)


def order_quantiles(expected: Floats, size: Floats) -> tuple[Floats, Floats]:
    """10 % and 90 % quantiles of negative binomials with these means and sizes, widened to hold the means.

    Between whole numbers as the incomplete beta function goes: those of whole numbers hold 90 % of what happens and not 80 %.
    """
    chance = size / (size + expected)
    positive = expected > SMALLEST
    low, high = np.zeros_like(expected), np.zeros_like(expected)
    for bound, quantile in ((low, LOW), (high, HIGH)):
        none = np.exp(-size * np.log1p(expected / size)) >= quantile  # the inverse knows no solution below zero
        rest = positive & ~none
        bound[rest] = nbdtrik(quantile, size[rest], chance[rest])
    return np.minimum(low, expected), np.maximum(high, expected)


def revenue_quantiles(expected: Floats, size: Floats, revenue: Floats, mean_square: Floats, amount_square: float) -> tuple[Floats, Floats]:
    """10 % and 90 % quantiles of the sum of that many amounts, widened to hold the mean `revenue`.

    The sum is 0 when there is no order, else gamma with the mean and the variance of the compound distribution; the squares are
    Gamma-Gamma's, of a client's mean and of an amount given it.
    """
    orders = np.maximum(expected, SMALLEST)
    none = np.exp(-size * np.log1p(orders / size))
    some = np.maximum(1.0 - none, SMALLEST)
    variance = np.maximum(mean_square * (amount_square / orders + 1.0 + 1.0 / size) * some - 1.0, 1e-4)  # over the square of the mean
    bounds = []
    for quantile in (LOW, HIGH):
        bound, inside = np.zeros_like(revenue), (none < quantile) & (revenue > 0)
        chance = (quantile - none[inside]) / some[inside]
        bound[inside] = gammaincinv(1.0 / variance[inside], chance) * variance[inside] * revenue[inside] / some[inside]
        bounds.append(bound)
    return np.minimum(bounds[0], revenue), np.maximum(bounds[1], revenue)
