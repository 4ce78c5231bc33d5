"""What known clients did in the horizon of a forecast, and in as many days before, beside what was expected of them, in every scope."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
from numpy.typing import NDArray

from ca_assets.analyses.clv_predictions.backtests import Outlook
from ca_assets.analyses.clv_predictions.parts import Part
from ca_assets.analyses.clv_predictions.shares import Shares
from ca_assets.analyses.core.base import by_scope, to_numpy
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.models.value.forecast import Floats

MODELS = ("published", "bgnbd_gg", "last_period")


@dataclass(frozen=True)
class Outcomes:
    """Of the clients of one scope, in the text order of their ids. Orders are days with an order.

    `orders` and `revenue`: by model what was expected in the scope; `actual_*`: what was. `is_covered`: whether the client's orders in the
    shop were within their interval; `p_no_order` and `is_gone` (no order at all in the horizon) are of the shop too.
    """

    orders: dict[str, Floats]
    revenue: dict[str, Floats]
    actual_orders: Floats
    actual_revenue: Floats
    is_covered: NDArray[np.bool_]
    p_no_order: Floats
    is_gone: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.actual_orders)


def outcomes(part: Part, made: Outlook, shared: Shares) -> list[Outcomes]:
    """By scope."""
    days = len(made.daily_known)
    orders, revenue = _done(part, made, shared, made.origin + 1)
    orders_before, revenue_before = _done(part, made, shared, made.origin + 1 - days)
    whole, client, share = shared.of_scope(0), shared.client, shared.share
    in_shop = np.zeros(len(made.numbers))
    in_shop[client[whole]] = orders[whole]
    is_covered = (made.orders_low <= in_shop) & (in_shop <= made.orders_high)
    expected_orders = (share * made.orders[client], share * made.yardstick_orders[client], orders_before)
    expected_revenue = (share * made.revenue[client], share * made.yardstick_revenue[client], revenue_before)
    return [
        Outcomes(
            {model: values[rows] for model, values in zip(MODELS, expected_orders, strict=True)},
            {model: values[rows] for model, values in zip(MODELS, expected_revenue, strict=True)},
            orders[rows],
            revenue[rows],
            is_covered[client[rows]],
            made.p_no_order[client[rows]],
            in_shop[client[rows]] == 0,
        )
        for rows in map(shared.of_scope, range(shared.scopes))
    ]


def _done(part: Part, made: Outlook, shared: Shares, first: int) -> tuple[Floats, Floats]:
    """By row of the shares: days with an order, and revenue, in the scope within as many days as the horizon has, from `first` on."""
    orders = part.orders.filter((part.orders.day >= first) & (part.orders.day < first + len(made.daily_known)))
    orders = orders.filter(orders.first_day <= made.origin)
    days = by_scope(part.base, orders, ["number", "day"], {"amount": exact_sum(orders.amount)})
    sums = days.group_by("scope", "number").aggregate(days=days.count(), amount=exact_sum(days.amount))
    found = to_numpy(sums.order_by(ibis.asc("scope"), ibis.asc("number")))
    clients = len(part.keys)
    wanted = shared.scope * clients + made.numbers[shared.client]
    known = found["scope"].astype(np.int64) * clients + found["number"].astype(np.int64)
    results = []
    for name in ("days", "amount"):
        values = np.zeros(len(wanted))
        if len(known):
            place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
            is_there = known[place] == wanted
            values[is_there] = found[name][place[is_there]]
        results.append(values)
    return results[0], results[1]
