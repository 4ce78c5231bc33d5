"""Reading an experiment: the difference between test and holdout, with CUPED, at any look.

CUPED: Deng, Xu, Kohavi and Walker, "Improving the Sensitivity of Online Controlled Experiments by Utilizing Pre-Experiment Data" (2013).
Sample-ratio check: chi-squared test, alarm below .001 (Fabijan and others, "Diagnosing Sample Ratio Mismatch", 2019).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from ca_assets.models.experiments.sequential import always_valid_p, days_needed, margin, mixture_scale

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
LEAST_CUSTOMERS = 100  # per arm: below it a mean of orders is far from normal
RATIO_ALARM = 0.001
CAP_QUANTILE = 0.99


@dataclass(frozen=True)
class Effect:
    """What the test did to a metric per customer: `difference` is adjusted by the past (CUPED), `plain` is not.

    `p_value` holds at every look. `relative`: difference / holdout's mean. `days`: needed in all from the start for the sought lift, None:
    longer than two years. `theta`: CUPED's coefficient; `explained`: share of the variance that the past explains.
    """

    test: float
    holdout: float
    plain: float
    difference: float
    low: float
    high: float
    relative: float
    p_value: float
    days: int | None
    theta: float
    explained: float


def sample_ratio_p(test: int, holdout: int, holdout_share: float) -> float:
    """Chance of numbers at least as far from the planned shares, when the assignment works; 1 for nobody."""
    total = test + holdout
    if total == 0:
        return 1.0
    expected = np.array([total * (1 - holdout_share), total * holdout_share])
    statistic = float((((np.array([test, holdout]) - expected) ** 2) / expected).sum())
    return float(chdtrc(1, statistic))


def capped(outcome: Floats) -> Floats:
    """The outcome with values above the 99th percentile of those above 0 put down to it: the same bound for both arms."""
    some = outcome[outcome > 0]
    return np.minimum(outcome, np.quantile(some, CAP_QUANTILE)) if len(some) else outcome


def read_effect(
    outcome: Floats, past: Floats, planned: Floats, is_holdout: Flags, *, days: float, planned_days: float, alpha: float, lift: float
) -> Effect | None:
    """The effect on a metric; arrays by customer. None where an arm has fewer than 100 customers, or nothing varies.

    `outcome`: since the start, `days` ago; `past`: in the days before it that CUPED uses; `planned`: in `planned_days` before the start, by
    which the interval is made tightest at the planned end (fixed before the start, so no look can move it).
    """
    holdouts = int(is_holdout.sum())
    tests = len(outcome) - holdouts
    if min(tests, holdouts) < LEAST_CUSTOMERS:
        return None
    theta, explained = _cuped(outcome, past, is_holdout)
    adjusted = outcome - theta * (past - past.mean())
    means, variance = _arms(adjusted, is_holdout)
    plain_means, _ = _arms(outcome, is_holdout)
    if variance <= 0:
        return None
    known_before = _arms(planned, is_holdout)[1]
    rho = mixture_scale(known_before or variance * planned_days / days, alpha)  # a shop without a past: as it grows so far
    difference, width = means[0] - means[1], margin(variance, rho, alpha)
    return Effect(
        test=means[0],
        holdout=means[1],
        plain=plain_means[0] - plain_means[1],
        difference=difference,
        low=difference - width,
        high=difference + width,
        relative=difference / means[1] if means[1] > 0 else float("nan"),
        p_value=always_valid_p(difference, variance, rho),
        days=days_needed(means[1], variance, days, rho, alpha=alpha, lift=lift),
        theta=theta,
        explained=explained,
    )


def _cuped(outcome: Floats, past: Floats, is_holdout: Flags) -> tuple[float, float]:
    """The coefficient of the past within the arms, and the share of the variance that it explains."""
    inside_outcome, inside_past = _centred(outcome, is_holdout), _centred(past, is_holdout)
    spread, total = float(inside_past @ inside_past), float(inside_outcome @ inside_outcome)
    if spread <= 0 or total <= 0:
        return 0.0, 0.0
    together = float(inside_past @ inside_outcome)
    return together / spread, min(together**2 / (spread * total), 1.0)


def _centred(values: Floats, is_holdout: Flags) -> Floats:
    means = np.where(is_holdout, values[is_holdout].mean(), values[~is_holdout].mean())
    return np.asarray(values - means)


def _arms(values: Floats, is_holdout: Flags) -> tuple[tuple[float, float], float]:
    """Means of test and holdout, and the variance of their difference."""
    test, holdout = values[~is_holdout], values[is_holdout]
    variance = test.var(ddof=1) / len(test) + holdout.var(ddof=1) / len(holdout)
    return (float(test.mean()), float(holdout.mean())), float(variance)
