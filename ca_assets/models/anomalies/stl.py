"""Robust seasonal-trend decomposition by loess (STL), of many series at once, with missing values.

Source: R. B. Cleveland, W. S. Cleveland, J. E. McRae, I. Terpenning, "STL: A Seasonal-Trend Decomposition Procedure Based on Loess",
Journal of Official Statistics 6 (1990). A loess on a regular grid is five products with sparse matrices of its tricube weights, so all
series of all scopes are smoothed together, and a missing value is a weight of 0 (which libraries do not offer).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from ca_assets.models.anomalies.robust import Floats, median

INNER, OUTER = 2, 6
TINY = 1e-12


@dataclass(frozen=True)
class Windows:
    """Numbers of neighbours of the three loess smoothers (odd): of a weekday's values over the weeks, of the trend, of the low pass."""

    seasonal: int = 15
    trend: int = 45
    low_pass: int = 7


class Parts(NamedTuple):
    """What a series is the sum of; arrays of its shape, the residual NaN where the value is."""

    seasonal: Floats
    trend: Floats
    residual: Floats


@dataclass(frozen=True)
class Loess:
    """A local linear smoother of values at 0..n-1: `moments` k = 0, 1, 2 are sparse matrices of tricube weight × (x − place)^k."""

    moments: tuple[Any, Any, Any]

    def smooth(self, values: Floats, weights: Floats) -> Floats:
        """Smoothed values (series, places) of values and weights of shape (series, n); 0 where no weight is near."""
        weighed = weights * values
        w0, w1, w2 = (np.asarray((moment @ weights.T).T) for moment in self.moments)
        y0, y1 = (np.asarray((moment @ weighed.T).T) for moment in self.moments[:2])
        det = w0 * w2 - w1 * w1
        is_line = det > TINY * np.maximum(w0 * w2, TINY)
        line = (w2 * y0 - w1 * y1) / np.where(is_line, det, 1.0)
        level = np.where(w0 > TINY, y0 / np.where(w0 > TINY, w0, 1.0), 0.0)
        smoothed: Floats = np.where(is_line, line, level)
        return smoothed


@cache
def loess(n: int, neighbours: int, stride: int = 1, margin: int = 0) -> Loess:
    """A smoother evaluated at −margin … n − 1 + margin. With a stride only values at a multiple of it away are neighbours (a weekday's)."""
    places = np.arange(-margin, n + margin)
    lane = places % stride
    lane_size = (n - 1 - lane) // stride + 1
    width = np.minimum(neighbours, lane_size)
    first = np.clip((places - lane) // stride - (width - 1) // 2, 0, lane_size - width)
    steps = np.arange(int(width.max()))
    index = (first[:, None] + steps) * stride + lane[:, None]
    inside = steps < width[:, None]
    distance = (index - places[:, None]) / stride
    reach = np.max(np.where(inside, np.abs(distance), 0), axis=1, keepdims=True)
    reach = np.where(width[:, None] < neighbours, reach + (neighbours - width[:, None]) / 2, reach) + 1e-6
    reach = np.maximum(reach, 1.0) * 1.001  # else the farthest of few neighbours would weigh nothing
    tricube = np.where(inside, (1 - np.minimum(np.abs(distance) / reach, 1) ** 3) ** 3, 0.0)
    rows = np.broadcast_to(np.arange(len(places))[:, None], index.shape)[inside]
    shape = (len(places), n)

    def matrix(power: int) -> Any:
        return csr_array(((tricube * distance**power)[inside], (rows, index[inside])), shape=shape)  # type: ignore[no-untyped-call]

    return Loess((matrix(0), matrix(1), matrix(2)))


def decompose(values: Floats, period: int, windows: Windows | None = None) -> Parts:
    """Robust STL of series of shape (series, n); NaN is a missing value. `period` 1: no seasonality, a robust loess trend alone.

    The seasonal part is 0 too while there are less than two periods.
    """
    windows = windows or Windows()
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    weights = known.astype(np.float64)
    n = values.shape[-1]
    trend = np.repeat(np.where(np.isnan(middle := median(values)), 0.0, middle)[:, None], n, axis=1)
    seasonal = np.zeros_like(trend)
    is_seasonal = 1 < period <= n // 2
    for _ in range(OUTER):
        for _ in range(INNER if is_seasonal else 1):
            if is_seasonal:
                seasonal = _seasonal(np.where(known, filled - trend, 0.0), weights, period, windows)
            trend = loess(n, windows.trend).smooth(filled - seasonal, weights)
        weights = _bisquare(np.where(known, filled - seasonal - trend, np.nan))
    return Parts(seasonal, trend, np.where(known, filled - seasonal - trend, np.nan))


def _seasonal(detrended: Floats, weights: Floats, period: int, windows: Windows) -> Floats:
    """Steps 2 to 4 of STL's inner loop: smooth each phase of the period over time, and take its slow part away again."""
    n = detrended.shape[-1]
    cycle = loess(n, windows.seasonal, period, period).smooth(detrended, weights)
    low = _moving_average(_moving_average(_moving_average(cycle, period), period), 3)
    slow = loess(n, windows.low_pass).smooth(low, np.ones_like(low))
    result: Floats = cycle[:, period : period + n] - slow
    return result


def _moving_average(values: Floats, length: int) -> Floats:
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=-1)
    averages: Floats = (sums[:, length:] - sums[:, :-length]) / length
    return averages


def _bisquare(residual: Floats) -> Floats:
    """Robustness weights: 1 at a residual of 0, 0 from six median absolute residuals on; 0 for missing values."""
    bound = 6 * median(np.abs(residual))[:, None]
    share = np.abs(residual) / np.where(bound > TINY, bound, np.inf)
    return np.where(np.isnan(residual), 0.0, (1 - np.minimum(share, 1) ** 2) ** 2)
