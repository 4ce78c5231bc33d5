"""Order days up to an origin, as one row per client: what every model of the package reads.

Belongs here: sums per client. Does not belong here: any model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ca_assets.models.value.forecast import Floats, Ints, OrderDays

WEEK = 7


@dataclass(frozen=True)
class Clients:
    """The clients with an order up to `origin`, one element each, in the order of their numbers.

    `order_days`: number of calendar days with an order. `first`, `last`: days of the first and the last one. `revenue`: sum of all amounts;
    `first_amount`: that of the first order day.
    """

    origin: int
    client: Ints
    order_days: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    revenue: Floats
    first_amount: Floats

    @property
    def repeats(self) -> Floats:
        """x: order days after the first."""
        return (self.order_days - 1).astype(np.float64)

    @property
    def recency(self) -> Floats:
        """t_x: weeks from the first to the last order day."""
        return (self.last - self.first) / WEEK

    @property
    def age(self) -> Floats:
        """T: weeks from the first order day to the origin."""
        return (self.origin - self.first) / WEEK

    @property
    def mean(self) -> Floats:
        """Mean amount of all order days."""
        return self.revenue / self.order_days

    @property
    def repeat_mean(self) -> Floats:
        """Mean amount of the order days after the first; 0 without one."""
        return np.where(self.order_days > 1, (self.revenue - self.first_amount) / np.maximum(self.order_days - 1, 1), 0.0)


def until(data: OrderDays, origin: int) -> OrderDays:
    """The order days up to the origin, that day included; nothing later is kept."""
    known = data.day <= origin
    return OrderDays(data.client[known], data.day[known], data.amount[known])


def between(data: OrderDays, first: int, last: int) -> OrderDays:
    """The order days from `first` to `last`, both included."""
    inside = (data.day >= first) & (data.day <= last)
    return OrderDays(data.client[inside], data.day[inside], data.amount[inside])


def clients_at(data: OrderDays, origin: int) -> Clients:
    """One row per client with an order up to the origin. The order days must be by client, then day."""
    known = until(data, origin)
    starts = np.flatnonzero(np.diff(known.client, prepend=-1) != 0)
    ends = np.append(starts[1:], len(known.client))
    revenue = np.add.reduceat(known.amount, starts) if len(starts) else np.zeros(0)
    return Clients(
        origin,
        known.client[starts].astype(np.int32),
        (ends - starts).astype(np.int64),
        known.day[starts].astype(np.int64),
        known.day[ends - 1].astype(np.int64),
        revenue.astype(np.float64),
        known.amount[starts].astype(np.float64),
    )


def sums_per_client(data: OrderDays, client: Ints, first: int, last: int) -> tuple[Floats, Floats]:
    """Order days and revenue from `first` to `last` of each of the clients (sorted); zeros without one. Others are left out."""
    inside = between(data, first, last)
    place = np.searchsorted(client, inside.client)
    ours = place < len(client)
    ours[ours] = client[place[ours]] == inside.client[ours]
    place, size = place[ours], len(client)
    revenue = np.bincount(place, weights=inside.amount[ours], minlength=size).astype(np.float64)
    return np.bincount(place, minlength=size).astype(np.float64), revenue


def first_days(data: OrderDays) -> tuple[Ints, NDArray[np.int64]]:
    """The clients and the day of the first order of each."""
    starts = np.flatnonzero(np.diff(data.client, prepend=-1) != 0)
    return data.client[starts], data.day[starts].astype(np.int64)
