"""What late deliveries cost (docs/contract, section 15, `lateness`): orders again and refunds within 30 days of the delivery."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ca_assets.analyses.core.intervals import ratio, wilson
from ca_assets.analyses.core.rows import Labels, Values
from ca_assets.analyses.delivery_anomalies.measures import Scopes
from ca_assets.analyses.delivery_anomalies.orders import MINUTE
from ca_assets.analyses.delivery_anomalies.specs import MATURITY_DAYS

MATURITY = MATURITY_DAYS * 24 * 60 * MINUTE
GROUPS = ("on_time", "late")


class Lateness:
    """Of one dimension's scopes; `as_of` in µs since 1970."""

    def __init__(self, scopes: Scopes, as_of: int, has_refunds: bool) -> None:
        self.scopes = scopes
        self.as_of = as_of
        self.has_refunds = has_refunds

    @cached_property
    def is_mature(self) -> NDArray[np.bool_]:
        """Whether the 30 days have passed, of each order with a known delivery."""
        orders = self.scopes.orders
        return orders.is_delivered & (np.where(orders.is_delivered, orders.delivered, 0) + MATURITY < self.as_of)

    @cached_property
    def is_reordered(self) -> NDArray[np.bool_]:
        """Whether the customer of a mature delivery placed another order of the scope within its 30 days.

        Orders are sorted by (scope, customer), then moment; of the first two after the delivery at most one is the delivery's own.
        """
        orders = self.scopes.orders
        pairs, (moments, rank) = self.scopes.clients, orders.start_rank
        clients = np.flatnonzero(pairs.of_order >= 0)
        step = len(moments) + 1
        codes = pairs.of_order[clients] * step + rank[clients]
        order = np.argsort(codes, kind="stable")
        codes, ordered = codes[order], clients[order]
        asked = np.flatnonzero(self.is_mature & (pairs.of_order >= 0))
        delivered, pair = orders.delivered[asked], pairs.of_order[asked]
        first = np.searchsorted(codes, pair * step + np.searchsorted(moments, delivered, side="right"))
        found = np.zeros(len(asked), dtype=bool)
        for place in (first, first + 1):
            is_there = place < len(ordered)
            other = ordered[np.minimum(place, len(ordered) - 1)] if len(ordered) else place
            is_there &= (other != asked) & (pairs.of_order[other] == pair) & (orders.start[other] < delivered + MATURITY)
            found |= is_there
        flags = np.zeros(len(orders), dtype=bool)
        flags[asked] = found
        return flags

    def columns(self, known: NDArray[np.bool_]) -> dict[str, Values]:
        """Columns of `lateness`, own scopes × groups, over the known deliveries of a window."""
        orders = self.scopes.orders
        promised = known & orders.has_promise & (orders.client >= 0)
        mature = promised & self.is_mature
        deliveries, matured, reordered = (self._counts(chosen) for chosen in (promised, mature, mature & self.is_reordered))
        is_refunded = orders.refunded < np.where(orders.is_delivered, orders.delivered, 0) + MATURITY
        refunded: NDArray[Any] = self._counts(mature & is_refunded)
        low, high = wilson(reordered, matured)
        refunds = (refunded, ratio(refunded, matured), *wilson(refunded, matured))
        if not self.has_refunds:
            refunds = tuple(np.full(refunded.shape, np.nan) for _ in refunds)  # type: ignore[assignment]
        names = ("refunded", "refund_rate", "refund_rate_low", "refund_rate_high")
        return {
            "group": Labels(GROUPS, np.arange(2)),
            "deliveries": deliveries,
            "mature": matured,
            "reordered": reordered,
            "reorder_rate": ratio(reordered, matured),
            "reorder_rate_low": low,
            "reorder_rate_high": high,
            **dict(zip(names, refunds, strict=True)),
        }

    def _counts(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Own scopes × groups."""
        is_late = ~np.isnan(self.scopes.orders.late[chosen])
        codes = self.scopes.scope[chosen].astype(np.int64) * 2 + is_late
        counts: NDArray[np.int64] = np.bincount(codes, minlength=self.scopes.count * 2).reshape(-1, 2)[self.scopes.own]
        return counts
