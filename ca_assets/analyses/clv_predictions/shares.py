"""How a client's forecast is shared out over scopes (docs/contract, section 12): by where his revenue of the last 52 weeks was.

Of all time, if that is 0; by number of orders, if that is 0 too. So the values of a dimension add up to the shop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ca_assets.analyses.clv_predictions.backtests import Outlook
from ca_assets.analyses.clv_predictions.parts import Part
from ca_assets.analyses.core.base import to_numpy
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.models.value.forecast import Floats

YEAR = 364  # days: 52 weeks
ARRIVAL_DAYS = 91  # 13 weeks


@dataclass(frozen=True)
class Shares:
    """A row per scope and client with an order there, in this order. `client`: place among the known ones. `scopes`: how many there are."""

    scope: NDArray[np.int64]
    client: NDArray[np.int64]
    share: Floats
    scopes: int

    def sums(self, values: Floats) -> Floats:
        """By scope the sum of a value of the known clients, shared out."""
        return np.bincount(self.scope, self.share * values[self.client], self.scopes).astype(np.float64)

    def of_scope(self, scope: int) -> slice:
        """The rows of a scope."""
        first, last = np.searchsorted(self.scope, [scope, scope + 1])
        return slice(int(first), int(last))


def shares(part: Part, made: Outlook) -> Shares:
    """How the forecast of a day is shared out."""
    known = len(made.numbers)
    parts = [(np.zeros(known, dtype=np.int64), np.arange(known), np.ones(known))]
    place = np.full(len(part.keys), -1)
    place[made.numbers] = np.arange(known)
    for column in part.base.scopes.columns[1:]:
        scope, client, amounts = _amounts(part, made.origin, column)
        parts.append((scope, place[client], _shares(place[client], amounts, known)))
    scope, client, share = (np.concatenate([each[i] for each in parts]) for i in range(3))
    order = np.lexsort((client, scope))
    return Shares(scope[order], client[order], share[order], len(part.scopes))


def arrival_shares(part: Part, origin: int) -> Floats:
    """By scope the share of the first orders of the 13 weeks up to a day that were there; 0 without any."""
    orders = part.orders
    recent = orders.filter((orders.order_number == 0) & (orders.day <= origin) & (orders.day > origin - ARRIVAL_DAYS))
    counts = np.zeros(len(part.scopes))
    for column in part.base.scopes.columns:
        rows = to_numpy(recent.group_by(scope=recent[column]).aggregate(n=recent.count()))
        counts[rows["scope"].astype(np.int64)] = rows["n"]
    return counts / counts[0] if counts[0] else counts


def _amounts(part: Part, origin: int, column: str) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[Floats, ...]]:
    """By scope of a dimension and client, in a fixed order: revenue of 52 weeks and of all time, and orders, all up to a day."""
    orders = part.orders.filter(part.orders.day <= origin)
    measures = {
        "year": exact_sum(orders.amount, orders.day > origin - YEAR).fill_null(0.0),
        "ever": exact_sum(orders.amount),
        "orders": orders.count(),
    }
    rows = to_numpy(orders.group_by("number", scope=orders[column]).aggregate(**measures).order_by("scope", "number"))
    amounts = tuple(rows[name].astype(np.float64) for name in ("year", "ever", "orders"))
    return rows["scope"].astype(np.int64), rows["number"].astype(np.int64), amounts


def _shares(client: NDArray[np.int64], amounts: tuple[Floats, ...], known: int) -> Floats:
    """Each amount as a part of its client's, of the first kind of which he has any."""
    share = np.zeros(len(client))
    is_open = np.ones(len(client), dtype=bool)
    for amount in amounts:
        total = np.bincount(client, amount, known)[client]
        chosen = is_open & (total > 0)
        share[chosen] = amount[chosen] / total[chosen]
        is_open &= ~chosen
    return share
