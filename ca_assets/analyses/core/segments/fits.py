"""Clusters of one metric's values (docs/contract, section 11, Fit): winsorised, made symmetric, K-means in one dimension to the optimum.

The optimum is found by dynamic programming (kmeans1d; Wu 1991, Grønlund et al. 2017), so that nothing depends on a seed.
Belongs here: one fit from one array. Which values: `sampling`; what of several fits holds: `bounds`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from kmeans1d.core import cluster
from numpy.typing import NDArray

Values = NDArray[np.float64]
CLUSTERS = 5
WINSORISED_AT = 0.99
SMALLEST = 1e-9  # a spread that counts as none
# Each with its inverse, in the order that decides ties.
TRANSFORMS: tuple[tuple[Callable[[Values], Values], Callable[[Values], Values]], ...] = (
    (lambda x: x, lambda y: y),
    (np.sqrt, np.square),
    (np.log1p, np.expm1),
)


@dataclass(frozen=True)
class Fit:
    """`bounds` between neighbouring clusters, ascending, in the metric's unit to 6 decimals; how many values it was made from."""

    bounds: tuple[float, ...]
    values: int

    @property
    def clusters(self) -> int:
        """How many there are."""
        return len(self.bounds) + 1


def fit(values: Values) -> Fit:
    """The clusters of one or more values that are 0 or more; their order does not matter."""
    ordered = np.sort(values)
    ordered = np.minimum(ordered, _quantile(ordered, WINSORISED_AT))
    clusters = min(CLUSTERS, 1 + int(np.count_nonzero(np.diff(ordered))))
    transformed = [forward(ordered) for forward, _ in TRANSFORMS]
    best = min(range(len(TRANSFORMS)), key=lambda i: abs(round(_skewness(transformed[i]), 9)))  # of equal ones the first
    centres = np.array(cluster(transformed[best].tolist(), clusters).centroids)
    between = TRANSFORMS[best][1]((centres[1:] + centres[:-1]) / 2)
    return Fit(tuple(rounded(between).tolist()), len(values))


def rounded(values: Values) -> Values:
    """To 6 decimals, ties to even."""
    return np.asarray(np.rint(values * 1e6) / 1e6)


def _quantile(ordered: Values, share: float) -> float:
    """Linear interpolation (type 7) of sorted values."""
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))


def _skewness(values: Values) -> float:
    """Of the population: the third central moment over the cube of the standard deviation; 0 of a constant."""
    deviations = values - values.mean()
    squares = np.square(deviations)
    deviation = math.sqrt(squares.mean())
    return 0.0 if deviation <= SMALLEST else float((squares * deviations).mean() / deviation**3)
