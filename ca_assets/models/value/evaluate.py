"""What happened, against what was said: errors, ranking, calibration, coverage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ca_assets.models.value.daily import daily_revenue
from ca_assets.models.value.forecast import Floats, Forecast, Ints, OrderDays
from ca_assets.models.value.history import WEEK, sums_per_client

DECILES = 10


@dataclass(frozen=True)
class Actual:
    """What happened in a forecast's horizon. Per client, in its order: `orders` (order days), `revenue`.

    Per day of the horizon: `daily` of all clients, `daily_known` of those known at the origin; the rest is newcomers'.
    """

    orders: Floats
    revenue: Floats
    daily: Floats
    daily_known: Floats


def actual(data: OrderDays, said: Forecast) -> Actual:
    """What the order days say of a forecast's horizon; days that have not come yet count as days without orders."""
    days = said.weeks * WEEK
    ours = np.isin(data.client, said.client)
    known = OrderDays(data.client[ours], data.day[ours], data.amount[ours])
    orders, revenue = sums_per_client(data, said.client, said.origin + 1, said.origin + days)
    return Actual(orders, revenue, daily_revenue(data, said.origin + 1, days), daily_revenue(known, said.origin + 1, days))


def last_period(data: OrderDays, client: Ints, origin: int, weeks: int) -> tuple[Floats, Floats]:
    """What each client did in as many weeks up to the origin: the forecast "as last period"."""
    return sums_per_client(data, client, origin - weeks * WEEK + 1, origin)


def scores(orders: Floats, revenue: Floats, happened: Actual) -> dict[str, float]:
    """The scoreboard's measures per client of one model; nan where nothing happened that they could be divided by."""
    rank = deciles(revenue)
    return {
        "mae_orders": float(np.abs(orders - happened.orders).mean()),
        "rmse_orders": float(np.sqrt(np.mean((orders - happened.orders) ** 2))),
        "mae_revenue": float(np.abs(revenue - happened.revenue).mean()),
        "rmse_revenue": float(np.sqrt(np.mean((revenue - happened.revenue) ** 2))),
        "total_error_orders": _ratio(float(orders.sum()), float(happened.orders.sum())) - 1,
        "total_error_revenue": _ratio(float(revenue.sum()), float(happened.revenue.sum())) - 1,
        "gini_orders": gini(orders, happened.orders),
        "gini_revenue": gini(revenue, happened.revenue),
        "decile_wape_revenue": _ratio(
            float(np.abs(np.bincount(rank, revenue - happened.revenue)).sum()), float(np.bincount(rank, happened.revenue).sum())
        ),
    }


def gini(predicted: Floats, happened: Floats) -> float:
    """Area between the Lorenz curve of what happened, ordered by prediction, and the diagonal, over that of its own order.

    1: the order is right; 0: it says nothing. Clients of equal prediction share a straight piece, so that their order does not matter.
    nan where nobody, or everybody alike, did something.
    """
    best = _lorenz_area(happened, happened)
    return _ratio(_lorenz_area(predicted, happened), best) if best > 1e-12 else float("nan")


def _lorenz_area(order: Floats, amount: Floats) -> float:
    total = float(amount.sum())
    if not total > 0:
        return 0.0
    place = np.unique(order, return_inverse=True)[1]
    share = np.bincount(place) / len(amount)
    curve = np.concatenate([[0.0], np.cumsum(np.bincount(place, weights=amount)) / total])
    return 0.5 - float(share @ (curve[1:] + curve[:-1])) / 2


def deciles(values: Floats) -> NDArray[np.int64]:
    """1 to 10, 1 = smallest; of equal values the first ones are in the smaller decile. Sizes differ by one at most."""
    rank = np.empty(len(values), dtype=np.int64)
    rank[np.argsort(values, kind="stable")] = np.arange(len(values))
    return 1 + rank * DECILES // max(len(values), 1)


def coverage_of_orders(said: Forecast, happened: Actual) -> float:
    """Share of clients whose orders lie in their interval."""
    return float(np.mean((said.orders_low <= happened.orders) & (happened.orders <= said.orders_high)))


def covers_total(said: Forecast, happened: Actual) -> bool:
    """Whether all revenue of the horizon lies in the total's interval."""
    return said.total_low <= float(happened.daily.sum()) <= said.total_high


def _ratio(over: float, under: float) -> float:
    return over / under if under != 0 else float("nan")
