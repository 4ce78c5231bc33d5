"""docs/contract, section 3 for one view: rows as tuples in the order of the columns."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from ca_assets_tests.oracle.figures import quantile, rate
from ca_assets_tests.oracle.rows import Record
from ca_assets_tests.oracle.world import View

Rows = list[tuple[Any, ...]]


def sessions_series(view: View, grain: str) -> Rows:
    """`sessions_daily|weekly|monthly`."""
    members = defaultdict(list)
    for session in view.sessions:
        members[view.clock.first_day(session["day"], grain)].append(session)
    rows: Rows = []
    for period, complete in view.session_periods(grain):
        inside = members[period]
        for order, (step, has) in enumerate(_session_steps(view)):
            count = sum(1 for session in inside if has(session))
            rows.append((period, complete, order, step, count, len(inside), *rate(count, len(inside))))
    return rows


def sessions_hourly(view: View) -> Rows:
    """`sessions_hourly`."""
    members = defaultdict(list)
    for session in view.sessions:
        members[session["hour"]].append(session)
    days = view.session_days
    rows: Rows = []
    for hour in range(24):
        inside = members[hour]
        for order, (step, has) in enumerate(_session_steps(view)):
            count = sum(1 for session in inside if has(session))
            rows.append((hour, order, step, count, days, count / days, len(inside), *rate(count, len(inside))))
    return rows


def _session_steps(view: View) -> list[tuple[str, Callable[[Record], bool]]]:
    actions = [(name, _flag(f"actions.{name}")) for name in view.shop.actions]
    return [("sessions", lambda session: True), *actions, ("purchased", _flag("has_purchased"))]


def _flag(column: str) -> Callable[[Record], bool]:
    return lambda session: bool(session[column])


def customers_series(view: View, grain: str) -> Rows:
    """`customers_daily|weekly|monthly`."""
    rows: Rows = []
    for order, (step, moments) in enumerate(_customer_steps(view)):
        counts = Counter(view.clock.first_day(view.clock.day(moment), grain) for moment in moments)
        rows += [(period, complete, order, step, counts[period]) for period, complete in view.customer_periods(grain)]
    return rows


def customers_hourly(view: View) -> Rows:
    """`customers_hourly`."""
    days = view.customer_days
    rows: Rows = []
    for order, (step, moments) in enumerate(_customer_steps(view)):
        counts = Counter(view.clock.hour(moment) for moment in moments)
        rows += [(hour, order, step, counts[hour], days, counts[hour] / days) for hour in range(24)]
    return rows


def _customer_steps(view: View) -> list[tuple[str, list[dt.datetime]]]:
    """Each step with the known moments of the scope's customers."""
    steps = [(step, [row[column] for row in view.customers if view.known(row[column])]) for step, column in _columns(view)]
    return [*steps, ("first_session", _firsts(view.sessions)), ("first_purchase", _firsts(view.orders))]


def _columns(view: View) -> list[tuple[str, str]]:
    signup = [("signup", "signup_date")] if view.shop.has_signup() else []
    return [("download", "download_date"), *signup, *((name, f"actions.{name}") for name in view.shop.customer_actions)]


def _firsts(sessions: list[Record]) -> list[dt.datetime]:
    first: dict[str, dt.datetime] = {}
    for session in sessions:  # by moment
        if session["client"] is not None:
            first.setdefault(session["client"], session["session_start_date"])
    return list(first.values())


def customers_conversion(view: View) -> Rows:
    """`customers_conversion`: months of the customer range, then the total."""
    entered = [row for row in view.customers if view.known(row["download_date"])]
    by_month = defaultdict(list)
    for row in entered:
        by_month[view.clock.first_day(view.clock.day(row["download_date"]), "monthly")].append(row)
    sessions, orders = _moments_of(view.sessions), _moments_of(view.orders)
    walks = {row["client"]: _walk(view, row, sessions, orders) for row in entered}
    rows: Rows = []
    for period, complete in view.customer_periods("monthly"):
        rows += [("month", period, complete, *figures) for figures in _conversion(view, by_month[period], walks)]
    rows += [("total", view.customer_first, True, *figures) for figures in _conversion(view, entered, walks)]
    return rows


def _chosen_steps(view: View) -> list[str]:
    steps = [step for step, _ in _columns(view)] + ["session", "purchase"]
    chosen = view.shop.conversion_steps
    return steps if chosen is None else [step for step in steps if step in chosen or step == "download"]


def _moments_of(sessions: list[Record]) -> dict[str, list[dt.datetime]]:
    moments = defaultdict(list)
    for session in sessions:
        moments[session["client"]].append(session["session_start_date"])
    return moments


def _walk(view: View, row: Record, sessions: dict[str, list[dt.datetime]], orders: dict[str, list[dt.datetime]]) -> list[dt.datetime]:
    """The moments at which a customer reached the steps, as far as he came within the window."""
    column = dict(_columns(view))
    end = row["download_date"] + _window(view)
    reached = [row["download_date"]]
    for step in _chosen_steps(view)[1:]:
        if step in column:
            moments = [row[column[step]]] if row[column[step]] is not None else []
        else:
            moments = (sessions if step == "session" else orders).get(row["client"], [])
        later = [moment for moment in moments if reached[-1] <= moment < end]
        if not later:
            break
        reached.append(min(later))
    return reached


def _window(view: View) -> dt.timedelta:
    return dt.timedelta(hours=24 * view.shop.conversion_window_days)


def _conversion(view: View, entered: list[Record], walks: dict[str, list[dt.datetime]]) -> Iterator[tuple[Any, ...]]:
    mature = [row for row in entered if row["download_date"] + _window(view) <= view.as_of]
    for order, step in enumerate(_chosen_steps(view)):
        there = [walks[row["client"]] for row in mature if len(walks[row["client"]]) > order]
        hours = [(walk[order] - walk[0]) / dt.timedelta(hours=1) for walk in there]
        counts = (len(entered), len(entered) - len(mature), len(mature), len(there))
        yield (order, step, *counts, *rate(len(there), len(mature)), quantile(hours, 0.5), quantile(hours, 0.9))
