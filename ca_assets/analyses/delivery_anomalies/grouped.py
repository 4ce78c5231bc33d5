"""Quantiles, medians and means of many groups at once, and how slow each group is (docs/contract, section 15; METHODS: Delivery).

Values come sorted by scope, then by size, equal ones by their order: equal data give equal bits. A group belongs to one scope.
NaN is null; a variance, spread or root of 1e-9 or less is 0 where it divides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TINY = 1e-9
STEADY = 5  # deliveries from which a group's mean counts for the middle and the spread of all
WINSOR_QUANTILE = 0.99
MAD_SCALE = 1.4826  # MAD × this estimates the standard deviation of a normal distribution


@dataclass(frozen=True)
class GroupMeans:
    """Per group: number, plain mean and mean of the winsorised values (minutes); per scope their pooled variance (NaN: 0 by 0)."""

    scope: NDArray[Any]
    count: Ints
    plain: Floats
    mean: Floats
    variance: Floats

    @property
    def is_steady(self) -> NDArray[np.bool_]:
        """Whether a group has enough values."""
        return self.count >= STEADY


def quantiles(values: Floats, counts: NDArray[Any], share: float) -> Floats:
    """Type 7, of runs of sorted values that follow each other, `counts` long; NaN of an empty run."""
    starts = np.cumsum(counts) - counts
    place = np.maximum(counts - 1, 0) * share
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(counts - 1, 0))
    result = np.full(len(counts), np.nan)
    there = counts > 0
    low, high = values[(starts + below)[there]], values[(starts + above)[there]]
    result[there] = low + (place - below)[there] * (high - low)
    return result


def medians(values: Floats, scope: NDArray[Any], scopes: int) -> Floats:
    """Of each scope; NaN without a value."""
    order = np.lexsort((values, scope))
    return quantiles(values[order], np.bincount(scope, minlength=scopes), 0.5)


def group_means(group: NDArray[Any], scope_of_group: NDArray[Any], minutes: Floats, scopes: int) -> GroupMeans:
    """`group` and `minutes`: of each value, sorted by scope, then size."""
    groups, scope = len(scope_of_group), scope_of_group[group]
    edge = quantiles(minutes, np.bincount(scope, minlength=scopes), WINSOR_QUANTILE)
    capped = np.minimum(minutes, edge[scope])
    count = np.bincount(group, minlength=groups)
    plain, mean = (divided(np.bincount(group, weights=each, minlength=groups), count) for each in (minutes, capped))
    squares = np.bincount(scope, weights=(capped - mean[group]) ** 2, minlength=scopes)
    freedom = np.bincount(scope, minlength=scopes) - np.bincount(scope_of_group[count > 0], minlength=scopes)
    return GroupMeans(scope_of_group, count, plain, mean, divided(squares, freedom))


def cell_z(groups: GroupMeans) -> Floats:
    """How far a cell's mean lies from the median cell's, weighed by its number: robust z of u = (mean − median) √n / s. NaN below 5."""
    scope, steady = groups.scope, groups.is_steady
    scopes = len(groups.variance)
    middle = medians(groups.mean[steady], scope[steady], scopes)
    u = divided((groups.mean - middle[scope]) * np.sqrt(groups.count), np.sqrt(groups.variance)[scope])
    return np.where(steady, robust_z(u, scope, scopes, steady), np.nan)


def shrunken_z(groups: GroupMeans) -> Floats:
    """z of each group: (mean − median mean) / √(s² / n + τ²), τ² the robust spread of the means beyond what s² / n explains."""
    scope, scopes, steady = groups.scope, len(groups.variance), groups.is_steady
    some = groups.count > 0
    has_steady = np.bincount(scope[steady], minlength=scopes)
    chosen = np.where(has_steady[scope] > 0, steady, some)
    middle = medians(groups.mean[chosen], scope[chosen], scopes)
    error = divided(groups.variance[scope], groups.count)
    spread = MAD_SCALE * medians(np.abs(groups.mean - middle[scope])[steady], scope[steady], scopes)
    between = np.maximum(0.0, spread**2 - medians(error[steady], scope[steady], scopes))
    between = np.where(has_steady >= 3, between, 0.0)
    return divided(groups.mean - middle[scope], np.sqrt(error + between[scope]))


def robust_z(values: Floats, scope: NDArray[Any], scopes: int, chosen: NDArray[np.bool_]) -> Floats:
    """(value − median) / (1.4826 MAD) by scope, both of the chosen values that are no NaN."""
    chosen = chosen & ~np.isnan(values)
    centre = medians(values[chosen], scope[chosen], scopes)
    distance = values - centre[scope]
    mad = medians(np.abs(distance[chosen]), scope[chosen], scopes)
    return divided(distance, (MAD_SCALE * np.where(mad <= TINY, 0.0, mad))[scope])


def divided(numerator: NDArray[Any], denominator: NDArray[Any]) -> Floats:
    """The quotient; NaN where the denominator is NaN, or 1e-9 or less."""
    usable = np.asarray(denominator) > TINY
    nothing = np.full(np.broadcast(numerator, denominator).shape, np.nan)
    quotient: Floats = np.divide(numerator, denominator, out=nothing, where=usable)
    return quotient
