"""Stats (REPORTS.md section 5): orders and revenue per period and hour, per customer, and the key figures.

Belongs here: how the family is put together from sums per scope and day. Customers' order counts and amounts are in `payers`.
"""

from __future__ import annotations

from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ca_assets.analyses.base import Base, by_scope
from ca_assets.analyses.calendar import GRAINS, Periods, periods
from ca_assets.analyses.cubes import Cube, daily, dense, hourly, selected, window_days
from ca_assets.analyses.held import Shelf
from ca_assets.analyses.intervals import ratio
from ca_assets.analyses.payers import payer_reports
from ca_assets.analyses.report import ReportSet
from ca_assets.analyses.rows import Labels, Values, empty, per_scope, rows
from ca_assets.analyses.sets import finished
from ca_assets.analyses.stats_specs import REPORTS, SPECS
from ca_assets.analyses.sums import exact_sum

__all__ = ["REPORTS", "from_base"]


def from_base(base: Base, shelf: Shelf, windows: bool = True) -> ReportSet:
    """All reports of the family in every scope; windows adds `hourly_orders@7d` …"""
    cube, mixed = _daily_cube(base), base.mixed
    results: dict[str, pa.Table] = {}
    for grain in GRAINS:
        results.update(_per_period(base, cube, mixed[:, -1:], periods(base.session_days, grain, base.context.shop.calendar)))
    results.update(_hours(base, mixed, windows))
    results.update(_weekly(base, cube, mixed[:, -1:]))
    results.update(payer_reports(base, mixed, shelf, windows))
    results["kpis"] = _kpis(base, cube, mixed[:, -1])
    return finished("stats", base, results)


def _daily_cube(base: Base) -> Cube:
    """Scope × day: sessions, orders, revenue, discount (by the session's day) and refunds (by their own)."""
    visits = base.sessions
    measures = {
        "sessions": visits.count(),
        "orders": visits.purchased.cast("int32").sum(),
        "revenue": exact_sum(visits.amount),
        "discount": exact_sum(visits.discount),
    }
    cube = daily(base, visits, measures, base.session_days)
    cube.update(daily(base, base.refunds, {"refunds": exact_sum(base.refunds.amount)}, base.session_days))
    cube["net_revenue"] = cube["revenue"] - cube["refunds"]
    return cube


def _money(values: NDArray[Any], mixed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Null where a scope has two currencies."""
    return np.where(mixed, np.nan, values)


def _series(base: Base, type_: str, span: Periods, columns: dict[str, Values]) -> pa.Table:
    """Rows scope × period."""
    names = base.scopes.names
    dates: dict[str, Values] = {"period": span.first_days, "complete": span.complete}
    return rows(SPECS[type_], names, per_scope(names, 2), (len(names), len(span)), {**dates, **columns})


def _per_period(base: Base, cube: Cube, mixed: NDArray[np.bool_], span: Periods) -> dict[str, pa.Table]:
    money: dict[str, Values] = {n: _money(span.sums(cube[n]), mixed) for n in ("revenue", "discount", "refunds", "net_revenue")}
    orders, revenue = f"{span.grain}_orders", f"{span.grain}_revenue"
    return {
        orders: _series(base, orders, span, {"orders": span.sums(cube["orders"])}),
        revenue: _series(base, revenue, span, money),
    }


def _hours(base: Base, mixed: NDArray[np.bool_], windows: bool) -> dict[str, pa.Table]:
    orders = base.sessions.purchased.cast("int32").sum()
    cube, lengths = hourly(base, {"orders": orders, "revenue": exact_sum(base.sessions.amount)}), window_days(base)
    names, hours = base.scopes.names, np.arange(24)
    shape, scope = (len(names), 24), per_scope(names, 2)
    results = {}
    for suffix, age in selected(windows).items():
        for what, values in (("orders", cube["orders"][:, age]), ("revenue", _money(cube["revenue"][:, age], mixed[:, age, None]))):
            spec, days = SPECS[f"hourly_{what}"], lengths[age]
            columns: dict[str, Values] = {"hour": hours, what: values, "days": days, f"{what}_per_day": values / max(days, 1)}
            results[f"{spec.type}{suffix}"] = rows(spec, names, scope, shape, columns) if days else empty(spec)
    return results


def _weekly(base: Base, cube: Cube, mixed: NDArray[np.bool_]) -> dict[str, pa.Table]:
    span = periods(base.session_days, "weekly", base.context.shop.calendar)
    sessions, orders = span.sums(cube["sessions"]), span.sums(cube["orders"])
    revenue = _money(span.sums(cube["revenue"]), mixed)
    active = _active(base, len(span))
    customers, buyers = active["customers"], active["buyers"]
    columns: dict[str, dict[str, Values]] = {
        "weekly_sessions_per_customer": {
            "sessions": sessions,
            "customers": customers,
            "sessions_per_customer": ratio(sessions, customers),
        },
        "weekly_orders_per_customer": {
            "orders": orders,
            "customers": customers,
            "orders_per_customer": ratio(orders, customers),
            "buyers": buyers,
            "orders_per_buyer": ratio(orders, buyers),
        },
        "weekly_payment_amount": {"orders": orders, "revenue": revenue, "average_amount": ratio(revenue, orders)},
    }
    return {type_: _series(base, type_, span, values) for type_, values in columns.items()}


def _active(base: Base, weeks: int) -> Cube:
    """Customers with a session and with an order, by scope and week."""
    clients = by_scope(base, base.sessions, ["week", "key"], {"bought": base.sessions.purchased.cast("int8").max()})
    counts = clients.group_by("scope", "week").aggregate(customers=clients.count(), buyers=clients.bought.cast("int32").sum())
    return dense(counts, ("scope", "week"), (len(base.scopes.names), weeks))


def _distinct(base: Base, visits: ibis.Table) -> dict[str, NDArray[np.float64]]:
    """Visitors and buyers per scope over some sessions."""
    clients = by_scope(base, visits, ["key"], {"bought": visits.purchased.cast("int8").max()})
    counts = clients.group_by("scope").aggregate(visitors=clients.count(), buyers=clients.bought.cast("int32").sum())
    return dense(counts, ("scope",), (len(base.scopes.names),))


def _kpis(base: Base, cube: Cube, mixed: NDArray[np.bool_]) -> pa.Table:
    metrics = ("orders", "revenue", "visitors", "discount", "buyers", "refunds", "net_revenue")
    days, day = base.session_days.days, base.sessions.day
    names = base.scopes.names
    values = np.full((3, len(names), len(metrics)), np.nan)
    for i, (first, last) in enumerate(((0, days), (days - 7, days), (days - 14, days - 7))):
        if first >= 0:
            visits = base.sessions if i == 0 else base.sessions.filter((day >= first) & (day < last))
            found = {**{name: cube[name][:, first:last].sum(axis=1) for name in metrics if name in cube}, **_distinct(base, visits)}
            values[i] = np.stack([found[name] for name in metrics], axis=1)
    values[:, mixed, :] = np.where(np.isin(metrics, ("orders", "visitors", "buyers")), values[:, mixed, :], np.nan)
    total, last_7, previous_7 = values
    columns: dict[str, Values] = {
        "metric": Labels(metrics, np.arange(len(metrics))),
        "total": total,
        "last_7_days": last_7,
        "previous_7_days": previous_7,
        "change_rate": ratio(last_7, previous_7) - 1,
    }
    return rows(SPECS["kpis"], names, per_scope(names, 2), total.shape, columns)
