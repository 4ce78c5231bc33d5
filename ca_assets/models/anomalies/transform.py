"""Counts on a scale on which their noise is about the same whatever their size, and back.

2 asinh(√((x + 3/8) / θ)), Anscombe's transformation of negative binomial counts (F. J. Anscombe, "The transformation of Poisson, binomial
and negative-binomial data", Biometrika 35, 1948). Of counts far above θ it is their logarithm, so differences are relative changes; of
small ones their square root, whose left tail is as light as the right one: log1p flags quiet days of small shops (docs/benchmarks.md).
"""

from __future__ import annotations

import numpy as np

from ca_assets.models.anomalies.robust import Floats

SIZE = 200.0  # θ: what is not chance in a day's count varies by 1 / √θ = 7 %
SHIFT = 0.375


def stabilized(counts: Floats) -> Floats:
    """Counts (or amounts in units of an ordinary order) on the scale of the models; negative ones as 0."""
    values: Floats = 2 * np.arcsinh(np.sqrt((np.maximum(counts, 0) + SHIFT) / SIZE))
    return values


def counted(values: Floats) -> Floats:
    """The counts that such values stand for, 0 or more."""
    counts: Floats = np.maximum(SIZE * np.sinh(np.maximum(values, 0) / 2) ** 2 - SHIFT, 0)
    return counts


def chance(mean: Floats) -> Floats:
    """Standard deviation, on the scale of the models, of a count that is Poisson with this mean."""
    deviation: Floats = 1 / np.sqrt(SIZE + mean)
    return deviation


def chance_of_ratio(part: Floats, whole: Floats) -> Floats:
    """That of the logarithm of a ratio of counts, the part binomial in the whole, from the means of both."""
    variance = 1 / np.maximum(part, 0.5) - 1 / np.maximum(whole, 0.5)
    deviation: Floats = np.sqrt(np.maximum(variance, 0))
    return deviation


def log_ratio(part: Floats, whole: Floats) -> Floats:
    """Logarithm of a ratio of counts, with a half added to both so that a count of 0 has one."""
    ratios: Floats = np.log((part + 0.5) / (whole + 0.5))
    return ratios
