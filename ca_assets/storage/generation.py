"""What is recorded with a published generation, so that pages and exports need nothing but the index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from ca_assets.shop import Calendar, Shop


def generation_meta(
    shop: Shop, report_date: dt.date | None, loaded_at: dt.datetime, scope_values: Mapping[str, Sequence[str]], **more: Any
) -> dict[str, Any]:
    """Meta for `Index.switch`: shop (name), calendar, currency, dimensions, actions, report_date, loaded_at (ISO) and scope_values.

    `scope_values` has, per dimension, the values that are scopes of their own (without `__none__`, `__other__`); the analyses
    put it into their `ReportSet.meta`. `more` (counts of a load, …) is kept as given.
    """
    return {
        "shop": shop.name,
        "calendar": shop.calendar.model_dump(),
        "currency": shop.currency,
        "dimensions": list(shop.dimensions),
        "actions": list(shop.actions),
        "customer_actions": list(shop.customer_actions),
        "report_date": report_date.isoformat() if report_date else None,
        "loaded_at": loaded_at.isoformat(),
        "scope_values": {name: list(values) for name, values in scope_values.items()},
        **more,
    }


def as_of(meta: Mapping[str, Any]) -> dt.datetime | None:
    """First instant after the generation's report date (UTC); None when no day is complete."""
    day = meta.get("report_date")
    return Calendar(**meta.get("calendar", {})).as_of(dt.date.fromisoformat(day)) if day else None
