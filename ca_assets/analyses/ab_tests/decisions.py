"""From p values to decisions: correction for many tests at once, needed numbers of customers, and the words (docs/contract, section 14)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DECISIONS = ("increase", "decrease", "no_evidence", "not_enough_data")
INCREASE, DECREASE, NO_EVIDENCE, NOT_ENOUGH = range(4)
LEVEL = 0.05
LIFT = 0.3  # that the needed number of customers can show in 80 % of cases: 7.85 = (1.96 + 0.84)^2
POWER = 7.85
ROUNDING = 1e-12  # relative: a whole number that floats have lifted by less than this stays that number
SMALLEST = 1e-9


def benjamini_hochberg(p: Floats, family: Ints) -> Floats:
    """The q values of p values, within each family by itself (Benjamini and Hochberg 1995); NaN stays NaN and counts in none."""
    q = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    for number in np.unique(family[known]):
        order = known[family[known] == number]
        order = order[np.argsort(-p[order], kind="stable")]
        rank = np.arange(len(order), 0, -1)
        q[order] = np.minimum.accumulate(np.minimum(p[order] * len(order) / rank, 1.0))
    return q


def needed_for_counts(rate: Floats) -> Floats:
    """Customers needed to see a lift of LIFT at a rate of orders per window; NaN without one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return _whole(POWER * (2 + LIFT) / (LIFT**2 * np.where(rate > 0, rate, np.nan)))


def needed_for_means(variance: Floats, mean: Floats) -> Floats:
    """The same of paired differences with a sample variance, at a mean; 0 without spread."""
    spread = np.where(np.sqrt(variance) > SMALLEST, variance, np.where(np.isnan(variance), np.nan, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return _whole(POWER * spread / np.square(LIFT * np.where(mean > 0, mean, np.nan)))


def _whole(value: Floats) -> Floats:
    return np.asarray(np.ceil(value * (1 - ROUNDING)))


def decide(effect: Floats, q: Floats, is_enough: NDArray[np.bool_]) -> Ints:
    """The numbers of DECISIONS."""
    is_sure = q < LEVEL
    decision = np.where(is_sure & (effect > 0), INCREASE, np.where(is_sure & (effect < 0), DECREASE, NO_EVIDENCE))
    return np.where(is_enough & ~np.isnan(effect), decision, NOT_ENOUGH)
