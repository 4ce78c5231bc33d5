"""From a URL to what a panel shows: rows, figure, badge; or a state that says what is missing and what to do about it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from dash import html

from ca_assets.storage.index import IndexUnavailable, NotPublished
from ca_dash.filters import Filters, coarser, cut, parse, whole_periods
from ca_dash.format import day, days, scope_label, weekday_number
from ca_dash.graph import EMPTY
from ca_dash.locales import current
from ca_dash.needs import need_of
from ca_dash.panels import Panel
from ca_dash.reports import Reader, ShopView
from ca_dash.states import Missing, state_message
from ca_dash.tables import table
from ca_dash.theme import Scheme, Style

WINDOW_NAMES = {"7d": "Last 7 days", "28d": "Last 28 days", "90d": "Last 90 days", "365d": "Last 365 days", "all": "All days"}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PanelView:
    """What a panel shows: a figure or a table or a state, and its badge."""

    figure: go.Figure | dict[str, Any]
    state: Any = None
    badge: Any = None
    table: Any = None


@dataclass(frozen=True)
class Rows:
    """A panel's rows for the filters; `path` carries the window; `badge` names it when the report is no series."""

    data: pd.DataFrame
    path: str
    filters: Filters
    shop: ShopView
    badge: str = ""
    is_inexact: bool = False


def panel_view(reader: Reader, panel: Panel, search: str | None, scheme: Scheme) -> PanelView:
    """The panel for a URL's query: never raises for what users can cause or a store can do."""
    try:
        rows = panel_rows(reader, panel, search)
        _refuse(panel, rows)
        style = style_of(rows, scheme, product_names(reader, rows) if panel.has_names else {})
        if panel.figure is None:
            return PanelView(EMPTY, badge=_badge(rows), table=_table(panel, rows, style))
        figure = panel.figure(data=rows.data, style=style)
        return PanelView(figure, badge=_badge(rows, str((figure.layout.meta or {}).get("note", ""))))
    except Missing as missing:
        return PanelView(EMPTY, state_message(missing.title, missing.remedy))
    except IndexUnavailable as error:
        log.warning("panel %s: %s", panel.id, error)
        return PanelView(EMPTY, state_message("The store of reports does not answer", str(error), "alert"))


def panel_rows(reader: Reader, panel: Panel, search: str | None) -> Rows:
    """Rows of a panel's report for a URL's query. Raises Missing and IndexUnavailable."""
    shop = reader.shop()
    if shop is None or not shop.report_dates:
        raise Missing("No data yet", "Load a shop: ca sources apply shop.yaml, then ca load; or try ca demo.")
    filters = coarser(parse(search, shop)) if panel.adds_days else parse(search, shop)
    path, spec = panel.path(filters.values), panel.spec(filters.values)
    need = need_of(panel.needs or (spec.needs if spec else ()), shop)
    if need:
        raise Missing(*need)
    window, is_exact = filters.nearest_window()
    has_windows = bool(spec and spec.has_windows)
    suffix = f"@{window}" if has_windows and window != "all" else ""
    data = _frame(reader, path + suffix, filters)
    data = panel.prepare(data) if panel.prepare else data
    is_cut = not panel.ignores_range and bool({"period", "cohort"} & set(data.columns))
    if is_cut:
        data = cut(data, whole_periods(filters, weekday_number(shop.week_start)) if panel.adds_days else filters, path)
    badge = WINDOW_NAMES[window] if has_windows else "" if is_cut else "All days"
    return Rows(data, path + suffix, filters, shop, badge, has_windows and not is_exact)


def style_of(rows: Rows, scheme: Scheme, names: Mapping[str, str] | None = None) -> Style:
    """The figure's style for a shop, the reader's colour scheme, locale and choices."""
    filters, shop = rows.filters, rows.shop
    return Style(scheme, scope_currency(filters, shop), current(), filters.grain, shop.week_start, filters.values, names or {})


def product_names(reader: Reader, rows: Rows) -> dict[str, str]:
    """Names of the scope's best sold products by their ids; empty when names are not mapped."""
    try:
        data = reader.frame("products/top_products", rows.filters.scope, rows.filters.as_of).data
    except NotPublished:
        return {}
    named = data.dropna(subset=["product_name"])
    return dict(zip(named["product"], named["product_name"], strict=True))


def _table(panel: Panel, rows: Rows, style: Style) -> Any:
    data = panel.rows(data=rows.data, style=style) if panel.rows else rows.data
    return table(data=data, spec=panel.spec(rows.filters.values), currency=style.currency, height=f"{panel.height}px")


def _frame(reader: Reader, path: str, filters: Filters) -> pd.DataFrame:
    try:
        return reader.frame(path, filters.scope, filters.as_of).data
    except NotPublished:
        raise Missing(
            "This report has not been computed yet",
            f"{path} for {scope_label(filters.scope)} as of {day(filters.as_of, current())} is not published; run ca load.",
        ) from None


def _refuse(panel: Panel, rows: Rows) -> None:
    """Say why there is nothing to draw, instead of drawing nothing."""
    where = scope_label(rows.filters.scope)
    mixed = [c for c in panel.money if c in rows.data.columns]
    if _mixes_currencies(rows) and (mixed or (panel.money and rows.data.empty)):
        raise Missing(
            "Several currencies", f"{where} has orders in more than one currency, which are never added up. Choose a currency as the scope."
        )
    if rows.data.empty:
        span = rows.badge or days(rows.filters.start, rows.filters.end, current())
        raise Missing("Nothing in this selection", f"{where}, {span}: no rows. Choose a longer range or another scope.")
    refusal = panel.refuse(rows.data, rows.shop.meta.get("settings") or {}) if panel.refuse else None
    if refusal:
        raise Missing(*refusal)


def _mixes_currencies(rows: Rows) -> bool:
    """Two currencies make `currency` a dimension; then money is null in scopes that hold both."""
    money = [c for c in ("revenue", "average_amount", "revenue_per_day") if c in rows.data.columns]
    has_orders = "orders" not in rows.data.columns or rows.data["orders"].sum() > 0
    has_currencies = any(scope.startswith("currency=") for scope in rows.shop.scopes)
    return has_currencies and has_orders and all(bool(rows.data[c].isna().all()) for c in money)


def scope_currency(filters: Filters, shop: ShopView) -> str | None:
    """The scope's currency: its own when the scope is a currency, else the shop's."""
    dimension, _, value = filters.scope.partition("=")
    return value if dimension == "currency" and not value.startswith("__") else shop.currency


def _badge(rows: Rows, note: str = "") -> Any:
    if not rows.badge and not note:
        return None
    text = f"{rows.badge}, nearest to the range" if rows.is_inexact else rows.badge
    title = f"{rows.badge} up to {day(rows.filters.as_of, current())}" if rows.badge else note
    return html.Span(" · ".join(part for part in (text, note) if part), className="ca-badge", title=title)
