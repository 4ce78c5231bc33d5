"""Medians, median absolute deviations and robust z over the last axis, of many series at once; NaN is no value."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
NORMAL = 1.4826  # MAD × this estimates the standard deviation of a normal distribution
TAIL, TAIL_NORMAL = 0.9, 1.645  # so does the 90 % quantile of the absolute deviations / this
ZERO = 1e-9  # a spread up to this counts as none


def median(values: Floats) -> Floats:
    """Median of the last axis, of the values that are not NaN; NaN without any. (NumPy's `nanmedian` loops over small rows in Python.)"""
    if not values.shape[-1]:
        return np.full(values.shape[:-1], np.nan)
    ordered = np.sort(values, axis=-1)  # NaN goes to the end
    count = np.sum(~np.isnan(values), axis=-1)
    low, high = np.maximum((count - 1) // 2, 0), np.minimum(count // 2, values.shape[-1] - 1)
    pair = [np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0] for place in (low, high)]
    return np.where(count > 0, (pair[0] + pair[1]) / 2, np.nan)


def spread(values: Floats) -> tuple[Floats, Floats]:
    """Median, and 1.4826 × the median absolute deviation from it, of the last axis; the latter NaN where it is 0."""
    middle = median(values)
    scale = NORMAL * median(np.abs(values - middle[..., None]))
    return middle, np.where(scale > ZERO, scale, np.nan)


def wide_spread(values: Floats) -> tuple[Floats, Floats]:
    """The same with the larger of that scale and the one that the 90 % quantile of the absolute deviations tells.

    Logarithms of small counts have heavier tails than their MAD says: without it their quiet days would be flagged.
    """
    middle, scale = spread(values)
    deviations = np.sort(np.abs(values - middle[..., None]), axis=-1)
    count = np.sum(~np.isnan(values), axis=-1)
    place = np.clip((count * TAIL).astype(np.int64), 0, max(values.shape[-1] - 1, 0))
    tail = np.take_along_axis(deviations, place[..., None], axis=-1)[..., 0] / TAIL_NORMAL if values.shape[-1] else scale
    return middle, np.where(np.isnan(scale), scale, np.fmax(scale, tail))


def robust_z(values: Floats, reference: Flags) -> Floats:
    """(value − median) / (1.4826 MAD) along the last axis, both over the values that `reference` (of the same shape) marks.

    NaN where a value is, and everywhere when the MAD of the reference is 0 or there is none.
    """
    middle, scale = spread(np.where(reference, values, np.nan))
    return (values - middle[..., None]) / scale[..., None]
