"""Values as decimal numbers, so that no binary fraction decides: rounding, bins of histograms (docs/contract, section 5), and sums.

Sums do not depend on the order of rows: the same rows give the same bits, however files were split or shuffled. Each value is taken to
whole ten-billionths (1e-10) and added up as an integer of 128 bits. Money with up to ten decimals is therefore added as decimal numbers
are, more exactly than by floats; other values are off by at most half a ten-billionth each.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

MILLIONTHS = 1e6
UNITS = 1e10
WIDEST = 1e18  # at 1e-10 in 38 decimal digits: 1e10 values of this size
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


def exact_sum(value: ir.FloatingValue, where: ir.BooleanValue | None = None, is_bounded: bool = True) -> ir.FloatingScalar:
    """The sum as float64; null without rows. `is_bounded` False: values may be 1e18 or more; those are added as floats."""
    if is_bounded:
        units = (value * UNITS).cast("decimal(38, 0)")
        return units.sum(where=where).cast("float64") / UNITS
    is_wide = value.abs() >= WIDEST
    narrow = exact_sum(ibis.ifelse(is_wide, 0.0, value), where)
    return narrow + ibis.ifelse(is_wide, value, 0.0).sum(where=where)


def exact_mean(value: ir.FloatingValue, where: ir.BooleanValue | None = None) -> ir.FloatingScalar:
    """The mean of the values that are not null; null when there is none."""
    return exact_sum(value, where) / value.count(where=where).nullif(0)
