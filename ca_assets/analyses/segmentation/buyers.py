"""Buyers of every scope beside their values and segment, which are the shop's."""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.core.base import Base, by_scope, to_numpy
from ca_assets.analyses.core.segments.model import SegmentModel

VALUES = (
    *("currency", "recency_hours", "frequency_hours", "monetary"),
    *("recency_score", "frequency_score", "monetary_score", "segment"),
)
NO_CURRENCY = -1  # of a scope with several, or without orders


def scope_currencies(base: Base) -> NDArray[np.int64]:
    """By scope the number of its one currency in `Base.currencies`."""
    numbers = np.zeros(len(base.scopes.names), dtype=np.int64)
    if base.scopes.has_currency:
        rows = to_numpy(by_scope(base, base.sessions.filter(base.sessions.purchased), ["currency"], {}))
        numbers[:] = NO_CURRENCY
        numbers[rows["scope"]] = np.searchsorted(np.array(base.currencies), rows["currency"].astype(str))
        numbers[base.mixed[:, -1]] = NO_CURRENCY
    return numbers


def make_members(model: SegmentModel) -> ibis.Table:
    """One row per scope and buyer: scope, key, orders and revenue there; currency, values, scores and segment; is_of_scope: whether money
    is in the scope's one currency (lazy).
    """
    numbers = scope_currencies(model.base)
    own = pa.table({"scope": pa.array(range(len(numbers)), pa.int16()), "scope_currency": pa.array(numbers, pa.int16())})
    values = model.current.select("key", *VALUES)
    members = model.scope_buyers.drop("month").inner_join(values, "key").inner_join(ibis.memtable(own), "scope")
    return members.mutate(is_of_scope=members.currency == members.scope_currency)
