"""Clients who have not come yet: arrivals of the last weeks times what recent cohorts spent by their age.

The value that BG/NBD with Gamma-Gamma gives to a new client is no substitute: it over-values newcomers by a quarter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ca_assets.models.value.forecast import Floats, OrderDays
from ca_assets.models.value.history import WEEK, between, first_days, until

ARRIVAL_WEEKS, CURVE_WEEKS, CENSORED_WEEKS = 13, 26, 8


@dataclass(frozen=True)
class Newcomers:
    """`weekly`: revenue per week of the horizon, of clients without an order up to the origin.

    `arrivals`: expected first orders a week.
    """

    weekly: Floats
    arrivals: float


def expect_newcomers(data: OrderDays, origin: int, weeks: int) -> Newcomers:
    """Arrivals a week (mean of the last 13) × spend by weeks of age, seen in the last 26 weeks.

    The curve is that of a life table of those weeks: what clients of age u spent in them over how many of that age there were. Those who
    came in the first 8 weeks of the history do not count, where others are there: many of them had ordered before it began. Where no
    client was as old yet, the last known ages go on.
    """
    known = until(data, origin)
    client, first = first_days(known)
    cohort = (first - origin - 1) // WEEK  # -1: the week that ends on the origin
    length = -int(cohort.min())
    arrivals = np.bincount((cohort + length).astype(np.int64), minlength=length).astype(np.float64)
    unsure = min(CENSORED_WEEKS, length // 2)
    running = np.concatenate([np.zeros(unsure + 1), np.cumsum(arrivals[unsure:])])
    recent = between(known, origin - CURVE_WEEKS * WEEK + 1, origin)
    born = cohort[np.searchsorted(client, recent.client)]
    age = (recent.day - origin - 1) // WEEK - born
    young = (age < weeks) & (born + length >= unsure)
    spent = np.bincount(age[young].astype(np.int64), weights=recent.amount[young], minlength=weeks)
    ages = np.arange(weeks)
    people = running[np.maximum(length - ages, 0)] - running[np.maximum(length - ages - CURVE_WEEKS, 0)]
    seen = people > 0
    curve = np.where(seen, spent / np.maximum(people, 1.0), 0.0)
    if not seen.all():
        curve[~seen] = curve[seen][1:][-4:].mean() if seen.sum() > 1 else 0.0  # the first week holds the first order itself
    a_week = float(arrivals[-ARRIVAL_WEEKS:].sum()) / min(ARRIVAL_WEEKS, length)
    return Newcomers(np.maximum(a_week * np.cumsum(curve), 0.0), a_week)
