"""A finished family of reports: which types exist, what meta they carry, and what they are without data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from ca_assets.analyses.core.base import Base
from ca_assets.analyses.core.context import Context
from ca_assets.analyses.core.report import ReportSet, ReportSpec
from ca_assets.analyses.core.rows import empty
from ca_assets.contracts.report_path import window_suffix

REFUSAL = "no complete day yet"


def empty_report_set(name: str, specs: Sequence[ReportSpec], context: Context) -> ReportSet:
    """All types that the shop's mapping allows, without rows, and why."""
    existing = existing_reports(specs, context)
    tables = {
        f"{s.type}{window_suffix(n)}": empty(s) for s in existing for n in (None, *(s.windows if context.windows and s.has_windows else ()))
    }
    return ReportSet(name, context.report_date, tables, ("all",), {**_shop_meta(context), "refusal": REFUSAL})


def existing_reports(specs: Sequence[ReportSpec], context: Context) -> list[ReportSpec]:
    """Those whose needs are mapped."""
    shop = context.shop
    has = {
        "baskets": shop.sources.baskets is not None,
        "promotion_id": shop.mapped("sessions", "promotion_id"),
        "deliveries": shop.sources.deliveries is not None,
        "coordinates": shop.mapped("deliveries", "latitude") and shop.mapped("deliveries", "longitude"),
        **{name: shop.mapped("deliveries", name) for name in ("prepare_date", "return_date", "promised_date")},
    }
    return [spec for spec in specs if all(has[need] for need in spec.needs)]


def build_report_set(name: str, base: Base, tables: dict[str, pa.Table]) -> ReportSet:
    """Computed tables with the family's meta."""
    mixed = base.mixed[:, -1]
    meta = {
        **_shop_meta(base.context),
        **base.scopes.meta(),
        "refusal": None,
        "currency": base.currencies[0] if len(base.currencies) == 1 else base.context.shop.currency,
        "mixed_currencies": [scope for scope, is_mixed in zip(base.scopes.names, mixed.tolist(), strict=True) if is_mixed],
        "session_range": base.session_days.texts(),
        "customer_range": base.customer_days.texts(),
        "guest_orders": base.guests.orders,
        "guest_orders_share": base.guests.orders / base.guests.all_orders if base.guests.all_orders else None,
    }
    return ReportSet(name, base.context.report_date, tables, base.scopes.names, meta)


def _shop_meta(context: Context) -> dict[str, Any]:
    shop = context.shop
    return {
        "scope_values": {},
        "other_values": {},
        "session_range": None,
        "customer_range": None,
        "guest_orders": 0,
        "guest_orders_share": None,
        "calendar": {"timezone": shop.calendar.timezone, "week_start": shop.calendar.week_start},
        "currency": shop.currency,
        "mixed_currencies": [],
        "derived_downloads": shop.sources.customers is None,
    }
