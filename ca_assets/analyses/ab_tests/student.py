"""Student's t distribution, from scipy's plain functions, which take arrays without the checks of `scipy.stats`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

LEVEL = 0.05


def critical(freedom: Any) -> NDArray[np.float64]:
    """The value that |t| exceeds in LEVEL of cases; NaN without a degree of freedom."""
    return np.asarray(stdtrit(freedom, 1 - LEVEL / 2))


def two_sided(t: Any, freedom: Any) -> NDArray[np.float64]:
    """How often |t| is that large or larger; NaN without a degree of freedom."""
    return np.asarray(2 * stdtr(freedom, -np.abs(t)))
