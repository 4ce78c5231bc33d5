"""Intervals that hold at every look: the normal mixture boundary, and the days that are still needed.

The difference D(t) of two arms' mean cumulative outcomes has the variance V(t), which grows. With probability 1 - alpha no look ever finds
|D(t) - truth| > sqrt((V + rho) log((V + rho) / (rho alpha²))): Robbins (1970); Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform,
nonparametric, nonasymptotic confidence sequences", Annals of Statistics 49 (2021), section 3.2. It is exact for independent increments with
a known variance. Here V is estimated (Waudby-Smith and others, "Time-uniform central limit theory", 2021), and customers keep their habits,
so increments are positively correlated, which makes the largest of all looks smaller (Slepian's inequality): the error is to the safe side.
"""

from __future__ import annotations

import math

from scipy.special import lambertw

POWER = 0.8416  # quantile of the normal at 80 %
LONGEST_DAYS = 730


def mixture_scale(planned_variance: float, alpha: float) -> float:
    """The rho whose interval is tightest where V is `planned_variance` (Howard and others, section 3.5). To be fixed before the start."""
    branch = lambertw(-(alpha**2) / math.e, k=-1)  # type: ignore[no-untyped-call]
    return float(planned_variance / (-branch.real - 1))


def margin(variance: float, rho: float, alpha: float) -> float:
    """Half the width of the interval at a look with the variance V, in the units of the difference."""
    return math.sqrt((variance + rho) * math.log((variance + rho) / (rho * alpha**2)))


def always_valid_p(difference: float, variance: float, rho: float) -> float:
    """The least alpha whose interval leaves out 0 at this look; 1 at most. A decision takes the least of all looks, or the newest alone."""
    log_evidence = difference**2 / (2 * (variance + rho)) + 0.5 * math.log(rho / (variance + rho))
    return min(1.0, math.exp(-log_evidence))


def days_needed(mean: float, variance: float, days: float, rho: float, *, alpha: float, lift: float) -> int | None:
    """Days from the start after which a true lift (.05: 5 %) over `mean` would be found in 80 of 100 cases; None: not within two years.

    `mean` and `variance` are those after `days`; both are taken to grow with time as they did so far.
    """
    if days <= 0 or mean <= 0 or variance <= 0:
        return None
    for day in range(1, LONGEST_DAYS + 1):
        grown = variance * day / days
        if margin(grown, rho, alpha) + POWER * math.sqrt(grown) <= lift * mean * day / days:
            return day
    return None
