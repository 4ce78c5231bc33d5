"""The customers that the figures of `segmentation` count: those of a segment, with a score, in a bin, who moved in a month."""

from __future__ import annotations

import ibis
import numpy as np

from ca_assets.analyses.core.decimals import MILLIONTHS, half_even
from ca_assets.analyses.core.members import MemberSet, Parameter, Selection
from ca_assets.analyses.core.segments.columns import METRIC_NAMES, NEW, SEGMENT_NAMES
from ca_assets.analyses.core.segments.model import SegmentModel, segment_model
from ca_assets.analyses.core.segments.scores import SEGMENTS
from ca_assets.analyses.segmentation.buyers import make_members
from ca_assets.analyses.segmentation.histograms import metric_values
from ca_assets.analyses.segmentation.migration import moves_of

HERE = __name__
MEMBER_SETS = (
    MemberSet(
        "segment",
        "customers",
        "Customers",
        f"{HERE}:in_segment",
        (Parameter("segment", "choice", "in the segment “{}”", SEGMENT_NAMES, is_required=True),),
        has_days=False,
    ),
    MemberSet(
        "scored",
        "customers",
        "Customers",
        f"{HERE}:scored",
        (
            Parameter("metric", "choice", "by {}", METRIC_NAMES, is_required=True),
            Parameter("score", "count", "score {}", is_required=True),
            Parameter("currency", "text", "in {}"),
        ),
        has_days=False,
    ),
    MemberSet(
        "binned",
        "customers",
        "Customers",
        f"{HERE}:binned",
        (
            Parameter("metric", "choice", "by {}", METRIC_NAMES, is_required=True),
            Parameter("score", "count", "score {}", is_required=True),
            Parameter("value_from", "amount", "{} or more", is_required=True),
            Parameter("value_below", "amount", "less than {}"),
        ),
        has_days=False,
    ),
    MemberSet(
        "segment_moves",
        "customers",
        "Customers",
        f"{HERE}:moved",
        (
            Parameter("origin", "choice", "from “{}”", {**SEGMENT_NAMES, NEW: "new customers"}, is_required=True),
            Parameter("target", "choice", "to “{}”", SEGMENT_NAMES, is_required=True),
            Parameter("month", "day", "in the month of {}", is_required=True),
        ),
        has_days=False,
    ),
)


def in_segment(selection: Selection) -> ibis.Table:
    """Buyers of the scope in a segment, as of the report."""
    members = _members(selection, _model(selection))
    return members.filter(members.segment == SEGMENTS.index(str(selection.values["segment"])) + 1).select("key")


def scored(selection: Selection) -> ibis.Table:
    """Buyers of the scope with a score; 0 of frequency: those with one day of orders. Of monetary those of one currency."""
    model = _model(selection)
    members = _members(selection, model)
    score = members[f"{selection.values['metric']}_score"]
    members = members.filter(score.isnull() if selection.values["score"] == 0 else score == selection.values["score"])
    if "currency" in selection.values:
        names = model.base.currencies
        if selection.values["currency"] not in names:
            raise LookupError("no such currency")
        members = members.filter(members.currency == names.index(str(selection.values["currency"])))
    return members.select("key")


def binned(selection: Selection) -> ibis.Table:
    """Buyers of the scope in a bin of a histogram, with a score; values as the histogram places them."""
    values = metric_values(_members(selection, _model(selection)), str(selection.values["metric"]))
    placed = half_even(values.value)
    tests = [values.score == selection.values["score"], placed >= _edge(selection.values["value_from"])]
    if "value_below" in selection.values:
        tests.append(placed < _edge(selection.values["value_below"]))
    return values.filter(tests).select("key")


def moved(selection: Selection) -> ibis.Table:
    """Buyers of the scope who went from one segment to another in a month. LookupError when there are no moves of it."""
    model = _model(selection)
    place = np.flatnonzero(model.months.first_days == np.datetime64(str(selection.values["month"]), "D"))
    if not len(place):
        raise LookupError("no such month")
    texts = (NEW, *SEGMENTS)
    moves = moves_of(model, int(place[0]))
    moves = moves.filter(
        moves.scope == _number(selection, model),
        moves.origin == texts.index(str(selection.values["origin"])),
        moves.target == texts.index(str(selection.values["target"])),
    )
    return moves.select("key")


def _model(selection: Selection) -> SegmentModel:
    """The segments of the shop. LookupError when there are none."""
    model = segment_model(selection.base)
    if model.refusal is not None:
        raise LookupError(f"a segment {model.refusal}")
    return model


def _number(selection: Selection, model: SegmentModel) -> int:
    """The scope's number. LookupError when there is no such scope."""
    if selection.scope not in model.base.scopes.names:
        raise LookupError(f"no scope {selection.scope}")
    return model.base.scopes.names.index(selection.scope)


def _members(selection: Selection, model: SegmentModel) -> ibis.Table:
    members = make_members(model)
    return members.filter(members.scope == _number(selection, model))


def _edge(value: object) -> float:
    return float(round(float(str(value)) * MILLIONTHS))
