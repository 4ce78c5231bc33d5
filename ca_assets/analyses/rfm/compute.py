"""RFM (docs/contract, section 11): some buyers of each scope as points."""

from __future__ import annotations

import ibis
import pyarrow as pa

from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.segments.model import SegmentModel, segment_model
from ca_assets.analyses.core.segments.reports import report_rows, segment_reports
from ca_assets.analyses.core.segments.scores import segment_name
from ca_assets.analyses.rfm.specs import MOST_POINTS, REPORTS, SPECS


def run(inputs: Inputs, context: Context) -> Result:
    """The points of every scope."""
    model = segment_model(inputs.base)
    tables = {"points": _points(model)} if model.refusal is None else {}
    reports = segment_reports("rfm", model, REPORTS, tables)
    return Result(reports, model.refusal or f"{model.buyers:,} buyers")


def _points(model: SegmentModel) -> pa.Table:
    """The first buyers of each scope in the order of the draw."""
    members = model.scope_buyers.select("scope", "key").inner_join(model.current.select("key", "draw"), "key")
    place = ibis.row_number().over(ibis.window(group_by=members.scope, order_by=members.draw))
    ranked = members.mutate(place=place)
    chosen = ranked.filter(ranked.place < MOST_POINTS).select("scope", "key")
    points = chosen.inner_join(model.current, "key").inner_join(model.base.customers.select("key", "client"), "key")
    points = points.inner_join(model.currency_names, "currency").drop("currency").rename(currency="currency_name")
    return report_rows(SPECS["points"], model.base.scopes.names, points.mutate(segment=segment_name(points.segment)))
