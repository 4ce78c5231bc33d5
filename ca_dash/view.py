"""From a URL to what a panel shows: rows, figure, badge; or a state that says what is missing and what to do about it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from dash import html

from ca_assets.storage.index import IndexUnavailable, NotPublished
from ca_dash.filters import Filters, cut, parse
from ca_dash.format import day, days, locale_of, scope_label
from ca_dash.graph import EMPTY
from ca_dash.icons import icon
from ca_dash.panels import Panel
from ca_dash.reports import Reader, ShopView
from ca_dash.theme import Scheme, Style

WINDOW_NAMES = {"7d": "Last 7 days", "28d": "Last 28 days", "90d": "Last 90 days", "365d": "Last 365 days", "all": "All days"}
log = logging.getLogger(__name__)


class Missing(LookupError):
    """Nothing to show; carries a title and what to do, both for users."""

    def __init__(self, title: str, remedy: str) -> None:
        super().__init__(title)
        self.title, self.remedy = title, remedy


@dataclass(frozen=True)
class PanelView:
    """What a panel shows: a figure or a state, and its badge."""

    figure: go.Figure | dict[str, Any]
    state: Any = None
    badge: Any = None


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
        return PanelView(panel.figure(data=rows.data, style=style_of(rows, scheme)), badge=_badge(rows))
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
    filters = parse(search, shop)
    path = panel.path(filters.grain)
    spec = panel.spec(filters.grain)
    window, is_exact = filters.nearest_window()
    has_windows = bool(spec and spec.has_windows)
    suffix = f"@{window}" if has_windows and window != "all" else ""
    data = _frame(reader, path + suffix, filters)
    data = panel.prepare(data) if panel.prepare else data
    if not panel.ignores_range:
        data = cut(data, filters, path)
    badge = WINDOW_NAMES[window] if has_windows else "All days" if panel.ignores_range or "period" not in data else ""
    return Rows(data, path + suffix, filters, shop, badge, has_windows and not is_exact)


def style_of(rows: Rows, scheme: Scheme) -> Style:
    """The figure's style for a shop and the reader's colour scheme."""
    return Style(scheme, scope_currency(rows.filters, rows.shop), locale_of(rows.shop.locale), rows.filters.grain)


def state_message(title: str, remedy: str, picture: str = "empty") -> html.Div:
    """An empty or failed panel in words."""
    return html.Div(
        [icon(picture, 28), html.P(title, className="ca-state-title"), html.P(remedy, className="ca-muted")], className="ca-state"
    )


def _frame(reader: Reader, path: str, filters: Filters) -> pd.DataFrame:
    try:
        return reader.frame(path, filters.scope, filters.as_of).data
    except NotPublished:
        raise Missing(
            "This report has not been computed yet",
            f"{path} for {scope_label(filters.scope)} as of {day(filters.as_of)} is not published; run ca load.",
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
        span = rows.badge or days(rows.filters.start, rows.filters.end)
        raise Missing("Nothing in this selection", f"{where}, {span}: no rows. Choose a longer range or another scope.")


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


def _badge(rows: Rows) -> Any:
    if not rows.badge:
        return None
    text = f"{rows.badge}, nearest to the range" if rows.is_inexact else rows.badge
    return html.Span(text, className="ca-badge", title=f"{rows.badge} up to {day(rows.filters.as_of)}")
