"""Wilson score intervals (docs/contract, section 1, Rates): 95 %, no continuity correction, exact at 0 of n and n of n.

Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
Belongs here: intervals of rates, as NumPy arrays and as Ibis expressions of the same formula.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

Z = 1.959963984540054


def ratio(numerator: NDArray[Any], denominator: NDArray[Any]) -> NDArray[np.float64]:
    """numerator / denominator; NaN (null) where the denominator is 0. Arrays of one shape after broadcasting."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.true_divide(numerator, denominator)
    return np.where(np.asarray(denominator) == 0, np.nan, quotient)


def wilson(successes: NDArray[Any], total: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower and upper bound of successes / total; NaN where total is 0."""
    n = np.where(np.asarray(total) == 0, np.nan, np.asarray(total, dtype=np.float64))
    p = successes / n
    scale = 1 + Z * Z / n
    centre = (p + Z * Z / (2 * n)) / scale
    half = Z * np.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / scale
    low = np.where(np.asarray(successes) == 0, np.where(np.isnan(n), np.nan, 0.0), centre - half)
    high = np.where(np.asarray(successes) == np.asarray(total), np.where(np.isnan(n), np.nan, 1.0), centre + half)
    return low, high


def wilson_bounds(successes: ir.NumericValue, total: ir.NumericValue) -> tuple[ir.FloatingValue, ir.FloatingValue]:
    """The same as expressions: lower and upper bound, null where total is 0."""
    n = total.nullif(0).cast("float64")
    p = successes / n
    scale = 1 + Z * Z / n
    centre = (p + Z * Z / (2 * n)) / scale
    half = Z * (p * (1 - p) / n + Z * Z / (4 * n * n)).sqrt() / scale
    low = ibis.cases((n.isnull(), ibis.null("float64")), (successes == 0, 0.0), else_=centre - half)
    high = ibis.cases((n.isnull(), ibis.null("float64")), (successes == total, 1.0), else_=centre + half)
    return low, high
