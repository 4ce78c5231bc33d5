"""The few formulas that reports share: rates with Wilson intervals, means, quantiles, sums (docs/contract, section 1)."""

from __future__ import annotations

import math
from collections.abc import Iterable

Z = 1.959963984540054


def rate(count: int, total: int) -> tuple[float | None, float | None, float | None]:
    """Rate, low, high: the Wilson score interval; null of nothing, low exactly 0 at 0 of n, high exactly 1 at n of n."""
    if total == 0:
        return None, None, None
    share = count / total
    centre = share + Z * Z / (2 * total)
    half = Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total))
    scale = 1 + Z * Z / total
    low = 0.0 if count == 0 else (centre - half) / scale
    high = 1.0 if count == total else (centre + half) / scale
    return share, low, high


def ratio(numerator: float | None, denominator: float | None) -> float | None:
    """Null when the denominator is 0 or either is null."""
    return None if numerator is None or not denominator else numerator / denominator


def quantile(values: list[float], share: float) -> float | None:
    """Linear interpolation (type 7); null of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def total(values: Iterable[float]) -> float:
    """The exact sum, rounded once."""
    return math.fsum(values)
