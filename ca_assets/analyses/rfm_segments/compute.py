"""The table `rfm_segments` (docs/contract, section 11): one row per buyer."""

from __future__ import annotations

import ibis

from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.segments.model import SegmentModel, segment_model
from ca_assets.analyses.core.segments.reports import segment_reports
from ca_assets.analyses.core.segments.scores import segment_name
from ca_assets.analyses.rfm_segments.family import FAMILY, TABLE

INTEGERS = ("orders", "order_days", "recency_score", "frequency_score", "monetary_score")


def run(inputs: Inputs, context: Context) -> Result:
    """The table; without rows when the shop has too few buyers."""
    model = segment_model(inputs.base)
    rows = _rows(model) if model.refusal is None else ibis.memtable(TABLE.schema().empty_table())
    reports = segment_reports(FAMILY.name, model, FAMILY.reports, {})
    return Result(reports, model.refusal or f"{model.buyers:,} buyers", {TABLE.name: rows})


def _rows(model: SegmentModel) -> ibis.Table:
    """Lazy; it reads tables that live as long as the base tables."""
    buyers = model.current.inner_join(model.base.customers.select("key", "client"), "key").inner_join(model.currency_names, "currency")
    return buyers.select(
        "client",
        "recency_hours",
        "frequency_hours",
        "monetary",
        "revenue",
        currency=buyers.currency_name,
        first_order=buyers["first"],
        last_order=buyers["last"],
        segment=segment_name(buyers.segment),
        **{name: buyers[name].cast("int64") for name in INTEGERS},
    ).select(*TABLE.schema().names)
