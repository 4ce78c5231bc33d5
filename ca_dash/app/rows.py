"""A panel's rows for a page's filters: which days they are of, what is said about them, and when there is nothing to draw.

Belongs here: judging rows that were read. Does not belong here: reading them and drawing them (`app.views`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
from dash import html

from ca_assets.analyses.core.report import Column, ReportSpec
from ca_assets.contracts.report_path import ReportPath
from ca_assets.contracts.units import Unit
from ca_dash.components.states import Missing
from ca_dash.filters.url import Filters
from ca_dash.format import RESERVED, age, column_title, day, days, scope_label, scope_parts
from ca_dash.locales import current
from ca_dash.marks.mark import Days
from ca_dash.panel import Panel
from ca_dash.reports import ShopView

ALL_DAYS = "All days"
HAPPENED: frozenset[Unit] = frozenset({"count", "quantity", "money"})
CURRENCY = "currency"  # the dimension that a shop has when its orders are in more than one


@dataclass(frozen=True)
class Rows:
    """A panel's rows for the filters, and the report date that they are of: the page's, or the newest before it.

    `span` names the days that they are about when they are no series that was cut to the page's range.
    """

    data: pd.DataFrame
    path: ReportPath
    spec: ReportSpec
    columns: tuple[Column, ...]
    filters: Filters
    shop: ShopView
    day: dt.date
    span: str
    guests: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def window(self) -> Days | None:
        """The first and last day that rows without periods are of, where they are of some days."""
        window = self.filters.window_for(self.spec, self.shop.report_dates)
        if not self.spec.has_windows:
            return None
        if window is None or (self.filters.window is None and self.day != self.filters.end):
            return self.filters.start, self.filters.end
        return replace(window, end=self.day).first(self.filters.first_day), self.day


def scope_currency(scope: str, shop: ShopView) -> str | None:
    """The scope's currency: its own when the scope is a currency, else the shop's."""
    dimension, value = scope_parts(scope)
    return value if dimension == CURRENCY and value not in RESERVED else shop.currency


def refuse(panel: Panel, rows: Rows) -> None:
    """Say why there is nothing to draw, instead of drawing nothing. Raises Missing."""
    filters = rows.filters
    if panel.draws_money and _mixes_currencies(rows):
        mixed = f"{scope_label(filters.scope)} has orders in more than one currency, which are never added up."
        raise Missing("Several currencies", f"{mixed} Choose a currency as the filter.")
    where = f"{scope_label(filters.scope)}, {rows.span or days(filters.start, filters.end, current())}"
    usual = "Choose other dates or another filter."
    refusal = rows.meta.get("refusal") or _scope_refusal(rows)
    if rows.data.empty and refusal:
        raise Missing("Too few data", f"{where}: {refusal}.")
    if rows.data.empty:
        raise Missing("Nothing in this selection", f"{where}: no rows. {panel.empty or usual}")
    nothing = _nothing_happened(rows)
    if nothing:
        raise Missing(nothing, f"{where}. {usual}")
    reason = panel.refuse(rows.data, rows.shop.meta.get("settings") or {}) if panel.refuse else None
    if reason:
        raise Missing(*reason)


def _scope_refusal(rows: Rows) -> str:
    """Why a report has no rows in this scope alone (`meta.refusals`: scope → group of reports → reason); else nothing."""
    reasons = (rows.meta.get("refusals") or {}).get(rows.filters.scope, {})
    return str(reasons.get(rows.spec.type.partition("_")[0], ""))


def _nothing_happened(rows: Rows) -> str:
    """Of rows that count nothing at all: what there is none of, which is said in words and not by an empty axis; else nothing."""
    counted = [c.name for c in rows.spec.columns if c.unit in HAPPENED and c.name in rows.data and c.name not in rows.spec.key]
    if not counted or bool((rows.data[counted].fillna(1) != 0).any(axis=None)):
        return ""
    return f"No {column_title(counted[0]).lower()}"


def _mixes_currencies(rows: Rows) -> bool:
    """Whether amounts are missing because the scope holds several currencies: then all of them are, though there are orders."""
    data, (dimension, _) = rows.data, scope_parts(rows.filters.scope)
    money = [column.name for column in rows.spec.columns if column.unit == "money"]
    has_currencies = any(scope_parts(scope)[0] == CURRENCY for scope in rows.shop.scopes)
    has_orders = "orders" not in data.columns or bool(data["orders"].sum() > 0)
    return has_currencies and dimension != CURRENCY and has_orders and bool(money) and bool(data[money].isna().all(axis=None))


def badge(rows: Rows, note: str = "") -> Any:
    """The days that rows without periods are of; the report date where it is older than the page's; and the figure's own remark."""
    older = "" if rows.span not in ("", ALL_DAYS) else age(rows.day, rows.filters.as_of, current())
    text = " · ".join(part for part in (rows.span, older, note, rows.guests) if part)
    if not text:
        return None
    title = f"{rows.span} up to {day(rows.day, current())}" if rows.span == ALL_DAYS else rows.span or note or older
    return html.Span(text, className="ca-badge", title=title)
