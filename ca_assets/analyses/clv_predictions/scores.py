"""Measures of a forecast of customers against what they did (docs/contract, section 12): errors, order, tenths of customers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ca_assets.models.value.forecast import Floats

DECILES = 10


def mean_absolute_error(expected: Floats, actual: Floats) -> float:
    """Per customer; NaN without customers."""
    return float(np.abs(expected - actual).mean()) if len(actual) else np.nan


def root_mean_square_error(expected: Floats, actual: Floats) -> float:
    """Per customer; NaN without customers."""
    return float(np.sqrt(((expected - actual) ** 2).mean())) if len(actual) else np.nan


def total_error(expected: Floats, actual: Floats) -> float:
    """Expected over actual total, less 1; NaN where nothing happened."""
    return float(expected.sum() / actual.sum() - 1) if actual.sum() > 0 else np.nan


def gini(expected: Floats, actual: Floats) -> float:
    """The area between the Lorenz curve of the actuals, ordered by the forecast, and the diagonal, over that in their own order.

    1: customers are ordered as they turned out; 0: as by chance. Equal forecasts count as any order among them. NaN where all did the same.
    """
    own = _lorenz_area(actual, actual)
    return _lorenz_area(expected, actual) / own if own > 1e-9 else np.nan


def _lorenz_area(by: Floats, values: Floats) -> float:
    if values.sum() <= 0:
        return 0.0
    _, group = np.unique(by, return_inverse=True)
    customers, amounts = np.bincount(group), np.bincount(group, values)
    share = np.concatenate([[0.0], np.cumsum(amounts) / amounts.sum()])
    return float(0.5 - ((share[1:] + share[:-1]) / 2 * customers).sum() / customers.sum())


def deciles(expected: Floats) -> NDArray[np.int64]:
    """By customer the tenth that he is in, 0 the smallest forecasts; of equal ones the first come first. Sizes differ by at most one."""
    place = np.empty(len(expected), dtype=np.int64)
    place[np.argsort(expected, kind="stable")] = np.arange(len(expected))
    return place * DECILES // max(len(expected), 1)


def decile_sums(decile: NDArray[np.int64], values: Floats | NDArray[np.bool_] | None = None) -> Floats:
    """By tenth the sum of a value; without one the number of customers."""
    return np.bincount(decile, values, DECILES).astype(np.float64)


def decile_error(expected: Floats, actual: Floats) -> float:
    """Σ |expected − actual| over the tenths of customers by forecast, over the actual total (WAPE); NaN where nothing happened."""
    place = deciles(expected)
    misses = np.abs(decile_sums(place, expected) - decile_sums(place, actual)).sum()
    return float(misses / actual.sum()) if actual.sum() > 0 else np.nan
