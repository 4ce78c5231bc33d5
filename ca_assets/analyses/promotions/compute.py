"""Promotions (docs/contract, section 7): what each promotion brought and cost, and promoted against organic orders per day and hour.

Belongs here: how the family is put together. Ranks and sums of promotions are in `lists`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.calendar import periods
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.cubes import Cube, chosen_windows, daily, hourly, window_lengths
from ca_assets.analyses.core.family import Inputs, Result
from ca_assets.analyses.core.intervals import ratio, wilson
from ca_assets.analyses.core.report import all_scope
from ca_assets.analyses.core.report_set import build_report_set
from ca_assets.analyses.core.rows import Values, empty, money, per_scope, rows
from ca_assets.analyses.core.top_lists import daily_rows, groups_of, labels, listed_rows
from ca_assets.analyses.promotions.lists import Promotions, organic_groups
from ca_assets.analyses.promotions.specs import SPECS

DAILY_PROMOTIONS = 10


def run(inputs: Inputs, context: Context) -> Result:
    """All reports of the family in every scope; none without a mapped promotion column. Windows adds `summary@7d` …"""
    base = inputs.base
    if not base.context.shop.mapped("sessions", "promotion_id"):
        return Result(build_report_set("promotions", base, {}), "no promotion column mapped")
    windows = chosen_windows(context.windows)
    promotions = Promotions.ranked(base, inputs.temp, list(windows.values()))
    tables = {**_summary(base, promotions, windows), **_hours(base, windows)}
    if context.is_range:
        return Result(build_report_set("promotions", base, tables))
    tables |= {"daily_share": _days(base), "daily_revenue": _daily_revenue(base, promotions)}
    reports = build_report_set("promotions", base, tables)
    promoted = pc.sum(all_scope(reports, "daily_share")["promoted_orders"]).as_py() or 0
    return Result(reports, f"{promoted:,} promoted orders")


def _summary(base: Base, promotions: Promotions, windows: dict[str, int]) -> dict[str, pa.Table]:
    frame, lengths, spec = promotions.listed(base.context.shop.settings.top), window_lengths(base), SPECS["summary"]
    tables = {}
    for suffix, window in windows.items():
        chosen = frame[frame["window"] == window]
        table = listed_rows(base, spec, chosen, _figures(base, chosen, window)) if lengths[window] else empty(spec)
        tables[f"{spec.type}{suffix}"] = table
    return tables


def _figures(base: Base, chosen: pd.DataFrame, window: int) -> dict[str, Values]:
    mixed = base.mixed[chosen["scope"].to_numpy(int), window]
    counts = ("orders", "client_orders", "customers", "first_orders")
    orders, client_orders, customers, first = (chosen[name].to_numpy(np.int64) for name in counts)
    revenue = money(chosen["revenue"].to_numpy(float), mixed)
    low, high = wilson(first, client_orders)
    return {
        "promotion_id": labels(chosen["text"]),
        "orders": orders,
        "client_orders": client_orders,
        "customers": customers,
        "revenue": revenue,
        "discount": money(chosen["discount"].to_numpy(float), mixed),
        "average_amount": ratio(revenue, orders),
        "first_orders": first,
        "first_order_rate": ratio(first, client_orders),
        "first_order_rate_low": low,
        "first_order_rate_high": high,
        "orders_per_customer": ratio(client_orders, customers),
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
    columns: dict[str, Values] = {
        "period": span.first_days,
        "complete": span.complete,
        **_share({name: span.sums(v) for name, v in cube.items()}),
    }
    return rows(SPECS["daily_share"], names, per_scope(names, 2), (len(names), len(span)), columns)


def _hours(base: Base, windows: dict[str, int]) -> dict[str, pa.Table]:
    sessions, names, spec = base.sessions, base.scopes.names, SPECS["hourly_share"]
    orders = sessions.purchased.cast("int32").sum()
    cube, lengths = hourly(base, {"orders": orders, "promoted": sessions.promotion.count()}), window_lengths(base)
    tables = {}
    for suffix, window in windows.items():
        share = _share({name: values[:, window] for name, values in cube.items()})
        columns: dict[str, Values] = {"hour": np.arange(24), "days": lengths[window], **share}
        table = rows(spec, names, per_scope(names, 2), (len(names), 24), columns) if lengths[window] else empty(spec)
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
