"""Funnels (docs/contract, section 3): volumes of session and customer steps per period and hour, and the true customer funnel.

Belongs here: how the family is put together. The contract's texts are in `specs`, the true funnel in `conversion`.
"""

from __future__ import annotations

from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ca_assets.analyses.core.base import Base, to_numpy, union_all
from ca_assets.analyses.core.calendar import DayRange, periods
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.cubes import Cube, chosen_windows, daily, hourly, window_lengths
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.intervals import ratio, wilson
from ca_assets.analyses.core.report import all_scope
from ca_assets.analyses.core.report_set import build_report_set
from ca_assets.analyses.core.rows import Labels, Values, empty, per_scope, rows
from ca_assets.analyses.funnels.conversion import conversion, members
from ca_assets.analyses.funnels.specs import SPECS
from ca_assets.contracts.units import GRAINS


def run(inputs: Inputs, context: Context) -> Result:
    """All reports of the family in every scope; windows adds `sessions_hourly@7d` …"""
    base = inputs.base
    results = _session_hours(base, context.windows)
    if context.is_range:
        return Result(build_report_set("funnels", base, results))
    everyone = inputs.temp.materialize(members(base))
    results.update(_session_periods(base))
    results.update(_customer_volumes(base, everyone))
    results["customers_conversion"] = conversion(base, everyone)
    reports = build_report_set("funnels", base, results)
    monthly = all_scope(reports, "sessions_monthly")
    sessions = pc.sum(monthly.filter(pc.equal(monthly["step"], "sessions"))["sessions"]).as_py() or 0
    return Result(reports, f"{sessions:,} sessions")


def _session_steps(base: Base) -> tuple[list[str], dict[str, Any]]:
    """Step names in order and their counts as expressions (`n0` all sessions)."""
    sessions, actions = base.sessions, base.context.shop.actions
    flags = [*(sessions[f"a{i}"] for i in range(len(actions))), sessions.purchased]
    counts = {f"n{i + 1}": flag.cast("int32").sum() for i, flag in enumerate(flags)}
    return ["sessions", *actions, "purchased"], {"n0": sessions.count(), **counts}


def _stacked(cube: Cube) -> NDArray[np.int64]:
    """Counts n0, n1, … as the last axis."""
    return np.stack([cube[f"n{i}"] for i in range(len(cube))], axis=-1)


def _rates(counts: NDArray[np.int64]) -> dict[str, Values]:
    """Sessions of each step, total and rate with its interval; steps are the last axis."""
    totals = counts[..., :1]
    low, high = wilson(counts, np.broadcast_to(totals, counts.shape))
    return {"sessions": counts, "total_sessions": totals, "rate": ratio(counts, totals), "rate_low": low, "rate_high": high}


def _session_periods(base: Base) -> dict[str, pa.Table]:
    names, measures = _session_steps(base)
    counts = _stacked(daily(base, base.sessions, measures, base.session_days))
    return {f"sessions_{grain}": _by_period(base, f"sessions_{grain}", counts, names, base.session_days) for grain in GRAINS}


def _by_period(base: Base, report: str, counts: NDArray[np.int64], names: list[str], days: DayRange) -> pa.Table:
    """One volume report from scope × day × step counts (the report's name ends in its grain)."""
    grain = next(g for g in GRAINS if report.endswith(g))
    span = periods(days, grain, base.context.shop.calendar)
    sums = span.sums(counts)
    steps = np.arange(len(names))
    columns: dict[str, Values] = {
        "period": span.first_days[None, :, None],
        "complete": span.complete[None, :, None],
        "step_order": steps,
        "step": Labels(names, steps),
        **(_rates(sums) if report.startswith("sessions") else {"customers": sums}),
    }
    return rows(SPECS[report], base.scopes.names, per_scope(base.scopes.names, 3), sums.shape, columns)


def _session_hours(base: Base, has_windows: bool) -> dict[str, pa.Table]:
    names, measures = _session_steps(base)
    counts = _stacked(hourly(base, measures))
    lengths, spec = window_lengths(base), SPECS["sessions_hourly"]
    return {
        f"sessions_hourly{suffix}": _by_hour(base, counts[:, window], names, lengths[window]) if lengths[window] else empty(spec)
        for suffix, window in chosen_windows(has_windows).items()
    }


def _by_hour(base: Base, counts: NDArray[np.int64], names: list[str], days: int) -> pa.Table:
    steps = np.arange(len(names))
    columns: dict[str, Values] = {
        "hour": np.arange(24)[None, :, None],
        "step_order": steps,
        "step": Labels(names, steps),
        "days": days,
        "sessions_per_day": counts / days,
        **_rates(counts),
    }
    return rows(SPECS["sessions_hourly"], base.scopes.names, per_scope(base.scopes.names, 3), counts.shape, columns)


def _customer_volumes(base: Base, everyone: ibis.Table) -> dict[str, pa.Table]:
    names = [*base.steps, "first_session", "first_purchase"]
    by_day, by_hour = _moments(base, everyone, len(names))
    tables = {f"customers_{g}": _by_period(base, f"customers_{g}", by_day, names, base.customer_days) for g in GRAINS}
    steps, days = np.arange(len(names)), base.customer_days.real_days
    columns: dict[str, Values] = {
        "hour": np.arange(24)[None, :, None],
        "step_order": steps,
        "step": Labels(names, steps),
        "customers": by_hour,
        "days": days,
        "customers_per_day": by_hour / days,
    }
    spec = SPECS["customers_hourly"]
    return {**tables, spec.type: rows(spec, base.scopes.names, per_scope(base.scopes.names, 3), by_hour.shape, columns)}


def _moments(base: Base, everyone: ibis.Table, steps: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Customers by scope, day of the customer range and step; and by scope, hour of day and step."""
    pieces = []
    for step in range(steps):
        known = everyone.filter(everyone[f"hour_{step}"].notnull())
        counts = known.group_by("scope", number=known[f"hour_{step}"]).aggregate(customers=known.count())
        pieces.append(counts.mutate(step=ibis.literal(step, "int8")))
    hours = to_numpy(union_all(pieces))
    by_day = np.zeros((len(base.scopes.names), base.customer_days.days, steps), dtype=np.int64)
    by_hour = np.zeros((len(base.scopes.names), 24, steps), dtype=np.int64)
    day, hour = np.divmod(hours["number"], 24)
    np.add.at(by_day, (hours["scope"], day - base.customer_days.first_number, hours["step"]), hours["customers"])
    np.add.at(by_hour, (hours["scope"], hour, hours["step"]), hours["customers"])
    return by_day, by_hour
