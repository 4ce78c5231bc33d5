"""shop.yaml for the oracle: a plain reading of REPORTS.md section 10, without the product's checks.

Belongs here: the keys the oracle needs. Does not belong here: errors for users (the product's `ca_assets.shop` has them).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


@dataclass
class Source:
    """One source: where it is, how it is written, ours → theirs."""

    path: Path
    zone: ZoneInfo
    date_format: str | None
    decimal: str
    thousands: str | None
    delimiter: str
    columns: dict[str, str]
    dimensions: dict[str, str]
    actions: dict[str, str]


@dataclass
class Shop:
    """A whole shop.yaml."""

    zone: ZoneInfo
    week_start: int
    currency: str
    sources: dict[str, Source]
    conversion_window_days: int = 30
    conversion_steps: list[str] | None = None
    scope_values: int = 50
    cohort_horizon: int = 15
    survival_days: int = 365
    top: int = 100
    pair_orders: int = 5
    churn_repeat_customers: int = 5
    dimensions: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    customer_actions: list[str] = field(default_factory=list)

    def has_signup(self) -> bool:
        """Whether signup_date is mapped."""
        return "customers" in self.sources and "signup_date" in self.sources["customers"].columns

    def has_report(self, name: str) -> bool:
        """Whether the shop maps what the report needs."""
        if name.startswith("products/"):
            return "baskets" in self.sources
        return not name.startswith("promotions/") or "promotion_id" in self.sources["sessions"].columns


def read_shop(path: Path) -> Shop:
    """Read a shop.yaml file."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    calendar = raw.get("calendar", {})
    timezone = calendar.get("timezone", "UTC")
    sources = {name: _source(value, path.parent, timezone) for name, value in raw["sources"].items() if value}
    settings = raw.get("settings") or {}
    customers = sources.get("customers")
    return Shop(
        zone=ZoneInfo(timezone),
        week_start=WEEKDAYS.index(calendar.get("week_start", "monday")),
        currency=raw.get("currency", "EUR"),
        sources=sources,
        conversion_window_days=settings.get("conversion_window_days", 30),
        conversion_steps=settings.get("conversion_steps"),
        scope_values=settings.get("scope_values", 50),
        cohort_horizon=settings.get("cohort_horizon", 15),
        survival_days=settings.get("survival_days", 365),
        top=settings.get("top", 100),
        pair_orders=settings.get("pair_orders", 5),
        churn_repeat_customers=settings.get("churn_repeat_customers", 5),
        dimensions=list(sources["sessions"].dimensions),
        actions=list(sources["sessions"].actions),
        customer_actions=list(customers.actions) if customers else [],
    )


def _source(raw: dict[str, Any], folder: Path, timezone: str) -> Source:
    if raw["kind"] != "csv":
        raise ValueError(f"the oracle reads CSV only, not {raw['kind']}")
    return Source(
        path=folder / raw["path"],
        zone=ZoneInfo(raw.get("timezone") or timezone),
        date_format=raw.get("date_format"),
        decimal=raw.get("decimal", "."),
        thousands=raw.get("thousands"),
        delimiter=raw.get("delimiter", ","),
        columns=raw["columns"],
        dimensions=_names(raw.get("dimensions")),
        actions=_names(raw.get("actions")),
    )


def _names(value: list[str] | dict[str, str] | None) -> dict[str, str]:
    return {name: name for name in value} if isinstance(value, list) else dict(value or {})
