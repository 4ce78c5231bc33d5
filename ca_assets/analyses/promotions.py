"""Promotions (REPORTS.md section 7): what each promotion brought and cost, and promoted against organic orders per day and hour.

Belongs here: how the family is put together. Ranks and sums of promotions are in `promotion_lists`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from ca_assets.analyses.base import Base
from ca_assets.analyses.calendar import periods
from ca_assets.analyses.cubes import Cube, daily, hourly, selected, window_days
from ca_assets.analyses.held import Shelf
from ca_assets.analyses.intervals import ratio, wilson
from ca_assets.analyses.item_rows import daily_rows, groups_of, labels, listed_rows, money
from ca_assets.analyses.promotion_lists import Promotions, organic_groups
from ca_assets.analyses.promotions_specs import REPORTS, SPECS
from ca_assets.analyses.report import ReportSet
from ca_assets.analyses.rows import Values, empty, per_scope, rows
from ca_assets.analyses.sets import finished

__all__ = ["REPORTS", "from_base"]

DAILY_PROMOTIONS = 10


def from_base(base: Base, shelf: Shelf, windows: bool = True) -> ReportSet:
    """All reports of the family in every scope; none without a mapped promotion column. Windows adds `summary@7d` …"""
    if not base.context.shop.mapped("sessions", "promotion_id"):
        return finished("promotions", base, {})
    ages = selected(windows)
    promotions = Promotions.ranked(base, shelf, list(ages.values()))
    tables = {**_summary(base, promotions, ages), **_hours(base, ages), "daily_share": _days(base)}
    return finished("promotions", base, {**tables, "daily_revenue": _daily_revenue(base, promotions)})


def _summary(base: Base, promotions: Promotions, ages: dict[str, int]) -> dict[str, pa.Table]:
    frame, lengths, spec = promotions.listed(base.context.shop.settings.top), window_days(base), SPECS["summary"]
    tables = {}
    for suffix, age in ages.items():
        chosen = frame[frame["age"] == age]
        tables[f"{spec.type}{suffix}"] = listed_rows(base, spec, chosen, _figures(base, chosen, age)) if lengths[age] else empty(spec)
    return tables


def _figures(base: Base, chosen: pd.DataFrame, age: int) -> dict[str, Values]:
    mixed = base.mixed[chosen["scope"].to_numpy(int), age]
    orders, customers, first = (chosen[name].to_numpy(np.int64) for name in ("orders", "customers", "first_orders"))
    revenue = money(chosen["revenue"].to_numpy(float), mixed)
    low, high = wilson(first, orders)
    return {
        "promotion_id": labels(chosen["text"]),
        "orders": orders,
        "customers": customers,
        "revenue": revenue,
        "discount": money(chosen["discount"].to_numpy(float), mixed),
        "average_amount": ratio(revenue, orders),
        "first_orders": first,
        "first_order_rate": ratio(first, orders),
        "first_order_rate_low": low,
        "first_order_rate_high": high,
        "orders_per_customer": ratio(orders, customers),
    }


def _daily_revenue(base: Base, promotions: Promotions) -> pa.Table:
    frame = promotions.by_day(DAILY_PROMOTIONS)
    groups = pd.concat([organic_groups(base), groups_of(frame)]).drop_duplicates(["scope", "place"])
    return daily_rows(base, SPECS["daily_revenue"], groups, frame)


def _days(base: Base) -> pa.Table:
    sessions, names = base.sessions, base.scopes.names
    orders = sessions.filter(sessions.purchased)
    cube = daily(base, orders, {"orders": orders.count(), "promoted": orders.promotion.count()}, base.session_days)
    span = periods(base.session_days, "daily", base.context.shop.calendar)
    columns: dict[str, Values] = {"period": span.first_days, "complete": span.complete, **_share(cube)}
    return rows(SPECS["daily_share"], names, per_scope(names, 2), (len(names), len(span)), columns)


def _hours(base: Base, ages: dict[str, int]) -> dict[str, pa.Table]:
    sessions, names, spec = base.sessions, base.scopes.names, SPECS["hourly_share"]
    orders = sessions.purchased.cast("int32").sum()
    cube, lengths = hourly(base, {"orders": orders, "promoted": sessions.promotion.count()}), window_days(base)
    tables = {}
    for suffix, age in ages.items():
        window = {name: values[:, age] for name, values in cube.items()}
        columns: dict[str, Values] = {"hour": np.arange(24), "days": lengths[age], **_share(window)}
        table = rows(spec, names, per_scope(names, 2), (len(names), 24), columns) if lengths[age] else empty(spec)
        tables[f"{spec.type}{suffix}"] = table
    return tables


def _share(cube: Cube) -> dict[str, Values]:
    """Orders, promoted and organic ones, and the promoted share with its interval."""
    orders, promoted = cube["orders"], cube["promoted"]
    low, high = wilson(promoted, orders)
    return {
        "orders": orders,
        "promoted_orders": promoted,
        "organic_orders": orders - promoted,
        "promoted_rate": ratio(promoted, orders),
        "promoted_rate_low": low,
        "promoted_rate_high": high,
    }
