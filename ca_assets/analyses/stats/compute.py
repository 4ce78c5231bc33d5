"""Stats (docs/contract, section 5): orders and revenue per period and hour, per customer, and the key figures.

Belongs here: how the family is put together from sums per scope and day. Customers' order counts and amounts are in `buyers`.
"""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ca_assets.analyses.core.base import Base, by_scope
from ca_assets.analyses.core.calendar import Periods, periods
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.cubes import Cube, chosen_windows, daily, dense, hourly, window_lengths
from ca_assets.analyses.core.decimals import exact_sum
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.intervals import ratio
from ca_assets.analyses.core.report import all_scope
from ca_assets.analyses.core.report_set import build_report_set
from ca_assets.analyses.core.rows import Labels, Values, empty, money, per_scope, rows
from ca_assets.analyses.stats.buyers import buyer_reports
from ca_assets.analyses.stats.specs import KPI_UNITS, SPECS
from ca_assets.contracts.units import GRAINS


def run(inputs: Inputs, context: Context) -> Result:
    """All reports of the family in every scope; windows adds `hourly_orders@7d` …"""
    base, mixed = inputs.base, inputs.base.mixed
    results = {**_hours(base, mixed, context.windows), **buyer_reports(base, mixed, inputs.temp, context.windows)}
    if context.is_range:
        return Result(build_report_set("stats", base, results))
    cube = _daily_cube(base)
    for grain in GRAINS:
        results.update(_per_period(base, cube, mixed[:, -1:], periods(base.session_days, grain, base.context.shop.calendar)))
    results.update(_weekly(base, cube, mixed[:, -1:]))
    results["kpis"] = _kpis(base, cube, mixed[:, -1])
    reports = build_report_set("stats", base, results)
    orders = pc.sum(all_scope(reports, "monthly_orders")["orders"]).as_py() or 0
    return Result(reports, f"{orders:,} orders")


def _daily_cube(base: Base) -> Cube:
    """Scope × day: orders, sessions and orders of clients, revenue, discount (by the session's day) and refunds (by their own)."""
    visits = base.sessions
    measures = {
        "orders": visits.purchased.cast("int32").sum(),
        "client_sessions": visits.key.count(),
        "client_orders": (visits.purchased & visits.key.notnull()).cast("int32").sum(),
        "revenue": exact_sum(visits.amount),
        "discount": exact_sum(visits.discount),
    }
    cube = daily(base, visits, measures, base.session_days)
    cube.update(daily(base, base.refunds, {"refunds": exact_sum(base.refunds.amount)}, base.session_days))
    cube["net_revenue"] = cube["revenue"] - cube["refunds"]
    return cube


def _series(base: Base, type_: str, span: Periods, columns: dict[str, Values]) -> pa.Table:
    """Rows scope × period."""
    names = base.scopes.names
    dates: dict[str, Values] = {"period": span.first_days, "complete": span.complete}
    return rows(SPECS[type_], names, per_scope(names, 2), (len(names), len(span)), {**dates, **columns})


def _per_period(base: Base, cube: Cube, mixed: NDArray[np.bool_], span: Periods) -> dict[str, pa.Table]:
    amounts: dict[str, Values] = {n: money(span.sums(cube[n]), mixed) for n in ("revenue", "discount", "refunds", "net_revenue")}
    orders, revenue = f"{span.grain}_orders", f"{span.grain}_revenue"
    return {
        orders: _series(base, orders, span, {"orders": span.sums(cube["orders"])}),
        revenue: _series(base, revenue, span, amounts),
    }


def _hours(base: Base, mixed: NDArray[np.bool_], has_windows: bool) -> dict[str, pa.Table]:
    measures = {"orders": base.sessions.purchased.cast("int32").sum(), "revenue": exact_sum(base.sessions.amount)}
    cube, lengths = hourly(base, measures), window_lengths(base)
    names, hours = base.scopes.names, np.arange(24)
    shape, scope = (len(names), 24), per_scope(names, 2)
    results = {}
    for suffix, window in chosen_windows(has_windows).items():
        orders, revenue = cube["orders"][:, window], money(cube["revenue"][:, window], mixed[:, window, None])
        for what, values in (("orders", orders), ("revenue", revenue)):
            spec, days = SPECS[f"hourly_{what}"], lengths[window]
            columns: dict[str, Values] = {"hour": hours, what: values, "days": days, f"{what}_per_day": values / max(days, 1)}
            results[f"{spec.type}{suffix}"] = rows(spec, names, scope, shape, columns) if days else empty(spec)
    return results


def _weekly(base: Base, cube: Cube, mixed: NDArray[np.bool_]) -> dict[str, pa.Table]:
    span = periods(base.session_days, "weekly", base.context.shop.calendar)
    orders, client_sessions, client_orders = (span.sums(cube[name]) for name in ("orders", "client_sessions", "client_orders"))
    revenue = money(span.sums(cube["revenue"]), mixed)
    active = _active(base, len(span))
    customers, buyers = active["customers"], active["buyers"]
    columns: dict[str, dict[str, Values]] = {
        "weekly_sessions_per_customer": {
            "sessions": client_sessions,
            "customers": customers,
            "sessions_per_customer": ratio(client_sessions, customers),
        },
        "weekly_orders_per_customer": {
            "orders": client_orders,
            "customers": customers,
            "orders_per_customer": ratio(client_orders, customers),
            "buyers": buyers,
            "orders_per_buyer": ratio(client_orders, buyers),
        },
        "weekly_payment_amount": {"orders": orders, "revenue": revenue, "average_amount": ratio(revenue, orders)},
    }
    return {type_: _series(base, type_, span, values) for type_, values in columns.items()}


def _active(base: Base, weeks: int) -> Cube:
    """Customers with a session and with an order, by scope and week."""
    customers = by_scope(base, base.clients, ["week", "key"], {"bought": base.clients.purchased.cast("int8").max()})
    counts = customers.group_by("scope", "week").aggregate(customers=customers.count(), buyers=customers.bought.cast("int32").sum())
    return dense(counts, ("scope", "week"), (len(base.scopes.names), weeks))


def _distinct(base: Base, visits: ibis.Table) -> dict[str, NDArray[np.float64]]:
    """Visitors and buyers per scope over some sessions."""
    visitors = by_scope(base, visits, ["key"], {"bought": visits.purchased.cast("int8").max()})
    counts = visitors.group_by("scope").aggregate(visitors=visitors.count(), buyers=visitors.bought.cast("int32").sum())
    return dense(counts, ("scope",), (len(base.scopes.names),))


def _kpis(base: Base, cube: Cube, mixed: NDArray[np.bool_]) -> pa.Table:
    metrics = tuple(KPI_UNITS)
    days, day = base.session_days.days, base.clients.day
    names = base.scopes.names
    values = np.full((3, len(names), len(metrics)), np.nan)
    for i, (first, last) in enumerate(((0, days), (days - 7, days), (days - 14, days - 7))):
        if first >= 0:
            visits = base.clients if i == 0 else base.clients.filter((day >= first) & (day < last))
            sums = {name: cube[name][:, first:last].sum(axis=1) for name in metrics if name in cube} | _distinct(base, visits)
            values[i] = np.stack([sums[name] for name in metrics], axis=1)
    is_money = np.array([KPI_UNITS[name] == "money" for name in metrics])
    values[:, mixed, :] = np.where(is_money, np.nan, values[:, mixed, :])
    total, last_7, previous_7 = values
    columns: dict[str, Values] = {
        "metric": Labels(metrics, np.arange(len(metrics))),
        "total": total,
        "last_7_days": last_7,
        "previous_7_days": previous_7,
        "change_rate": ratio(last_7, previous_7) - 1,
    }
    return rows(SPECS["kpis"], names, per_scope(names, 2), total.shape, columns)
