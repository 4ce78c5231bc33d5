"""Segmentation (docs/contract, section 11): the segments of every scope's buyers, their scores, and moves between segments.

Belongs here: how the family is put together. Values, bounds and segments are made in `core.segments`.
"""

from __future__ import annotations

from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.segments.model import segment_model
from ca_assets.analyses.core.segments.reports import segment_reports
from ca_assets.analyses.segmentation.buyers import make_members
from ca_assets.analyses.segmentation.histograms import histograms
from ca_assets.analyses.segmentation.migration import migration
from ca_assets.analyses.segmentation.scores import scores
from ca_assets.analyses.segmentation.specs import REPORTS
from ca_assets.analyses.segmentation.summary import summary


def run(inputs: Inputs, context: Context) -> Result:
    """All reports in every scope; none of them has windows."""
    model = segment_model(inputs.base)
    if model.refusal is not None:
        return Result(segment_reports("segmentation", model, REPORTS, {}), model.refusal)
    members = inputs.temp.materialize(make_members(model))
    tables = {
        "summary": summary(model, members),
        "scores": scores(model, members),
        **histograms(members, model.base.scopes.names),
        "migration_monthly": migration(model),
    }
    return Result(segment_reports("segmentation", model, REPORTS, tables), f"{model.buyers:,} buyers")
