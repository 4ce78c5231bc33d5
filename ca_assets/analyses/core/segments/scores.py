"""Scores of values and the segment of scores (docs/contract, section 11), as expressions."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.segments.columns import SEGMENT_NAMES
from ca_assets.analyses.core.segments.fits import CLUSTERS

SEGMENTS = tuple(SEGMENT_NAMES)
CHAMPIONS, LOYAL, POTENTIAL_LOYALIST, CANT_LOSE_THEM, NEWCOMERS, NEED_ATTENTION, AT_RISK, LOST = range(1, 9)  # segment_order
PADDING = {"recency": np.inf, "frequency": np.inf, "monetary": -np.inf}  # bounds that no value is beyond
CODE = np.array([36, 6, 1])  # of the scores of recency, frequency (0 with one order day), monetary


def score(value: ir.FloatingValue, bounds: Sequence[ir.FloatingValue], is_more_better: bool) -> ir.IntegerValue:
    """5 the best; on a bound the better one; null for null. Of fewer clusters the scores are 5, 4, … (bounds are padded)."""
    worse = [(bound > value if is_more_better else bound < value).cast("int8") for bound in bounds]
    return CLUSTERS - sum(worse[1:], worse[0])


def code(order_days: ir.IntegerValue, r: ir.IntegerValue, f: ir.IntegerValue, m: ir.IntegerValue) -> ir.IntegerValue:
    """One number for the scores, by which `segment_table` is looked up; `f` counts as 0 with one order day, a null `m` as 1."""
    parts = r.cast("int32"), ibis.ifelse(order_days == 1, 0, f.cast("int32")), m.fill_null(1).cast("int32")
    return sum(part * factor for part, factor in zip(parts, CODE.tolist(), strict=True)).cast("int16")


def segment_table() -> ibis.Table:
    """Columns code int16 and segment int8 (1..8).

    A join, not an expression: SQL has no name for a score inside of the expression that would read it twelve times.
    """
    codes = np.flatnonzero(SEGMENT_BY_CODE)
    return ibis.memtable(pa.table({"code": pa.array(codes, pa.int16()), "segment": pa.array(SEGMENT_BY_CODE[codes], pa.int8())}))


def _segment_by_code() -> NDArray[np.int8]:
    cells = np.array([(r, f, m) for r in range(1, 6) for f in range(6) for m in range(1, 6)])
    segments = np.zeros(cells[-1] @ CODE + 1, dtype=np.int8)
    segments[cells @ CODE] = [_segment(*cell) for cell in cells.tolist()]
    return segments


def _segment(r: int, f: int, m: int) -> int:
    """The segment's order, 1..8; `f` is 0 with one order day."""
    if r <= 2:
        return LOST if r == 1 or f <= 1 else AT_RISK
    if f == 0:
        return NEED_ATTENTION if r == 3 else NEWCOMERS
    if f == 1:
        return NEED_ATTENTION if r == 3 else POTENTIAL_LOYALIST
    if r == 3:
        return CANT_LOSE_THEM if m >= 4 else LOYAL if f >= 4 else NEED_ATTENTION
    if f >= 4:
        return CHAMPIONS if m >= 4 else LOYAL
    return CANT_LOSE_THEM if m >= 4 else POTENTIAL_LOYALIST


def segment_name(order: ir.IntegerValue) -> ir.StringValue:
    """The name of a segment's order."""
    return order.cases(*enumerate(SEGMENTS, start=1))


SEGMENT_BY_CODE = _segment_by_code()  # 0: no such scores
