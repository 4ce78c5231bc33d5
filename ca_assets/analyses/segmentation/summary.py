"""Sizes of the segments in every scope (docs/contract, section 11, `summary`)."""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa

from ca_assets.analyses.core.cubes import dense
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.analyses.core.intervals import ratio
from ca_assets.analyses.core.rows import Labels, Values, money, per_scope, rows
from ca_assets.analyses.core.segments.model import SegmentModel
from ca_assets.analyses.core.segments.scores import SEGMENTS
from ca_assets.analyses.segmentation.specs import SPECS


def summary(model: SegmentModel, members: ibis.Table) -> pa.Table:
    """Eight rows per scope."""
    names = model.base.scopes.names
    measures = {
        "customers": members.count(),
        "orders": members.orders.sum(),
        "revenue": exact_sum(members.revenue),
        "recency": exact_sum(members.recency_hours),
        "frequency": exact_sum(members.frequency_hours),
        "repeat": members.frequency_hours.count(),
        "monetary": exact_sum(members.monetary, members.is_of_scope),
        "of_scope": members.count(where=members.is_of_scope),
    }
    sums = {name: value.fill_null(0) for name, value in measures.items()}
    place = (members.segment - 1).name("place")
    cube = dense(members.group_by("scope", place).aggregate(**sums), ("scope", "place"), (len(names), len(SEGMENTS)))
    mixed = model.base.mixed[:, -1:]
    customers, revenue = cube["customers"], money(cube["revenue"], mixed)
    there = np.where(customers > 0, 1.0, np.nan)
    columns: dict[str, Values] = {
        "segment": Labels(SEGMENTS, np.arange(len(SEGMENTS))),
        "segment_order": np.arange(len(SEGMENTS)) + 1,
        "customers": customers,
        "customer_share": ratio(customers, customers.sum(axis=1, keepdims=True)) * there,
        "orders": cube["orders"],
        "revenue": revenue,
        "revenue_share": ratio(revenue, revenue.sum(axis=1, keepdims=True)) * there,
        "average_recency_hours": ratio(cube["recency"], customers),
        "average_frequency_hours": ratio(cube["frequency"], cube["repeat"]),
        "average_monetary": money(ratio(cube["monetary"], cube["of_scope"]), mixed),
    }
    return rows(SPECS["summary"], names, per_scope(names, 2), customers.shape, columns)
