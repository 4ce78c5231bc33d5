"""Sums of floats that do not depend on the order of rows: the same rows give the same bits, however files were split or shuffled.

Each value is taken to whole ten-billionths (1e-10) and added up as an integer of 128 bits. Money with up to ten decimals is therefore
added as decimal numbers are, more exactly than by floats; other values are off by at most half a ten-billionth each.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

UNITS = 1e10
WIDEST = 1e18  # at 1e-10 in 38 decimal digits: 1e10 values of this size


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
