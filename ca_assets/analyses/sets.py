"""A finished family of reports: which types exist, what meta they carry, and what they are without data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from ca_assets.analyses.base import Base
from ca_assets.analyses.calendar import WINDOW_DAYS
from ca_assets.analyses.context import Context
from ca_assets.analyses.report import ReportSet, ReportSpec
from ca_assets.analyses.rows import empty

REFUSAL = "no complete day yet"


def refused(name: str, specs: Sequence[ReportSpec], context: Context, windows: bool) -> ReportSet:
    """All types that the shop's mapping allows, without rows, and why."""
    suffixes = ["", *(f"@{n}d" for n in WINDOW_DAYS)] if windows else [""]
    some = [spec for spec in specs if _exists(spec, context)]
    tables = {f"{s.type}{suffix}": empty(s) for s in some for suffix in suffixes if not suffix or s.has_windows}
    return ReportSet(name, context.report_date, tables, ("all",), {**_shop_meta(context), "refusal": REFUSAL})


def _exists(spec: ReportSpec, context: Context) -> bool:
    """Whether what the report needs is mapped."""
    shop = context.shop
    mapped = {"baskets": shop.sources.baskets is not None, "promotion_id": shop.mapped("sessions", "promotion_id")}
    return all(mapped[need] for need in spec.needs)


def finished(name: str, base: Base, tables: dict[str, pa.Table]) -> ReportSet:
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
    }
    return ReportSet(name, base.context.report_date, tables, base.scopes.names, meta)


def _shop_meta(context: Context) -> dict[str, Any]:
    shop = context.shop
    return {
        "scope_values": {},
        "other_values": {},
        "session_range": None,
        "customer_range": None,
        "calendar": {"timezone": shop.calendar.timezone, "week_start": shop.calendar.week_start},
        "currency": shop.currency,
        "mixed_currencies": [],
        "derived_downloads": shop.sources.customers is None,
    }
