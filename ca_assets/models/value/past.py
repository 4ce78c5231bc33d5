"""Past origins: what the same procedure would have said there, and what happened.

From them come the level of a season, the intervals of totals, the spread of clients' orders, and the network's training rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ca_assets.models.value.bgnbd import BgNbd
from ca_assets.models.value.forecast import Floats, OrderDays
from ca_assets.models.value.foundation import Foundation, foundation_at
from ca_assets.models.value.gamma_gamma import GammaGamma
from ca_assets.models.value.history import WEEK, between, sums_per_client
from ca_assets.models.value.intervals import FEWEST_ERRORS
from ca_assets.models.value.newcomers import expect_newcomers
from ca_assets.models.value.readiness import missing_history

STEP, YEAR = 4 * WEEK, 52 * WEEK
MOST = 26  # origins: two years of them
LEARN_CLIENTS, LEARN_DAYS = 200, 12 * WEEK  # what makes a past origin worth learning from
LEVEL_BOUNDS = (0.5, 2.0)  # one odd year is no reason to publish more than twice or less than half


@dataclass(frozen=True)
class PastOrigin:
    """An origin whose horizon is over: sums of what BG/NBD with Gamma-Gamma expected of the clients known there, and of what happened.

    `is_ready`: it had the history that a forecast needs; from the others the network learns, but they are no measure of a forecast.
    """

    origin: int
    is_ready: bool
    clients: int
    bgnbd: BgNbd
    spend: GammaGamma
    orders: float
    actual_orders: float
    revenue: float
    actual_revenue: float
    newcomers: float
    actual_newcomers: float
    sample: Sample


@dataclass(frozen=True)
class Sample:
    """Some clients of a past origin: expected and actual orders, and r + x."""

    expected: Floats
    actual: Floats
    shape: Floats


@dataclass(frozen=True)
class Level:
    """By how much a season differs from what BG/NBD with Gamma-Gamma says, as factors; 1 where it cannot be known."""

    orders: float = 1.0
    revenue: float = 1.0
    newcomers: float = 1.0
    is_known: bool = False


SAMPLED = 5_000  # clients per past origin, for the spread of orders


def past_origins(data: OrderDays, origin: int, weeks: int, near: BgNbd | None = None) -> list[PastOrigin]:
    """Every fourth week back from the origin: those whose horizon is over and from which there is something to learn, newest first."""
    newest = -(-weeks * WEEK // STEP)
    found: list[PastOrigin] = []
    for number in range(newest, newest + MOST):
        past = origin - number * STEP
        if missing_history(data, past, LEARN_CLIENTS, LEARN_DAYS) is not None:
            break
        near = found[-1].bgnbd if found else near
        found.append(look_back(data, past, weeks, foundation_at(data, past, near)))
    return found


def look_back(data: OrderDays, origin: int, weeks: int, foundation: Foundation) -> PastOrigin:
    """What was expected at one origin and what happened in the `weeks` after it."""
    clients, last = foundation.clients, origin + weeks * WEEK
    orders = foundation.orders(weeks)
    actual_orders, actual_revenue = sums_per_client(data, clients.client, origin + 1, last)
    everything = float(between(data, origin + 1, last).amount.sum())
    some = np.arange(0, len(orders), max(len(orders) // SAMPLED, 1))
    return PastOrigin(
        origin,
        missing_history(data, origin) is None,
        len(clients.client),
        foundation.bgnbd,
        foundation.spend,
        float(orders.sum()),
        float(actual_orders.sum()),
        float(orders @ foundation.value()),
        float(actual_revenue.sum()),
        float(expect_newcomers(data, origin, weeks).weekly.sum()),
        everything - float(actual_revenue.sum()),
        Sample(orders[some], actual_orders[some], foundation.bgnbd.r + clients.repeats[some]),
    )


def level_at(origin: int, past: Mapping[int, PastOrigin]) -> Level:
    """The square root of actual over expected at the origin exactly 52 weeks earlier, if that is known."""
    year_ago = past.get(origin - YEAR)
    if year_ago is None or not year_ago.is_ready:
        return Level()
    return Level(
        _root(year_ago.actual_orders, year_ago.orders),
        _root(year_ago.actual_revenue, year_ago.revenue),
        _root(year_ago.actual_newcomers, year_ago.newcomers),
        True,
    )


def _root(actual: float, expected: float) -> float:
    """1 where a shop earned nothing, or less than nothing, or nothing was expected: the ratio says nothing then."""
    if not (actual > 0 and expected > 0):
        return 1.0
    return float(np.clip(np.sqrt(actual / expected), *LEVEL_BOUNDS))


def log_errors(past: Mapping[int, PastOrigin], with_level: bool) -> Floats:
    """log(actual / predicted) of the totals of known clients and newcomers at the past origins where both are positive.

    `with_level`: of the origins whose level was known, which err less, as soon as there are four of them.
    """
    errors, levels = [], []
    for one in past.values():
        level = level_at(one.origin, past)
        predicted = one.revenue * level.revenue + one.newcomers * level.newcomers
        actual = one.actual_revenue + one.actual_newcomers
        if one.is_ready and actual > 0 and predicted > 0:
            errors.append(np.log(actual / predicted))
            levels.append(level.is_known)
    chosen = np.array(levels, dtype=bool)
    return np.array(errors)[chosen] if with_level and chosen.sum() >= FEWEST_ERRORS else np.array(errors)
