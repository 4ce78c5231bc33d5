"""Who has stayed away longer is not expected to order more than another with the same order days and the same span between them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from ca_assets.models.value.forecast import Floats

_optimize: Any = optimize


def decreasing_in_age(values: Floats, order_days: NDArray[np.int64], span: NDArray[np.int64], first: NDArray[np.int64]) -> Floats:
    """The nearest values (least squares, sums unchanged) that never grow with the age among clients with equal `order_days` and `span`.

    Among clients of one age the given order stays; each value of an older one is at most the smallest of a younger one.
    """
    position = np.lexsort((-values, -first, span, order_days))  # the younger first
    ordered, days, spans = values[position], order_days[position], span[position]
    group = np.cumsum((np.diff(days, prepend=days[:1]) != 0) | (np.diff(spans, prepend=spans[:1]) != 0))
    rising = (np.diff(ordered, append=ordered[-1:]) > 0) & (np.diff(group, append=group[-1:] + 1) == 0)
    touched = np.isin(group, np.unique(group[rising]))
    if not touched.any():
        return values
    chosen, number = ordered[touched], np.unique(group[touched], return_inverse=True)[1]
    # One regression for all groups: each lies wholly above the next, so that none of them is pooled with another.
    step = 2.0 ** np.ceil(np.log2(chosen.max() + 1.0))
    offset = (number[-1] - number) * step
    pooled = _optimize.isotonic_regression(chosen + offset, increasing=False).x - offset
    ordered[touched] = np.maximum(pooled, 0.0)
    result = np.empty_like(values)
    result[position] = ordered
    return result
