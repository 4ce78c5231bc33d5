"""The customers that the cells of cohorts count."""

from __future__ import annotations

import ibis
import numpy as np

from ca_assets.analyses.cohorts.cells import cohort_span, events, placed_events
from ca_assets.analyses.cohorts.specs import COHORT_GRAINS, FROM_ORDERS, CohortGrain, transition
from ca_assets.analyses.core.members import MemberSet, Parameter, Selection

HERE = __name__
EVENTS = ("download", "first order", "second order", "third order")
TRANSITIONS = {transition(order): f"by their {EVENTS[order]}" for order in FROM_ORDERS}
MEMBER_SETS = (
    MemberSet(
        "cohort",
        "customers",
        "Customers of a cohort",
        f"{HERE}:cohort",
        (
            Parameter("event", "choice", options=TRANSITIONS, is_required=True),
            Parameter("grain", "choice", options={"daily": "in the day", "weekly": "in the week"}, is_required=True),
            Parameter("cohort", "day", "of {}", is_required=True),
            Parameter("offset", "count", "with the next order {} periods later"),
            Parameter("left_out", "choice", options={"yes": "left out, having ordered before their download"}),
        ),
        has_days=False,
    ),
)


def cohort(selection: Selection) -> ibis.Table:
    """Customers of a cohort, those of one cell, or those left out of it. LookupError when there is no such cohort."""
    base, values = selection.base, selection.values
    horizon = base.context.shop.settings.cohort_horizon
    grain: CohortGrain = next(grain for grain in COHORT_GRAINS if grain == values["grain"])
    number = np.flatnonzero(cohort_span(base, grain).first_days == np.datetime64(values["cohort"], "D"))  # type: ignore[call-overload]
    offset = selection.value("offset")
    if not len(number) or (offset is not None and offset > horizon):
        raise LookupError("no such cohort")
    from_order = next(order for order in FROM_ORDERS if transition(order) == values["event"])
    placed = placed_events(base, events(base), grain, horizon)
    placed = placed.filter(placed.scope == selection.place[1], placed.from_order == from_order, placed.period == int(number[0]))
    if "left_out" in values:
        return placed.filter(placed.cell == horizon + 2).select("key")
    return placed.filter(placed.cell <= horizon + 1 if offset is None else placed.cell == offset).select("key")
