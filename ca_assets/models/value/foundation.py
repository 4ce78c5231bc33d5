"""BG/NBD with Gamma-Gamma at an origin: both fitted to the order days up to it, and every client scored.

Belongs here: what both models say together. Does not belong here: the network, the level, newcomers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ca_assets.models.value.bgnbd import BgNbd, Histories, fit_bgnbd
from ca_assets.models.value.forecast import Floats, OrderDays
from ca_assets.models.value.gamma_gamma import GammaGamma, fit_gamma_gamma
from ca_assets.models.value.history import Clients, clients_at


@dataclass(frozen=True)
class Foundation:
    """Fitted models and their clients. `place`: of each client in the distinct pairs (`pair_x`, `pair_age`) of x and T."""

    clients: Clients
    bgnbd: BgNbd
    spend: GammaGamma
    pair_x: Floats
    pair_age: Floats
    place: NDArray[np.int64]

    def p_alive(self) -> Floats:
        """Probability per client that he has not left."""
        clients = self.clients
        return self.bgnbd.p_alive(clients.repeats, clients.recency, clients.age)

    def orders(self, weeks: float) -> Floats:
        """Expected order days per client in the next `weeks`."""
        return self.p_alive() * self.bgnbd.expected_if_alive(self.pair_x, self.pair_age, weeks)[self.place]

    def value(self) -> Floats:
        """Expected amount of an order day per client, from all his order days; 0 where none was paid for."""
        clients = self.clients
        expected = self.spend.expected(clients.order_days.astype(np.float64), np.maximum(clients.mean, 0.0))
        return np.where(clients.mean > 0, expected, 0.0)

    def weekly_shares(self, amounts: Floats, weeks: int) -> Floats:
        """The clients' `amounts` over the horizon by week (weeks,): each client's follows his expected orders, his P(alive) cancels out."""
        paid = np.bincount(self.place, weights=amounts, minlength=len(self.pair_x))
        until = np.array([self.bgnbd.expected_if_alive(self.pair_x, self.pair_age, week) for week in range(1, weeks + 1)])
        weekly: Floats = np.diff(until, axis=0, prepend=0.0) @ (paid / np.maximum(until[-1], np.finfo(float).tiny))
        return weekly


def distinct_pairs(clients: Clients) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Distinct (x, T) and the place of each client among them: a large shop has few of them."""
    span = int(clients.origin - clients.first.min()) + 1
    keys, place = np.unique((clients.order_days - 1) * span + (clients.origin - clients.first), return_inverse=True)
    return (keys // span).astype(np.float64), (keys % span) / 7, place


def histories(clients: Clients) -> Histories:
    """Distinct (x, t_x, T) with their number of clients."""
    span = int(clients.origin - clients.first.min()) + 1
    age, recency = clients.origin - clients.first, clients.last - clients.first
    keys, count = np.unique(((clients.order_days - 1) * span + recency) * span + age, return_counts=True)
    rest = keys // span
    return Histories((rest // span).astype(np.float64), (rest % span) / 7, (keys % span) / 7, count)


def foundation_at(data: OrderDays, origin: int, start: BgNbd | None = None) -> Foundation:
    """Fit to the order days up to the origin, of which there must be one. `start`: a fit of nearly the same data."""
    clients = clients_at(data, origin)
    spend = fit_gamma_gamma(clients.order_days.astype(np.float64), clients.mean)
    return Foundation(clients, fit_bgnbd(histories(clients), start), spend, *distinct_pairs(clients))


def yardstick_value(clients: Clients) -> Floats:
    """Expected amount of an order as the package lifetimes has it: Gamma-Gamma on the repeat order days alone."""
    model = fit_gamma_gamma(clients.repeats, clients.repeat_mean)
    return model.expected(clients.repeats, np.maximum(clients.repeat_mean, 0.0))
