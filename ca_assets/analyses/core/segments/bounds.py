"""The bounds between scores that are in force in a month (docs/contract, section 11): the median of the fits at the 12 month ends before.

So they move slowly, on the first of a month only, and are a function of the orders, not of what was computed before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ca_assets.analyses.core.segments.fits import CLUSTERS, Fit, Values, fit, rounded
from ca_assets.analyses.core.segments.sampling import Sampling, Series

MONTHS = 12
FEWEST_VALUES = 50  # of a fit that counts in a median
Fits = Mapping[Series, Fit]


@dataclass(frozen=True)
class Bounds:
    """`values`, ascending: one less than there are clusters. `fits`: how many they are the median of; `fitted_in`: the newest's month."""

    values: tuple[float, ...]
    fits: int
    fitted_in: int


class BoundsInForce:
    """Bounds by month, of the months in which enough buyers are known (`known`: how many at each month's end)."""

    def __init__(self, sampling: Sampling, known: NDArray[np.int64], minimum: int) -> None:
        self._sampling = sampling
        self._is_fitted = known >= minimum
        self._fits: dict[int, Fits] = {}

    def of(self, month: int) -> dict[Series, Bounds]:
        """The bounds for values as of the month, of each series that has values then or at the 12 month ends before."""
        if month < len(self._is_fitted) - 1:
            bounds, own = self._of_earlier(month), self._of_month(month)
            return bounds | {series: Bounds(made.bounds, 1, month) for series, made in own.items() if series not in bounds}
        return self.inside(month, self._sampling.values(month))

    def inside(self, month: int, values: Mapping[Series, Values]) -> dict[Series, Bounds]:
        """The bounds for values as of a moment inside the month: of a series without earlier fits those of its values then."""
        bounds = self._of_earlier(month)
        return bounds | {series: Bounds(fit(own).bounds, 1, month) for series, own in values.items() if series not in bounds}

    def _of_earlier(self, month: int) -> dict[Series, Bounds]:
        """Of each series that has values at the 12 month ends before."""
        before = [m for m in range(max(month - MONTHS, 0), month) if self._is_fitted[m]]
        return {series: self._in_force(series, before, month) for series in {name for m in before for name in self._of_month(m)}}

    def _of_month(self, month: int) -> Fits:
        if month not in self._fits:
            self._fits[month] = {series: fit(values) for series, values in self._sampling.values(month).items()}
        return self._fits[month]

    def _in_force(self, series: Series, before: list[int], month: int) -> Bounds:
        """The median of the fits that have five clusters; without one the newest fit."""
        fits = {m: self._of_month(m)[series] for m in before if series in self._of_month(m)}
        chosen = [m for m, made in fits.items() if made.clusters == CLUSTERS and made.values >= FEWEST_VALUES]
        if not chosen:
            newest = max(fits)
            return Bounds(fits[newest].bounds, 1, newest)
        every = np.array([fits[m].bounds for m in chosen])
        if series[0] == "recency":
            every *= self._growth(chosen, month)
        return Bounds(tuple(rounded(np.median(every, axis=0)).tolist()), len(chosen), max(chosen))

    def _growth(self, chosen: list[int], month: int) -> Values:
        """How much older the shop is at the month end before `month` than at those of the fits: recency grows with a young shop."""
        ages = self._sampling.months.ages
        return np.asarray(ages[month - 1] / ages[chosen])[:, None]
