"""False positives and power of experiments that are looked at every day, in simulated worlds.

`python -m bench.experiments [RUNS]` prints per world: the share of experiments without any effect in which a look of 28 days claims one
(orders or capped revenue; to be at most .05), the same for a plain t test at .05 that is looked at every day, the share in which a true
lift of 20 % is found within 28 days, and by how much CUPED narrows the interval at the end.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ca_assets.experiments.readout import ALPHA, DECIDED, PAST_DAYS
from ca_assets.models.experiments.assignment import held_out
from ca_assets.models.experiments.reading import capped, read_effect

DAYS, CUSTOMERS, HOLDOUT, LIFT = 28, 4_000, 0.2, 0.2
Z = 1.96
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """Orders and revenue per customer and day, of PAST_DAYS before the start and DAYS after it."""

    orders: Floats
    revenue: Floats


def world(random: np.random.Generator, level: Callable[[np.random.Generator], Floats], spread: float) -> World:
    """Customers with rates of their own (gamma, .35 a week on average) times a level by day; amounts are log-normal."""
    rates = random.gamma(1.5, 0.35 / 7 / 1.5, CUSTOMERS)[:, None]
    orders = random.poisson(rates * level(random)).astype(np.float64)
    sizes = random.lognormal(3, spread, CUSTOMERS)[:, None] * random.lognormal(0, 0.4, orders.shape)
    return World(orders, orders * sizes)


def stationary(_random: np.random.Generator) -> Floats:
    """The same every day."""
    return np.ones((1, PAST_DAYS + DAYS))


def peak(_random: np.random.Generator) -> Floats:
    """A week's rhythm, and three times as many orders in the second week of the experiment."""
    days = np.arange(PAST_DAYS + DAYS)
    return np.asarray(
        ((1 + 0.5 * np.sin(days * 2 * np.pi / 7)) * np.where((days >= PAST_DAYS + 7) & (days < PAST_DAYS + 14), 3, 1))[None, :]
    )


def churning(random: np.random.Generator) -> Floats:
    """Customers come during the 91 days before and leave after an exponential life of 90 days."""
    arrival = random.uniform(0, PAST_DAYS, CUSTOMERS)
    end = arrival + random.exponential(90, CUSTOMERS)
    days = np.arange(PAST_DAYS + DAYS)
    return ((days >= arrival[:, None]) & (days < end[:, None])).astype(np.float64)


WORLDS = {
    "stationary": (stationary, 0.5),
    "season and peak": (peak, 0.5),
    "arrivals and churn": (churning, 0.5),
    "wholesale buyers": (stationary, 1.6),
}


def with_lift(made: World, is_holdout: NDArray[np.bool_], random: np.random.Generator) -> World:
    """The test's customers order LIFT more often after the start."""
    more = (random.poisson(LIFT * made.orders)).astype(np.float64)
    more[:, :PAST_DAYS] = 0
    more[is_holdout] = 0
    value = np.divide(made.revenue, made.orders, out=np.zeros_like(made.revenue), where=made.orders > 0)
    return World(made.orders + more, made.revenue + more * value)


def looks(made: World, is_holdout: NDArray[np.bool_]) -> tuple[bool, bool, float]:
    """Whether any look claims an effect, whether a plain t test of orders does, and the width at the end with CUPED / without."""
    is_claimed = is_naive = False
    narrowed = math.nan
    for metric in DECIDED:
        values = made.orders if metric == "orders" else made.revenue
        cap = (lambda each: each) if metric == "orders" else capped
        past, planned = cap(values[:, :PAST_DAYS].sum(axis=1)), cap(values[:, PAST_DAYS - DAYS : PAST_DAYS].sum(axis=1))
        for day in range(1, DAYS + 1):
            outcome = cap(values[:, PAST_DAYS : PAST_DAYS + day].sum(axis=1))
            effect = read_effect(outcome, past, planned, is_holdout, days=day, planned_days=DAYS, alpha=ALPHA / len(DECIDED), lift=LIFT)
            if effect is None:
                continue
            is_claimed |= not effect.low <= 0 <= effect.high
            if metric == "orders":
                is_naive |= abs(effect.plain) > Z * _error(outcome, is_holdout)
                narrowed = math.sqrt(1 - effect.explained)
    return is_claimed, is_naive, narrowed


def _error(outcome: Floats, is_holdout: NDArray[np.bool_]) -> float:
    return math.sqrt(sum(arm.var(ddof=1) / len(arm) for arm in (outcome[is_holdout], outcome[~is_holdout])))


def measured(name: str, runs: int, seed: int = 15) -> dict[str, float]:
    """The figures of one world."""
    level, spread = WORLDS[name]
    clients = [f"c{number}" for number in range(CUSTOMERS)]
    claims, naive, found, widths = 0, 0, 0, []
    for run in range(runs):
        random = np.random.default_rng([seed, run])
        made, is_holdout = world(random, level, spread), held_out(clients, f"{seed}/{run}", HOLDOUT)
        is_claimed, is_naive, narrowed = looks(made, is_holdout)
        claims, naive = claims + is_claimed, naive + is_naive
        widths.append(narrowed)
        found += looks(with_lift(made, is_holdout, random), is_holdout)[0]
    return {"false positives": claims / runs, "plain t": naive / runs, "power": found / runs, "width by CUPED": float(np.mean(widths))}


def main() -> None:
    """Print the worlds' figures."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    print(f"{runs} experiments per world, {CUSTOMERS:,} customers, {HOLDOUT:.0%} held out, looked at on each of {DAYS} days")
    for name in WORLDS:
        figures = measured(name, runs)
        print(f"{name:20s}", "  ".join(f"{what} {value:.3f}" for what, value in figures.items()), flush=True)


if __name__ == "__main__":
    main()
