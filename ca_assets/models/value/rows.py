"""What the network reads: of each client 52 weeks and eight numbers, now and at past origins; and what came of it there.

Belongs here: inputs and targets as arrays. Does not belong here: torch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ca_assets.models.value.forecast import Floats, OrderDays
from ca_assets.models.value.foundation import Foundation
from ca_assets.models.value.history import WEEK, sums_per_client

WINDOW = 52  # weeks
MOST_ROWS = 150_000
SMALLEST = 1e-6  # expected orders: below that a logarithm says nothing more
Floats32 = NDArray[np.float32]


@dataclass(frozen=True)
class Inputs:
    """`weekly`: (clients, 52 weeks, 3): log(1 + orders), log(1 + amount / the shop's mean amount), 1 if the client was known that week.

    `numbers`: (clients, 8): log(1 + x), log(1 + t_x), log(1 + T − t_x), log(1 + T), P(alive), log E[orders], log(E[value] / the shop's
    mean), log(1 + (T − t_x) / the client's own mean gap), 0 with one order day.
    """

    weekly: Floats32
    numbers: Floats32


@dataclass(frozen=True)
class TrainingRows:
    """Clients at past origins, one element each.

    `expected`: BG/NBD's orders; `scaled`: the same brought to the origin's actual total. `shape`: r + x. `value`: expected amount of an
    order. `client`: a number that is the same at all origins. `origin`: number of the origin. `order_days`, `span`, `first`: what the order
    of ages is judged by.
    """

    inputs: Inputs
    expected: Floats
    scaled: Floats
    shape: Floats
    orders: Floats
    revenue: Floats
    value: Floats
    client: NDArray[np.int64]
    origin: NDArray[np.int64]
    order_days: NDArray[np.int64]
    span: NDArray[np.int64]
    first: NDArray[np.int64]

    def only(self, chosen: NDArray[np.bool_]) -> TrainingRows:
        """Some of the rows."""
        inputs = Inputs(self.inputs.weekly[chosen], self.inputs.numbers[chosen])
        return TrainingRows(inputs, *(getattr(self, each.name)[chosen] for each in fields(self) if each.name != "inputs"))


def weekly_of(data: OrderDays, foundation: Foundation, chosen: NDArray[np.int64]) -> Floats32:
    """The weekly inputs of some of the foundation's clients (their places, growing) at its origin."""
    clients, origin, size = foundation.clients, foundation.clients.origin, len(chosen)
    begin, end = np.searchsorted(data.client, clients.client[[chosen[0], chosen[-1]]] + np.array([0, 1]))
    rows = OrderDays(data.client[begin:end], data.day[begin:end], data.amount[begin:end])
    place = np.searchsorted(clients.client[chosen], rows.client).clip(max=size - 1)
    week = (rows.day - origin - 1) // WEEK + WINDOW
    inside = (clients.client[chosen][place] == rows.client) & (week >= 0) & (rows.day <= origin)
    cell = place[inside] * WINDOW + week[inside]
    amount = np.bincount(cell, weights=np.maximum(rows.amount[inside], 0.0), minlength=size * WINDOW)
    weekly = np.empty((size, WINDOW, 3), dtype=np.float32)
    weekly[:, :, 0] = np.log1p(np.bincount(cell, minlength=size * WINDOW)).reshape(size, WINDOW)
    weekly[:, :, 1] = np.log1p(amount / _mean_amount(foundation)).reshape(size, WINDOW)
    weekly[:, :, 2] = np.arange(WINDOW) >= ((clients.first[chosen] - origin - 1) // WEEK + WINDOW)[:, None]
    return weekly


def numbers_of(foundation: Foundation, weeks: int) -> Floats32:
    """The eight numbers of all the foundation's clients."""
    clients = foundation.clients
    x, recency, age = clients.repeats, clients.recency, clients.age
    gap = np.where(x > 0, recency / np.maximum(x, 1.0), np.inf)
    columns = [np.log1p(x), np.log1p(recency), np.log1p(age - recency), np.log1p(age), foundation.p_alive()]
    columns.append(np.log(np.maximum(foundation.orders(weeks), SMALLEST)))
    columns.append(np.log(np.maximum(foundation.value() / _mean_amount(foundation), SMALLEST)))
    columns.append(np.log1p((age - recency) / np.maximum(gap, 1 / WEEK)))
    return np.stack([column.astype(np.float32) for column in columns], axis=1)


def _mean_amount(foundation: Foundation) -> float:
    return max(float(foundation.clients.revenue.sum() / foundation.clients.order_days.sum()), 1e-9)


def training_rows(data: OrderDays, past: Iterable[Foundation], known: int, weeks: int, seed: int) -> TrainingRows:
    """Clients at the past origins with what they did in the `weeks` after; of all clients as many as give 150,000 rows.

    `past`: newest first, so that the first one knows all clients; one is held at a time. `known`: clients of all of them, added up.
    """
    drawn, parts = np.zeros(0, dtype=np.int32), []
    for number, foundation in enumerate(past):
        clients = foundation.clients
        if number == 0:
            drawn = clients.client[np.random.default_rng(seed).random(len(clients.client)) < MOST_ROWS / known]
        chosen = np.flatnonzero(np.isin(clients.client, drawn))
        if not len(chosen):
            continue
        orders, revenue = sums_per_client(data, clients.client[chosen], clients.origin + 1, clients.origin + weeks * WEEK)
        expected = np.maximum(foundation.orders(weeks)[chosen], SMALLEST)
        scale = max(float(orders.sum() / expected.sum()), SMALLEST)
        span = (clients.last - clients.first)[chosen]
        parts.append(
            TrainingRows(
                Inputs(weekly_of(data, foundation, chosen), numbers_of(foundation, weeks)[chosen]),
                expected,
                expected * scale,
                foundation.bgnbd.r + clients.repeats[chosen],
                orders,
                revenue,
                foundation.value()[chosen],
                np.searchsorted(drawn, clients.client[chosen]).astype(np.int64),
                np.full(len(chosen), number),
                clients.order_days[chosen],
                span,
                clients.first[chosen],
            )
        )
    inputs = Inputs(*(np.concatenate([getattr(part.inputs, name) for part in parts]) for name in ("weekly", "numbers")))
    return TrainingRows(inputs, *(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(TrainingRows)[1:]))
