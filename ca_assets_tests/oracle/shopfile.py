"""shop.yaml for the oracle: a plain reading of docs/contract, section 10, without the product's checks.

Belongs here: the keys the oracle needs. Does not belong here: errors for users (the product's `ca_assets.shop` has them).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from ca_assets_tests.oracle.clock import zone_of

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


@dataclass
class Source:
    """One source: where it is, how it is written, ours → theirs. Optional keys are as in shop.yaml."""

    path: Path
    zone: ZoneInfo
    date_format: str | dict[str, str] | None
    decimal: str
    thousands: str | None
    delimiter: str
    columns: dict[str, str]
    dimensions: dict[str, str]
    actions: dict[str, str]
    encoding: str = "utf-8"
    skip_rows: int = 0
    null_values: list[str] = field(default_factory=list)
    true_values: list[str] = field(default_factory=list)
    false_values: list[str] = field(default_factory=list)
    guest_clients: list[str] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)
    by_file: bool = False

    def files(self) -> list[Path]:
        """The files by their path, in code point order: one, those of a folder, or those that match."""
        if self.path.is_file():
            return [self.path]
        found = self.path.glob("*.csv") if self.path.is_dir() else self.path.parent.glob(self.path.name)
        return sorted(found, key=lambda path: path.name)

    def format_of(self, column: str) -> str | None:
        """The format of one of our time columns; None: ISO."""
        if isinstance(self.date_format, dict):
            return self.date_format.get(column.removeprefix("actions."))
        return self.date_format


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
    rfm_minimum: int = 100
    ab_window_days: int = 7
    dimensions: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    customer_actions: list[str] = field(default_factory=list)

    def has_signup(self) -> bool:
        """Whether there are signups."""
        return self.has("customers", "signup_date")

    def has_report(self, name: str) -> bool:
        """Whether the shop maps what the report needs."""
        if name.startswith(("products/", "ab_tests/product_")):
            return "baskets" in self.sources
        if name.startswith("delivery/"):
            return "deliveries" in self.sources and all(self.has("deliveries", column) for column in _needed(name))
        return not name.startswith(("promotions/", "ab_tests/promotion_")) or self.has("sessions", "promotion_id")

    def has(self, source: str, column: str) -> bool:
        """Whether a source has one of our columns, from a column of its own or as a constant."""
        return source in self.sources and column in self.sources[source].columns | self.sources[source].constants


def _needed(delivery_report: str) -> list[str]:
    """The columns of deliveries that a report needs."""
    words = delivery_report.partition("@")[0].partition("/")[2].split("_")
    needs = {"prepare": ["prepare_date"], "ride": ["prepare_date"], "return": ["return_date"], "lateness": ["promised_date"]}
    return needs.get(words[0], []) + (["latitude", "longitude"] if words[-1] == "locations" else [])


def read_shop(path: Path) -> Shop:
    """Read a shop.yaml file."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    calendar = raw.get("calendar", {})
    timezone = calendar.get("timezone", "UTC")
    sources = {name: _source(value, path.parent, timezone) for name, value in raw["sources"].items() if value}
    settings = raw.get("settings") or {}
    customers = sources.get("customers")
    return Shop(
        zone=zone_of(timezone),
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
        rfm_minimum=settings.get("rfm_minimum", 100),
        ab_window_days=settings.get("ab_window_days", 7),
        dimensions=list(sources["sessions"].dimensions),
        actions=list(sources["sessions"].actions),
        customer_actions=list(customers.actions) if customers else [],
    )


def _source(raw: dict[str, Any], folder: Path, timezone: str) -> Source:
    if raw["kind"] != "csv":
        raise ValueError(f"the oracle reads CSV only, not {raw['kind']}")
    lists = ("null_values", "true_values", "false_values", "guest_clients")
    return Source(
        path=folder / raw["path"],
        zone=zone_of(raw.get("timezone") or timezone),
        date_format=raw.get("date_format"),
        decimal=raw.get("decimal", "."),
        thousands=raw.get("thousands"),
        delimiter=raw.get("delimiter", ","),
        columns=raw["columns"],
        dimensions=_names(raw.get("dimensions")),
        actions=_names(raw.get("actions")),
        encoding=raw.get("encoding", "utf-8"),
        skip_rows=raw.get("skip_rows", 0),
        constants={ours: _text(value) for ours, value in raw.get("constants", {}).items()},
        by_file=raw.get("versions") == "by_file",
        **{key: _words(raw.get(key, [])) for key in lists},
    )


def _words(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _names(value: list[str] | dict[str, str] | None) -> dict[str, str]:
    return {name: name for name in value} if isinstance(value, list) else dict(value or {})
