"""The customers that the figures of `funnels` count: those of a step in some days, and those who got to a step of the true funnel."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir

from ca_assets.analyses.core.calendar import EPOCH
from ca_assets.analyses.core.customers import conversion_steps
from ca_assets.analyses.core.members import MemberSet, Parameter, Selection
from ca_assets.analyses.funnels.conversion import members

HERE = __name__
STEP = Parameter("step", "step", is_required=True)
STATES = {"reached": "who got to the step", "lost": "who got to the step before and no further", "undecided": "still within their days"}
MEMBER_SETS = (
    MemberSet("customer_step", "customers", "Customers", f"{HERE}:with_step", (STEP, Parameter("hour", "hour", "at {}"))),
    MemberSet(
        "converted",
        "customers",
        "Customers since their download",
        f"{HERE}:converted",
        (STEP, Parameter("state", "choice", options=STATES, is_required=True), Parameter("month", "day", "download in the month of {}")),
        has_days=False,
    ),
)


def with_step(selection: Selection) -> ibis.Table:
    """Customers whose step was in the days, at one hour of the day. LookupError when there is no such step."""
    names = [*selection.base.steps, "first_session", "first_purchase"]
    everyone = _everyone(selection)
    hour = everyone[f"hour_{_place(names, selection)}"]
    tests: list[ir.BooleanValue] = [hour.notnull()]
    if selection.days:
        first, last = ((day - EPOCH).days for day in selection.days)
        tests.append((hour // 24).between(first, last))
    if "hour" in selection.values:
        tests.append(hour % 24 == selection.values["hour"])
    return everyone.filter(tests).select("key")


def converted(selection: Selection) -> ibis.Table:
    """Customers by how far they got within their days, of all downloads or those of a month. LookupError when there is no such step."""
    base, month = selection.base, selection.value("month")
    steps = conversion_steps(base.context.shop)
    place = _place(list(steps), selection)
    everyone = _everyone(selection)
    everyone = everyone.filter(everyone.hour_0.notnull())
    if isinstance(month, dt.date):
        everyone = everyone.filter(everyone.month == (month.year - 1970) * 12 + month.month - 1)
    names = (*base.steps, "session", "purchase")

    def is_at(number: int) -> ir.BooleanValue:
        return everyone.is_mature if number == 0 else everyone[f"wait_{names.index(steps[number])}"].notnull()

    state = selection.values["state"]
    if state == "undecided":
        return everyone.filter(~everyone.is_mature).select("key")
    if state == "lost":
        return everyone.filter(is_at(place - 1) & ~is_at(place) if place else ibis.literal(False)).select("key")
    return everyone.filter(is_at(place)).select("key")


def _everyone(selection: Selection) -> ibis.Table:
    """The customers of the scope with their steps."""
    everyone = members(selection.base, has_key=True)
    return everyone.filter(everyone.scope == selection.place[1])


def _place(names: list[str], selection: Selection) -> int:
    step = selection.values["step"]
    if step not in names:
        raise LookupError(f"no step {step!r}")
    return names.index(str(step))
