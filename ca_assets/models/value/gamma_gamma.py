"""Gamma-Gamma: what a client's order is worth on average (Fader and Hardie, "The Gamma-Gamma model of monetary value", 2013).

An amount is Gamma(p, ν), and ν ~ Gamma(q, v) varies between clients. Of a client the number of amounts n and their mean say everything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln

from ca_assets.models.value.forecast import Floats
from ca_assets.models.value.likelihood import maximise

BOUND = (-6.0, 12.0)  # of log p, log (q − 1), log v in units of the mean amount
SPREAD = 1e-9  # less than that, relative to the mean, is no spread
FEWEST = 3  # clients with a mean: fewer cannot say how clients differ


@dataclass(frozen=True)
class GammaGamma:
    """A fitted model. Without spread between clients p, q and v are infinite, and every client is worth `mean`."""

    p: float
    q: float
    v: float
    mean: float

    @property
    def is_constant(self) -> bool:
        """All clients are worth the same."""
        return not np.isfinite(self.p)

    def expected(self, count: Floats, mean: Floats) -> Floats:
        """Expected amount of a client's order: p (v + n m) / (p n + q − 1); where n is 0, the mean of all."""
        if self.is_constant:
            return np.full(len(count), self.mean)
        return self.p * (self.v + count * mean) / (self.p * count + self.q - 1.0)

    def mean_square(self, count: Floats) -> Floats:
        """Expected square of a client's mean amount over the square of its expectation; at most 10 (for q + p n ≤ 2 it does not exist)."""
        if self.is_constant:
            return np.ones(len(count))
        shape = self.p * count + self.q
        return np.clip((shape - 1.0) / np.maximum(shape - 2.0, 1e-9), 1.0, 10.0)

    @property
    def amount_square(self) -> float:
        """Expected square of an amount over the square of its client's mean."""
        return 1.0 if self.is_constant else 1.0 + 1.0 / self.p


@dataclass(frozen=True)
class Means:
    """Clients' means by their number of amounts: distinct numbers `count`, how many `clients` have each, the sums of their log means.

    `mean` and `place` (in `count`) are per client.
    """

    mean: Floats
    place: NDArray[np.int64]
    count: Floats
    clients: NDArray[np.int64]
    log_mean: Floats


def by_count(count: Floats, mean: Floats) -> Means:
    """Group the clients."""
    values, place, clients = np.unique(count, return_inverse=True, return_counts=True)
    return Means(mean, place, values, clients, np.bincount(place, weights=np.log(mean)).astype(np.float64))


def log_likelihood(logs: Floats, data: Means) -> tuple[float, Floats]:
    """Mean log-likelihood per client and its gradient, at the logarithms of (p, q − 1, v). Means must be above 0."""
    p, above, v = np.exp(logs)
    q, count, clients = 1.0 + above, data.count, data.clients
    shape, both = p * count, p * count + q
    sums = v + count[data.place] * data.mean
    log_sum = np.bincount(data.place, weights=np.log(sums))
    value = clients @ (gammaln(both) - gammaln(shape) - gammaln(q) + q * np.log(v) + shape * np.log(count))
    value += (shape - 1.0) @ data.log_mean - both @ log_sum
    by_p = clients @ (count * (digamma(both) - digamma(shape) + np.log(count))) + count @ data.log_mean - count @ log_sum
    by_q = clients @ (digamma(both) - digamma(q) + np.log(v)) - log_sum.sum()
    by_v = clients.sum() * q / v - both @ np.bincount(data.place, weights=1.0 / sums)
    size = clients.sum()
    return float(value) / size, np.array([by_p * p, by_q * above, by_v * v]) / size


def fit_gamma_gamma(count: Floats, mean: Floats) -> GammaGamma:
    """Maximum likelihood over the clients with amounts and a mean above 0; q is kept above 1, where the mean of all clients exists.

    `count`: amounts of each client; `mean`: their mean. Nobody with a mean: every client is worth 0.
    """
    usable = (count > 0) & (mean > 0)
    count, mean = count[usable], mean[usable]
    centre = float(mean.mean()) if len(mean) else 0.0
    if len(mean) < FEWEST or float(np.ptp(mean)) <= SPREAD * centre:
        return GammaGamma(np.inf, np.inf, np.inf, centre)
    data = by_count(count, mean / centre)  # in a currency of its own, so that one start serves every shop
    starts = [np.log([2.0, 2.0, 1.0]).tolist(), np.log([6.0, 0.5, 0.3]).tolist()]
    p, above, v = np.exp(maximise(lambda point: log_likelihood(point, data), starts, [BOUND] * 3)).tolist()
    return GammaGamma(p, 1.0 + above, v * centre, p * v * centre / above)
