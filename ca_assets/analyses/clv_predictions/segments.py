"""Segments of clients as of the prediction date, and what is expected of each (docs/contract, section 12, `by_segment`)."""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa

from ca_assets.analyses.clv_predictions.backtests import Outlook
from ca_assets.analyses.clv_predictions.parts import Part, date_of
from ca_assets.analyses.clv_predictions.shares import Shares
from ca_assets.analyses.clv_predictions.specs import SPECS
from ca_assets.analyses.core.base import Base, by_scope, to_numpy
from ca_assets.analyses.core.cubes import dense
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.analyses.core.intervals import ratio
from ca_assets.analyses.core.rows import Labels, Values, empty, per_scope, rows
from ca_assets.analyses.core.segments.model import segment_model
from ca_assets.analyses.core.segments.scores import SEGMENTS
from ca_assets.analyses.core.selection import select_as_of
from ca_assets.analyses.core.temp_tables import TempTables
from ca_assets.models.value.forecast import Floats


def segments_as_of(base: Base, temp: TempTables, day: int) -> ibis.Table | None:
    """The shop's buyers at the end of a day with values and segment (`SegmentModel.current`); None with too few buyers for segments.

    `temp` keeps what they are made from.
    """
    model = segment_model(select_as_of(base, temp, date_of(day)))
    return None if model.refusal else model.current


def by_segment_rows(part: Part, newest: Outlook, shared: Shares, current: ibis.Table | None) -> pa.Table:
    """Eight rows per scope; none when the shop has no segments."""
    if current is None:
        return empty(SPECS["by_segment"])
    shape = (len(part.scopes), len(SEGMENTS))
    segment = np.zeros(len(part.keys), dtype=np.int64)
    known = to_numpy(part.numbers.inner_join(current.select("key", "segment"), "key").select("number", "segment"))
    segment[known["number"]] = known["segment"]
    place = shared.scope * len(SEGMENTS) + segment[newest.numbers][shared.client] - 1
    customers = np.bincount(place, minlength=shape[0] * shape[1]).reshape(shape)
    orders, revenue = (
        np.bincount(place, shared.share * values[shared.client], shape[0] * shape[1]).reshape(shape)
        for values in (newest.orders, newest.revenue)
    )
    columns: dict[str, Values] = {
        "segment": Labels(SEGMENTS, np.arange(len(SEGMENTS))),
        "segment_order": np.arange(len(SEGMENTS)) + 1,
        "customers": customers,
        "orders_expected": orders,
        "revenue_expected": revenue,
        "revenue_share": ratio(revenue, revenue.sum(axis=1, keepdims=True)),
        "revenue_before": _revenue_before(part, newest, current, shape),
    }
    return rows(SPECS["by_segment"], part.scopes, per_scope(part.scopes, 2), shape, columns)


def _revenue_before(part: Part, newest: Outlook, current: ibis.Table, shape: tuple[int, int]) -> Floats:
    """Scope × segment: revenue in as many days up to the prediction date as the horizon has."""
    days, orders = len(newest.daily_known), part.orders
    recent = orders.filter((orders.day <= newest.origin) & (orders.day > newest.origin - days))
    recent = recent.inner_join(part.numbers.select("number", "key"), "number").inner_join(current.select("key", "segment"), "key")
    place = (recent.segment - 1).cast("int32")
    sums = by_scope(part.base, recent.mutate(place=place), ["place"], {"amount": exact_sum(recent.amount)})
    return dense(sums, ("scope", "place"), shape)["amount"]
