"""Log-likelihoods of seven distributions at their maximum, for many groups of values at once.

Values come as triples (group, value, count), each pair of group and value once. A distribution that cannot have a group's values
(a count for a value with a fraction, a positive one for 0) has -inf there.
Belongs here: the fits. Does not belong here: the choice between them (`distributions`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, digamma, gammaln, xlogy, zeta

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
STEPS = 60  # of Newton and of golden section
TRIALS = np.unique(np.rint(np.geomspace(1, 1000, 40)))  # a binomial's number of trials, as a multiple of what is needed at least
GOLDEN = (np.sqrt(5) - 1) / 2
DISPERSION = (np.log(1e-3), np.log(1e6))  # log of the negative binomial's shape
SMALLEST = 1e-9
BEYOND = 1.001  # a beta reaches from 0 to this multiple of the largest value


@dataclass(frozen=True)
class Samples:
    """The values of `groups` groups."""

    groups: int
    group: Ints
    value: Floats
    count: Floats

    def total(self, values: Floats) -> Floats:
        """Sum by group, over all values with their counts."""
        return np.asarray(np.bincount(self.group, values * self.count, self.groups), np.float64)

    @cached_property
    def size(self) -> Floats:
        """Number of values by group."""
        return self.total(np.ones(len(self.value)))

    @cached_property
    def mean(self) -> Floats:
        """By group, NaN without values."""
        return np.asarray(self.total(self.value) / self.size)

    @cached_property
    def variance(self) -> Floats:
        """Of the population, by group."""
        return np.asarray(self.total(np.square(self.value - self.mean[self.group])) / self.size)

    @cached_property
    def is_count(self) -> NDArray[np.bool_]:
        """Whether all values of a group are whole numbers from 0."""
        return np.asarray(self.total(((self.value < 0) | (self.value % 1 != 0)).astype(float)) == 0)

    @cached_property
    def is_positive(self) -> NDArray[np.bool_]:
        """Whether all values of a group are above 0."""
        return np.asarray(self.total((self.value <= 0).astype(float)) == 0)

    @cached_property
    def largest(self) -> Floats:
        """By group, 0 without values."""
        largest = np.zeros(self.groups)
        np.maximum.at(largest, self.group, self.value)
        return largest

    def logs(self) -> Floats:
        """Logarithms of the values, 0 where there is none."""
        return np.log(np.where(self.value > 0, self.value, 1.0))


def _trigamma(x: Floats) -> Floats:
    """The derivative of digamma: Hurwitz's zeta function at 2."""
    return np.asarray(zeta(2, x))  # type: ignore[no-untyped-call]


def _poisson(samples: Samples) -> Floats:
    mean = samples.mean
    fitted = xlogy(samples.total(samples.value), mean) - samples.size * mean - samples.total(gammaln(np.maximum(samples.value, 0) + 1))
    return np.where(samples.is_count, fitted, -np.inf)


def _binomial(samples: Samples) -> Floats:
    best = np.full(samples.groups, -np.inf)
    value = np.maximum(samples.value, 0)
    for multiple in TRIALS:
        trials = np.maximum(np.rint(samples.largest * multiple), 1)
        at = trials[samples.group]
        chosen = samples.total(gammaln(at + 1) - gammaln(value + 1) - gammaln(at - value + 1))
        rate = samples.mean / trials
        successes = samples.total(value)
        best = np.fmax(best, chosen + xlogy(successes, rate) + xlogy(samples.size * trials - successes, 1 - rate))
    return np.where(samples.is_count, best, -np.inf)


def _negative_binomial(samples: Samples) -> Floats:
    mean, value = samples.mean, np.maximum(samples.value, 0)

    def likelihood(log_shape: Floats) -> Floats:
        """Log-likelihood of each group, by the logarithm of its shape."""
        shape = np.exp(log_shape)
        at = shape[samples.group]
        parts = samples.total(gammaln(value + at) - gammaln(at) - gammaln(value + 1))
        return np.asarray(
            parts - samples.size * (xlogy(shape, 1 + mean / shape) + xlogy(mean, (shape + mean) / np.where(mean > 0, mean, 1)))
        )

    return np.where(samples.is_count & (mean > 0), _golden(likelihood, samples.groups), -np.inf)


def _golden(likelihood: Callable[[Floats], Floats], groups: int) -> Floats:
    """The largest value between the ends of DISPERSION, of a function with one peak."""
    low, high = (np.full(groups, end) for end in DISPERSION)
    for _ in range(STEPS):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        is_left = likelihood(left) > likelihood(right)
        low, high = np.where(is_left, low, left), np.where(is_left, right, high)
    return np.asarray(likelihood((low + high) / 2))


def _gaussian(samples: Samples) -> Floats:
    return _normal(samples.size, samples.variance)


def _normal(size: Floats, variance: Floats) -> Floats:
    spread = np.where(np.sqrt(variance) > SMALLEST, variance, np.nan)
    return np.asarray(np.nan_to_num(-size / 2 * (np.log(2 * np.pi * spread) + 1), nan=-np.inf))


def _lognormal(samples: Samples) -> Floats:
    logs = samples.logs()
    mean = samples.total(logs) / samples.size
    variance = samples.total(np.square(logs - mean[samples.group])) / samples.size
    return np.where(samples.is_positive, _normal(samples.size, variance) - samples.total(logs), -np.inf)


def _gamma(samples: Samples) -> Floats:
    log_mean = samples.total(samples.logs()) / samples.size
    gap = np.log(np.where(samples.mean > 0, samples.mean, 1)) - log_mean
    gap = np.where(samples.is_positive & (gap > SMALLEST), gap, np.nan)
    shape = (3 - gap + np.sqrt((gap - 3) ** 2 + 24 * gap)) / (12 * gap)  # Minka 2002
    for _ in range(STEPS // 10):
        shape = 1 / (1 / shape + (digamma(shape) - np.log(shape) + gap) / (shape**2 * (_trigamma(shape) - 1 / shape)))
    fitted = (shape - 1) * log_mean - shape - gammaln(shape) - shape * np.log(samples.mean / shape)
    return np.asarray(np.nan_to_num(samples.size * fitted, nan=-np.inf))


def _beta(samples: Samples) -> Floats:
    """On 0 .. BEYOND × the largest value, which counts as a third parameter."""
    scale = np.where(samples.largest > 0, samples.largest * BEYOND, 1.0)
    share = samples.value / scale[samples.group]
    is_inside = samples.is_positive & (samples.variance > SMALLEST**2)
    inside = np.where(share > 0, np.minimum(share, 1 - 1e-12), 0.5)
    logs = [samples.total(np.log(part)) / samples.size for part in (inside, 1 - inside)]
    mean, variance = samples.mean / scale, samples.variance / scale**2
    common = np.where(is_inside, np.maximum(mean * (1 - mean) / np.where(variance > 0, variance, 1) - 1, 1e-2), np.nan)
    a, b = mean * common, (1 - mean) * common
    for _ in range(STEPS):
        a, b = _beta_step(a, b, logs)
    fitted = (a - 1) * logs[0] + (b - 1) * logs[1] - betaln(a, b) - np.log(scale)
    return np.asarray(np.nan_to_num(samples.size * fitted, nan=-np.inf, posinf=-np.inf))


def _beta_step(a: Floats, b: Floats, logs: list[Floats]) -> tuple[Floats, Floats]:
    """A step of Newton for both shapes, at most a halving or a doubling."""
    both = _trigamma(a + b)
    gradient = [logs[0] - digamma(a) + digamma(a + b), logs[1] - digamma(b) + digamma(a + b)]
    aa, bb = both - _trigamma(a), both - _trigamma(b)
    determinant = aa * bb - both**2
    steps = (bb * gradient[0] - both * gradient[1]) / determinant, (aa * gradient[1] - both * gradient[0]) / determinant
    moved = [np.clip(x - step, x / 2, x * 2) for x, step in zip((a, b), steps, strict=True)]
    return moved[0], moved[1]


# Name → log-likelihood by group, and how many parameters were fitted.
DISTRIBUTIONS: dict[str, tuple[Callable[[Samples], Floats], int]] = {
    "poisson": (_poisson, 1),
    "binomial": (_binomial, 2),
    "negative_binomial": (_negative_binomial, 2),
    "gaussian": (_gaussian, 2),
    "gamma": (_gamma, 2),
    "beta": (_beta, 3),
    "lognormal": (_lognormal, 2),
}
