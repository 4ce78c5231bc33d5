"""The customers that the figures of `churn` count: active and lapsed ones at an evaluation, and the moves of the bridge."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np

from ca_assets.analyses.churn.counts import order_frequency
from ca_assets.analyses.churn.evaluations import evaluated_orders, find_evaluations
from ca_assets.analyses.core.members import MemberSet, Parameter, Selection
from ca_assets.analyses.core.selection import select_range

HERE = __name__
STATES = {"active": "active", "lapsed": "lapsed", "all": "active or lapsed"}
MOVES = {
    "opening": "active at the month’s start",
    "new": "new and active at its end",
    "reactivated": "returned",
    "lapsed": "lapsed in it",
    "closing": "active at its end",
    "new_lapsed": "new in it, and lapsed by its end",
}
MEMBER_SETS = (
    MemberSet(
        "churn",
        "customers",
        "Customers with an order",
        f"{HERE}:in_state",
        (
            Parameter("state", "choice", options=STATES, is_required=True),
            Parameter("grain", "choice", options={"weekly": "at the end of the week", "monthly": "at the end of the month"}),
            Parameter("period", "day", "of {}"),
        ),
        has_days=False,
    ),
    MemberSet(
        "bridge",
        "customers",
        "Customers",
        f"{HERE}:moved",
        (Parameter("move", "choice", options=MOVES, is_required=True), Parameter("month", "day", "month of {}", is_required=True)),
        has_days=False,
    ),
)


@dataclass(frozen=True)
class _Evaluation:
    """When customers are judged (UTC), and since when they must have ordered to be active."""

    time: dt.datetime
    limit: dt.datetime


def in_state(selection: Selection) -> ibis.Table:
    """Customers in a state at the end of a period, or as of the report. LookupError when it was not judged."""
    grain, period = selection.value("grain"), selection.value("period")
    now = _evaluations(selection, grain or "monthly", period)[1]
    orders = selection.orders.filter(selection.orders.key.notnull())
    last = _last_orders(orders, before=now.time)
    is_active = last["last"] >= _instant(now.limit)
    tests = {"active": is_active, "lapsed": ~is_active, "all": ibis.literal(True)}
    return last.filter(tests[selection.values["state"]]).select("key")  # type: ignore[index]


def moved(selection: Selection) -> ibis.Table:
    """Customers who made a move of the bridge in a month. LookupError when it was not judged."""
    before, now = _evaluations(selection, "monthly", selection.value("month"))
    orders = selection.orders.filter(selection.orders.key.notnull())
    earlier, later = _last_orders(orders, before=before.time), _last_orders(orders, before=now.time)
    customers = later.left_join(earlier.select("key", earlier="last"), "key")
    is_known = customers.earlier.notnull()
    was_active = (customers.earlier >= _instant(before.limit)).fill_null(False)
    is_active = customers["last"] >= _instant(now.limit)
    tests = {
        "opening": was_active,
        "closing": is_active,
        "new": ~is_known & is_active,
        "new_lapsed": ~is_known & ~is_active,
        "lapsed": was_active & ~is_active,
        "reactivated": is_known & ~was_active & is_active,
    }
    return customers.filter(tests[selection.values["move"]]).select("key")  # type: ignore[index]


def _evaluations(selection: Selection, grain: str, period: dt.date | None) -> tuple[_Evaluation, _Evaluation]:
    """The evaluation before a period's and its own; of no period the last of all. LookupError."""
    whole = selection.base.session_days.days
    base = select_range(selection.base, selection.temp, selection.scope, whole)
    evaluations = find_evaluations(base)
    orders = selection.temp.materialize(evaluated_orders(base, evaluations))
    frequency = order_frequency(base, evaluations, orders)
    number, before = len(evaluations) - 1, -1
    if period is not None:
        place = np.flatnonzero(evaluations.spans[grain].first_days == np.datetime64(period, "D"))
        if not len(place):
            raise LookupError("no such period")
        number = int(evaluations.numbers[grain][place[0]])
        before = int(evaluations.numbers[grain][place[0] - 1]) if place[0] else -1
    if np.isnan(frequency.micros[0, number]):
        raise LookupError("too few customers ordered twice to tell who has lapsed")
    begin = _Evaluation(_time(evaluations.begin), _time(evaluations.begin))
    at = [_Evaluation(_time(evaluations.times[n]), _time(frequency.limits[0, n])) for n in (before, number)]
    return (begin if before < 0 else at[0]), at[1]


def _last_orders(orders: ibis.Table, *, before: dt.datetime) -> ibis.Table:
    """Rows (key, last) of the customers with an order before an instant."""
    known = orders.filter(orders.start < _instant(before))
    return known.group_by("key").aggregate(last=known.start.max())


def _time(value: np.datetime64) -> dt.datetime:
    """A UTC time of NumPy as an aware one."""
    naive: dt.datetime = value.astype("M8[us]").item()
    return naive.replace(tzinfo=dt.UTC)


def _instant(time: dt.datetime) -> ir.TimestampScalar:
    return ibis.literal(time, "timestamp('UTC')")
