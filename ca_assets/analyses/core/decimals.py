"""Values as decimal numbers: rounding, and bins of histograms (docs/contract, section 5), so that no binary fraction decides."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

MILLIONTHS = 1e6
WHOLE = 2.0**52  # floats of this size and above have no fraction
WIDTHS = np.array([w * 10.0**n for n in range(4, 22) for w in (1, 2, 2.5, 5)])  # in millionths: 0.01, 0.02, 0.025, 0.05, 0.1, …


def half_even(value: ir.FloatingValue) -> ir.FloatingValue:
    """Round a value of 0 or more to a whole number, ties to even: floats from 2^52 to 2^53 are the whole numbers, and sums are rounded so.

    Arithmetic, because engines' own rounding differs in ties, and not floor(): Ibis makes that a 64-bit integer, which amounts up to 1e15
    in millionths exceed.
    """
    return ibis.ifelse(value < WHOLE, value + WHOLE - WHOLE, value)


def bin_widths(fence: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Width in millionths and number of the open bin, for the largest value (whole millionths) that must be in a regular one."""
    width = WIDTHS[np.searchsorted(20 * WIDTHS, fence)]
    return width, (np.floor(fence / width) + 1).astype(np.int64)
