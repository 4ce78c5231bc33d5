"""A made-up shop whose days are alike but for their weekday and chance: what a detector of anomalies must leave alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np

from ca_assets_tests.shops.builder import Row, SampleShop

FIRST = dt.date(2024, 1, 1)
COUNTRIES = ("GB", "FR", "DE")
SHOP = SampleShop(sessions=[], dimensions=["country"], actions=["viewed", "basket"], currency="GBP")


def steady_rows(
    days: int, mean: float = 120, seed: int = 3, factors: Mapping[tuple[int, str], float] | None = None, tracked: Any = None
) -> list[Row]:
    """Sessions of `days` days: Poisson around the mean, a quarter more at weekends; about 70 % view, 35 % fill a basket, 18 % buy.

    `factors`: (day, country) → what the country's traffic is multiplied with. `tracked`: (day, action) pairs that are not recorded.
    """
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    number = 0
    for day in range(days):
        weekend = 1.25 if (FIRST + dt.timedelta(days=day)).weekday() >= 5 else 1.0
        for country, share in zip(COUNTRIES, (0.5, 0.3, 0.2), strict=True):
            count = rng.poisson(mean * weekend * share * (factors or {}).get((day, country), 1.0))
            draws = rng.random((count, 4))
            for second, viewed, basket, bought in draws:
                number += 1
                steps = (viewed < 0.7, viewed < 0.7 and basket < 0.5, viewed < 0.7 and basket < 0.5 and bought < 0.5)
                hidden = {name for at, name in tracked or () if at == day}
                start = dt.datetime.combine(FIRST + dt.timedelta(days=day), dt.time()) + dt.timedelta(seconds=int(second * 86_399))
                rows.append(
                    {
                        "id": f"{number:06}",
                        "client": f"c{number if number % 3 else number // 2}",
                        "start": start.replace(tzinfo=dt.UTC),
                        "amount": 20 + 10 * second if steps[2] else None,
                        "country": country,
                        "viewed": steps[0] and "viewed" not in hidden,
                        "basket": steps[1] and "basket" not in hidden,
                    }
                )
    return rows
