"""Weeks into days: the shop's weekday profile, and how far single days lie from it."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincinv

from ca_assets.models.value.forecast import Floats, OrderDays
from ca_assets.models.value.history import WEEK, between

PROFILE_WEEKS = 26
CAP = 0.99  # of amounts: one giant order is no habit of its weekday


def daily_revenue(data: OrderDays, first: int, days: int) -> Floats:
    """Revenue of each of the days from `first`."""
    inside = between(data, first, first + days - 1)
    return np.bincount(inside.day - first, weights=inside.amount, minlength=days).astype(np.float64)


def weekday_profile(data: OrderDays, origin: int) -> Floats:
    """Share of a week's revenue by day, from the day after the origin on (7,), over the last 26 weeks; equal shares without revenue."""
    recent = between(data, origin - PROFILE_WEEKS * WEEK + 1, origin)
    if not len(recent.day):
        return np.full(WEEK, 1 / WEEK)
    capped = np.clip(recent.amount, 0.0, np.quantile(recent.amount, CAP))
    shares = np.bincount((recent.day - origin - 1) % WEEK, weights=capped, minlength=WEEK)
    return shares / shares.sum() if shares.sum() > 0 else np.full(WEEK, 1 / WEEK)


def spread_over_days(weekly: Floats, profile: Floats, total: float) -> Floats:
    """Weekly amounts by day; the sum is `total` to the last digits."""
    daily = (weekly[:, None] * profile).ravel()
    return daily * (total / daily.sum()) if daily.sum() > 0 else daily


def daily_noise(data: OrderDays, origin: int, profile: Floats) -> float:
    """Variance of a day's revenue relative to the square of what its week and weekday say, over the last 26 weeks."""
    revenue = daily_revenue(data, origin - PROFILE_WEEKS * WEEK + 1, PROFILE_WEEKS * WEEK).reshape(-1, WEEK)
    fitted = revenue.sum(axis=1, keepdims=True) * profile
    usable = fitted > 0
    if not usable.any():
        return 0.0
    ratio = revenue[usable] / fitted[usable]
    return float(np.mean((ratio - 1) ** 2) * WEEK / (WEEK - 1))  # a week's own sum takes one degree of freedom of seven


def daily_band(predicted: Floats, variance: float) -> tuple[Floats, Floats]:
    """10 % and 90 % quantiles of gamma distributions with these means and a relative variance, widened to hold the means."""
    if variance <= 0:
        return predicted.copy(), predicted.copy()
    low, high = gammaincinv(1 / variance, np.array([0.1, 0.9])) * variance
    return predicted * min(float(low), 1.0), predicted * max(float(high), 1.0)
