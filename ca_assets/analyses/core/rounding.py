"""Rounding that is the same in every engine: engines' own functions differ in ties."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

MILLIONTHS = 1e6


def half_even(value: ir.FloatingValue) -> ir.FloatingValue:
    """Round to a whole number, ties to even; by arithmetic."""
    rest = value % 1.0  # not floor(): Ibis makes that a 64-bit integer, which amounts up to 1e15 in millionths exceed
    whole = value - rest
    return whole + ibis.cases((rest > 0.5, 1.0), (rest < 0.5, 0.0), else_=whole % 2.0)
