"""What the value model reads and what it says, as values: order days in, a forecast per client and per day of the horizon out.

Belongs here: the form of both. Does not belong here: any model (the other files of the package), any scope or report (the family `clv`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class OrderDays:
    """A shop's (a currency's) order days: one element per client and calendar day with an order of his, by client, then day.

    `client`: 0, 1, … in the text order of the clients' ids. `day`: days since 1970-01-01 in the business time zone. `amount`: sum of the
    payment amounts of that day, in the currency.
    """

    client: Ints
    day: Ints
    amount: Floats


@dataclass(frozen=True)
class ForecastSettings:
    """`weeks`: of the horizon. `seed`: of all random numbers. `seeds`: networks that are averaged. `epochs`: at most, of a training."""

    weeks: int = 26
    seed: int = 1
    seeds: int = 3
    epochs: int = 30


@dataclass(frozen=True)
class Forecast:
    """What is expected over the horizon, the days `origin` + 1 … `origin` + 7 × weeks, from what was known at the end of `origin`.

    Arrays of clients are in the order of `client`, the clients with an order up to `origin`. Orders are order days. `low` and `high` are
    the 10 % and 90 % quantiles, widened to hold the expectation. Of next orders: days after `origin`, infinite when none is expected ever.
    Arrays of days have one element per day of the horizon, in the currency. `yardstick_*`: BG/NBD with Gamma-Gamma on the repeat order
    days. `model`: the name of what was published (`network`, or `bgnbd_gg` when the guard refused it). `parameters` are numbers, `notes`
    texts, by the names of `clv/parameters`.
    """

    origin: int
    weeks: int
    client: Ints
    orders: Floats
    orders_low: Floats
    orders_high: Floats
    revenue: Floats
    revenue_low: Floats
    revenue_high: Floats
    p_alive: Floats
    p_no_order: Floats
    next_order: Floats
    next_order_low: Floats
    next_order_high: Floats
    yardstick_orders: Floats
    yardstick_revenue: Floats
    daily_known: Floats
    daily_newcomers: Floats
    daily_low: Floats
    daily_high: Floats
    total_low: float
    total_high: float
    model: str
    parameters: Mapping[str, float] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
