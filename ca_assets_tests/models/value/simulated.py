"""Shops with known truth: clients of a BG/NBD world with Gamma-Gamma amounts, who arrive over the whole history."""

from __future__ import annotations

import numpy as np

from ca_assets.models.value.forecast import OrderDays

TRUTH = {"r": 0.6, "alpha": 6.0, "a": 0.8, "b": 3.0, "p": 5.0, "q": 4.0, "v": 30.0}


def simulated_shop(clients: int, weeks: int, seed: int = 1, arrivals: float = 1.0, truth: dict[str, float] = TRUTH) -> OrderDays:
    """Order days of `clients` who arrive evenly over the first `arrivals` of the history, which begins at day 0 and lasts `weeks`."""
    random, days = np.random.default_rng(seed), weeks * 7
    first = random.uniform(0, days * arrivals, clients)
    rate = random.gamma(truth["r"], 1 / truth["alpha"], clients) / 7
    leaving = random.beta(truth["a"], truth["b"], clients)
    repeats = random.geometric(np.maximum(leaving, 1e-9)).clip(max=400)  # orders after the first until he leaves
    owner = np.repeat(np.arange(clients), repeats)
    gaps = random.exponential(1 / np.maximum(rate[owner], 1e-12))
    starts = np.concatenate([[0], np.cumsum(repeats)[:-1]])
    run = np.cumsum(gaps)
    later = first[owner] + run - (run[starts] - gaps[starts])[owner]
    client = np.concatenate([np.arange(clients), owner])
    day = np.floor(np.concatenate([first, later])).clip(max=10**6).astype(np.int64)
    scale = random.gamma(truth["q"], 1 / truth["v"], clients)
    amount = np.round(random.gamma(truth["p"], 1 / scale[client]), 2)
    inside = day < days
    return by_client_and_day(client[inside], day[inside], amount[inside])


def by_client_and_day(client: np.ndarray, day: np.ndarray, amount: np.ndarray) -> OrderDays:
    """Orders in any order, with several on one day, as order days."""
    span = int(day.max()) + 1
    keys, place = np.unique(client.astype(np.int64) * span + day, return_inverse=True)
    sums = np.bincount(place, weights=amount)
    return OrderDays((keys // span).astype(np.int32), (keys % span).astype(np.int32), sums)
