"""Every report of docs/contract, sections 3 to 9, 11 and 14, by its export name, for every scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Any

from ca_assets_tests.oracle.clean import build_tables
from ca_assets_tests.oracle.columns import BY_DELIVERY, CHOSEN, DURATIONS, WINDOW_DAYS, windows_of
from ca_assets_tests.oracle.families import (
    ab_tests,
    churn,
    cohorts,
    deliveries,
    funnels,
    journey,
    products,
    promotions,
    segmentation,
    stats,
    survival,
)
from ca_assets_tests.oracle.rows import Record
from ca_assets_tests.oracle.shopfile import read_shop
from ca_assets_tests.oracle.world import View, World, build_world

Rows = list[tuple[Any, ...]]

COMPUTE: dict[str, Callable[[View], Rows]] = {
    **{f"funnels/sessions_{grain}": partial(funnels.sessions_series, grain=grain) for grain in ("daily", "weekly", "monthly")},
    "funnels/sessions_hourly": funnels.sessions_hourly,
    **{f"funnels/customers_{grain}": partial(funnels.customers_series, grain=grain) for grain in ("daily", "weekly", "monthly")},
    "funnels/customers_hourly": funnels.customers_hourly,
    "funnels/customers_conversion": funnels.customers_conversion,
    **{f"stats/{grain}_orders": partial(stats.orders_series, grain=grain) for grain in ("daily", "weekly", "monthly")},
    **{f"stats/{grain}_revenue": partial(stats.revenue_series, grain=grain) for grain in ("daily", "weekly", "monthly")},
    "stats/hourly_orders": stats.hourly_orders,
    "stats/hourly_revenue": stats.hourly_revenue,
    "stats/weekly_sessions_per_customer": stats.weekly_sessions_per_customer,
    "stats/weekly_orders_per_customer": stats.weekly_orders_per_customer,
    "stats/weekly_payment_amount": stats.weekly_payment_amount,
    "stats/payment_amount_distribution": stats.payment_amount_distribution,
    "stats/orders_per_customer": stats.orders_per_customer,
    "stats/kpis": stats.kpis,
    **{f"cohorts/{grain}_{a}_{a + 1}": partial(cohorts.cells, event=a, grain=grain) for grain in ("daily", "weekly") for a in range(4)},
    "cohorts/revenue_weekly": cohorts.revenue_weekly,
    "cohorts/next_order_survival": survival.next_order_survival,
    "products/top_products": products.top_products,
    "products/top_categories": products.top_categories,
    "products/product_pairs": products.product_pairs,
    "products/daily_products": products.daily_products,
    "products/line_value_monthly": products.line_value_monthly,
    "promotions/summary": promotions.summary,
    "promotions/daily_share": promotions.daily_share,
    "promotions/hourly_share": promotions.hourly_share,
    "promotions/daily_revenue": promotions.daily_revenue,
    "churn/overall": churn.overall,
    "churn/weekly": partial(churn.series, grain="weekly"),
    "churn/monthly": partial(churn.series, grain="monthly"),
    "churn/customer_bridge_monthly": churn.customer_bridge_monthly,
    "journey/average": journey.average,
    "rfm/points": segmentation.points,
    "segmentation/summary": segmentation.summary,
    "segmentation/scores": segmentation.scores,
    **{f"segmentation/{metric}": partial(segmentation.histogram, metric=metric) for metric in ("recency", "frequency", "monetary")},
    "segmentation/migration_monthly": segmentation.migration_monthly,
    **{f"ab_tests/{kind}_effects": partial(ab_tests.effects, kind=kind) for kind in ("promotion", "product")},
    **{f"ab_tests/{kind}_resampled": partial(ab_tests.resampled, kind=kind) for kind in ("promotion", "product")},
    **{f"ab_tests/{kind}_distributions": partial(ab_tests.distributions, kind=kind) for kind in ("promotion", "product")},
    "ab_tests/promotion_comparison": ab_tests.comparison,
    **{f"ab_tests/segment_{grain}": partial(ab_tests.segment, grain=grain) for grain in ("daily", "weekly", "monthly")},
    "delivery/kpis": deliveries.kpis,
    "delivery/totals": deliveries.totals,
    "delivery/daily": deliveries.daily,
    **{f"delivery/{name}_weekday_hour": partial(deliveries.weekday_hour, duration=name) for name in DURATIONS},
    **{f"delivery/{name}_locations": partial(deliveries.locations, duration=name) for name in DURATIONS},
    "delivery/abnormal_customers": deliveries.abnormal_customers,
    "delivery/abnormal_transactions": deliveries.abnormal_transactions,
    "delivery/lateness": deliveries.lateness,
}


def load_world(shop_yaml: Path, loaded_at: dt.datetime | None = None, report_date: dt.date | None = None) -> World:
    """Read the shop's sources and look at them as of `report_date` (default: from `loaded_at`, default now)."""
    shop = read_shop(shop_yaml)
    return build_world(shop, build_tables(shop), loaded_at or dt.datetime.now(dt.UTC), report_date)


def all_reports(world: World, windows: bool = False, wanted: Collection[str] = COMPUTE.keys()) -> dict[str, Rows]:
    """Report name → rows with the scope in front; of the `wanted` reports those that the shop has."""
    names = [name for name in COMPUTE if name in wanted and world.shop.has_report(name)]
    reports = {name: _rows(world.views, name) for name in names}
    for days in WINDOW_DAYS if windows else ():
        views, by_delivery = world.windowed(days), world.windowed_by_delivery(days)
        windowed = [name for name in names if days in windows_of(name)]
        reports |= {f"{name}@{days}d": _rows(by_delivery if name in BY_DELIVERY else views, name) for name in windowed}
    return reports


def without_model(name: str, rows: Rows, theirs: Rows, key: list[int]) -> Rows:
    """The oracle's rows beside those of a product: its values where a model decides, and of rows that a model chooses those it has."""
    there = {tuple(row[place] for place in key): row for row in theirs}
    if name.partition("@")[0] in CHOSEN:
        rows = [row for row in rows if tuple(row[place] for place in key) in there]
    filled = []
    for row in rows:
        other = there.get(tuple(row[place] for place in key), row)
        filled.append(tuple(their if mine is ... else mine for mine, their in zip(row, other, strict=True)))
    return filled


def _rows(views: dict[str, View], name: str) -> Rows:
    return [(scope, *row) for scope, view in views.items() for row in COMPUTE[name](view)]


def segment_table(world: World, scope: str) -> Rows:
    """`rfm_segments` of a scope: its buyers, with the values that they have in the shop."""
    return segmentation.table(world.views[scope]) if scope in world.views else []


def scope_tables(world: World, scope: str) -> tuple[list[Record], list[Record]]:
    """`orders` and `downloads` of a scope: its sessions, also those not known, and its customers."""
    tables = world.tables
    if scope == "all":
        return tables.orders, tables.downloads
    dimension = scope.split("=", 1)[0]
    mapped = dimension in world.shop.dimensions
    column, scope_of = f"dimensions.{dimension}" if mapped else dimension, world.values_of.get(dimension, {})
    orders = [order for order in tables.orders if scope_of.get(order[column]) == scope]
    return orders, world.views[scope].customers if scope in world.views else []
