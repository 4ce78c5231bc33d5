"""Scores of values and the segment of scores (docs/contract, section 11), as expressions."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np

from ca_assets.analyses.core.segments.fits import CLUSTERS

SEGMENTS = ("champions", "loyal", "potential_loyalist", "cant_lose_them", "newcomers", "need_attention", "at_risk", "lost")
CHAMPIONS, LOYAL, POTENTIAL_LOYALIST, CANT_LOSE_THEM, NEWCOMERS, NEED_ATTENTION, AT_RISK, LOST = range(1, 9)  # segment_order
PADDING = {"recency": np.inf, "frequency": np.inf, "monetary": -np.inf}  # bounds that no value is beyond


def score(value: ir.FloatingValue, bounds: Sequence[ir.FloatingValue], is_more_better: bool) -> ir.IntegerValue:
    """5 the best; on a bound the better one; null for null. Of fewer clusters the scores are 5, 4, … (bounds are padded)."""
    worse = [(bound > value if is_more_better else bound < value).cast("int8") for bound in bounds]
    return CLUSTERS - sum(worse[1:], worse[0])


def segment(order_days: ir.IntegerValue, r: ir.IntegerValue, f: ir.IntegerValue, m: ir.IntegerValue) -> ir.IntegerValue:
    """The segment's order, 1..8; a null `f` belongs to one order day."""
    has_one = order_days == 1
    return ibis.cases(
        (has_one & (r >= 4), NEWCOMERS),
        (has_one & (r == 3), NEED_ATTENTION),
        (has_one | (r == 1) | ((r == 2) & (f == 1)), LOST),
        (r == 2, AT_RISK),
        ((r == 3) & (f == 1), NEED_ATTENTION),
        ((r == 3) & (m >= 4), CANT_LOSE_THEM),
        ((r == 3) & (f >= 4), LOYAL),
        (r == 3, NEED_ATTENTION),
        ((f >= 4) & (m >= 4), CHAMPIONS),
        (f >= 4, LOYAL),
        (f == 1, POTENTIAL_LOYALIST),
        (m >= 4, CANT_LOSE_THEM),
        else_=POTENTIAL_LOYALIST,
    ).cast("int8")


def segment_name(order: ir.IntegerValue) -> ir.StringValue:
    """The name of a segment's order."""
    return order.cases(*enumerate(SEGMENTS, start=1))
