"""Shops of full size with known truth: who arrives when, how often each orders, when he leaves, what he spends.

`stationary` is the world of BG/NBD itself. `seasonal` has a yearly season with a peak before its end, growth of arrivals and slow drifts.
`mixed` has that too, and clients whose gaps are regular, clients who slow down instead of leaving, and a few wholesale buyers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ca_assets.models.value.forecast import Floats, OrderDays

DAYS = 364  # of the year of these worlds: 52 weeks
KINDS = ("stationary", "seasonal", "mixed")


@dataclass(frozen=True)
class World:
    """`season`: factor on all rates by day. `weights`: of arrivals by day."""

    season: Floats
    weights: Floats


def make_world(kind: str, days: int, random: np.random.Generator) -> World:
    """The course of a shop's rates and arrivals over its days."""
    day = np.arange(days)
    if kind == "stationary":
        return World(np.ones(days), np.ones(days))
    year = 2 * np.pi * (day - random.integers(0, DAYS)) / DAYS
    season = np.exp(
        random.uniform(0.1, 0.3) * np.sin(year) + random.uniform(0.3, 0.7) * np.exp(-(((day - 320) % DAYS - DAYS / 2) ** 2) / 400)
    )
    drift = np.exp(np.cumsum(random.normal(0, 0.004, days)))
    growth = np.exp(random.uniform(-0.2, 0.5) * day / DAYS)
    weekday = np.exp(random.normal(0, 0.22, 7))[day % 7]
    return World(season * drift * weekday, season * growth * weekday)


def make_shop(kind: str, clients: int, weeks: int, seed: int) -> OrderDays:
    """Order days of about so many clients over so many weeks from day 0."""
    random, days = np.random.default_rng(seed), weeks * 7
    world = make_world(kind, days, random)
    first = random.choice(days, clients, p=world.weights / world.weights.sum()) + random.random(clients)
    # The clock of orders runs as the season does: its cumulated factor turns even gaps into the season's.
    clock = np.concatenate([[0.0], np.cumsum(world.season / world.season.mean())])
    rate = random.gamma(0.7, 1 / 7.0, clients) / 7
    leaving = random.beta(0.8, 3.0, clients).clip(1e-4)
    number = np.minimum(random.geometric(leaving), 400)
    if kind == "mixed":
        number = np.where(random.random(clients) < 0.3, 400, number)
    owner = np.repeat(np.arange(clients), number)
    gap = random.exponential(size=len(owner))
    starts = np.concatenate([[0], np.cumsum(number)[:-1]])
    if kind == "mixed":
        regular = (random.random(clients) < 0.3)[owner]
        gap = np.where(regular, random.gamma(6.0, 1 / 6.0, len(owner)), gap)
        slowing = (random.random(clients) < 0.3)[owner]
        gap = gap * np.where(slowing, 1.15 ** np.minimum(np.arange(len(owner)) - starts[owner], 60), 1.0)
    steps = gap / np.maximum(rate[owner], 1e-9)
    run = np.cumsum(steps)
    begun = np.interp(first, np.arange(days + 1), clock)
    later = begun[owner] + run - (run[starts] - steps[starts])[owner]
    inside = later < clock[-1]
    owner, when = owner[inside], np.interp(later[inside], clock, np.arange(days + 1))
    client, day = np.concatenate([np.arange(clients), owner]), np.concatenate([first, when]).astype(np.int64)
    mean = random.gamma(4.0, 1.0, clients) ** -1 * 90
    if kind == "mixed":
        mean *= np.where(random.random(clients) < 0.01, 15.0, 1.0)
    amount = np.round(random.gamma(3.0, mean[client] / 3.0), 2)
    keys, place = np.unique(client * days + np.minimum(day, days - 1), return_inverse=True)
    return OrderDays((keys // days).astype(np.int32), (keys % days).astype(np.int32), np.bincount(place, weights=amount))
