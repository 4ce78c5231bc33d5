"""What is recorded with a publication, so that pages and exports need nothing but the index; and its units.

A unit is a family of reports or a table. A publication replaces some units and carries all others over as they are, with the report date
that they have. What each was made from is recorded in the publication's meta (`units`), so that unchanged ones are neither computed nor
written again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ca_assets.shop import Calendar, Shop


@dataclass(frozen=True)
class Unit:
    """What is published of a family or table: its fingerprint, the report date (ISO) it has, and when it was published (ISO)."""

    name: str
    fingerprint: str
    report_date: str | None
    published_at: str


def units_of(meta: Mapping[str, Any]) -> dict[str, Unit]:
    """The units that a publication's meta records, by name."""
    return {name: Unit(name, **facts) for name, facts in (meta.get("units") or {}).items()}


def with_units(meta: Mapping[str, Any], units: Mapping[str, Unit]) -> dict[str, Any]:
    """The meta with these units recorded, and all others as they were."""
    recorded = units_of(meta) | dict(units)
    facts = {name: {key: value for key, value in asdict(unit).items() if key != "name"} for name, unit in recorded.items()}
    return {**meta, "units": facts}


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
