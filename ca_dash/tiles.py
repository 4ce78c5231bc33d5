"""Tiles on top of pages: a figure with its words. Overall's have the last seven days, their change, the total and a sparkline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import pandas as pd
from dash import html

from ca_assets.storage.index import IndexUnavailable, NotPublished
from ca_dash.filters import Filters, parse
from ca_dash.format import Locale, change, is_missing, money, number, short
from ca_dash.locales import current
from ca_dash.reports import Reader
from ca_dash.states import state_message
from ca_dash.theme import PALETTES, Scheme
from ca_dash.view import scope_currency

SPARK_DAYS = 42
MakeTiles = Callable[[Reader, "Place"], list[html.Div]]


@dataclass(frozen=True)
class Tile:
    """A metric of `stats/kpis` with the series of its sparkline."""

    metric: str
    title: str
    is_money: bool
    report: str
    column: str
    is_cost: bool = False


@dataclass(frozen=True)
class Place:
    """Where tiles are made: the filters of the page, how and in which currency a scope's values are written."""

    filters: Filters
    locale: Locale
    currency: str | None
    scheme: Scheme


TILES = (
    Tile("orders", "Orders", False, "stats/daily_orders", "orders"),
    Tile("revenue", "Revenue", True, "stats/daily_revenue", "revenue"),
    Tile("net_revenue", "Net revenue", True, "stats/daily_revenue", "net_revenue"),
    Tile("visitors", "Visitors", False, "stats/weekly_sessions_per_customer", "customers"),
    Tile("buyers", "Buyers", False, "stats/weekly_orders_per_customer", "buyers"),
    Tile("discount", "Discount", True, "stats/daily_revenue", "discount", is_cost=True),
)


def tiles(reader: Reader, search: str | None, scheme: Scheme, make: MakeTiles | None = None) -> list[html.Div]:
    """All tiles of a page for a URL's query; one message when there is nothing to show."""
    try:
        shop = reader.shop()
        if shop is None or not shop.report_dates:
            return []
        filters = parse(search, shop)
        place = Place(filters, current(), scope_currency(filters, shop), scheme)
        return (make or key_figures)(reader, place)
    except NotPublished as error:
        return [html.Div(state_message("No key figures yet", f"{error}; run ca load."), className="ca-tile is-empty")]
    except IndexUnavailable as error:
        return [html.Div(state_message("The store of reports does not answer", str(error), "alert"), className="ca-tile is-empty")]


def key_figures(reader: Reader, place: Place) -> list[html.Div]:
    """Orders, revenue, visitors, …: the last seven complete days against the seven before."""
    kpis = reader.frame("stats/kpis", place.filters.scope, place.filters.as_of).data.set_index("metric")
    return [_tile(tile, kpis.loc[tile.metric], _series(reader, tile, place.filters), place) for tile in TILES if tile.metric in kpis.index]


def plain_tile(title: str, value: str, foot: str, when: str = "") -> html.Div:
    """A figure without a course: title, value, and a line that says of what."""
    return html.Div(
        [
            html.Div([html.Span(title), html.Span(when, className="ca-tile-when")], className="ca-tile-title"),
            html.Div(html.Span(value, className="ca-tile-value"), className="ca-tile-main is-plain"),
            html.Div(foot, className="ca-tile-foot"),
        ],
        className="ca-tile is-plain",
        role="group",
        **{"aria-label": title},
    )


def _tile(tile: Tile, row: pd.Series, series: list[float], place: Place) -> html.Div:
    locale, currency, scheme = place.locale, place.currency, place.scheme
    recent, total, before = row["last_7_days"], row["total"], row["previous_7_days"]
    is_young = is_missing(recent)
    value = total if is_young else recent
    shown = _text(value, tile, currency, locale)
    exact = _text(value, tile, currency, locale, is_exact=True)
    sub = "whole history" if is_young else "7 days"
    sums = [f"before {_text(before, tile, currency, locale)}", f"all time {_text(total, tile, currency, locale)}"]
    lines = ["several currencies: choose one as scope"] if is_missing(total) else sums
    return html.Div(
        [
            html.Div([html.Span(tile.title), html.Span(sub, className="ca-tile-when")], className="ca-tile-title"),
            html.Div(
                [html.Span(shown, className="ca-tile-value", title=exact), _change(row["change_rate"], tile, locale)],
                className="ca-tile-main",
            ),
            _spark(series, scheme, tile.title),
            html.Div([html.Div(line) for line in lines], className="ca-tile-foot"),
        ],
        className="ca-tile",
        role="group",
        **{"aria-label": tile.title},
    )


def _text(value: float | None, tile: Tile, currency: str | None, locale: Locale, *, is_exact: bool = False) -> str:
    if tile.is_money:
        return money(value, currency, locale, is_short=not is_exact)
    return number(value, 0, locale) if is_exact else short(value, locale)


def _change(value: float | None, tile: Tile, locale: Locale) -> html.Span | None:
    """The change with an arrow and a sign: colour is never the only mark. A higher discount is not good news."""
    if value is None or is_missing(value):
        return None
    arrow, kind = ("→", "flat") if abs(value) < 0.0005 else ("↑", "up") if value > 0 else ("↓", "down")
    tone = "neutral" if tile.is_cost or kind == "flat" else kind
    words = f"{change(value, locale)} against the 7 days before"
    return html.Span(f"{arrow} {change(value, locale)}", className=f"ca-change is-{tone}", title=words)


def _series(reader: Reader, tile: Tile, filters: Filters) -> list[float]:
    try:
        data = reader.frame(tile.report, filters.scope, filters.as_of).data
    except NotPublished:
        return []
    rows = data[data["complete"].astype(bool)].sort_values("period").tail(SPARK_DAYS if "daily" in tile.report else 26)
    return [float(value) for value in rows[tile.column] if not is_missing(value)]


def _spark(values: list[float], scheme: Scheme, title: str) -> html.Div:
    """The sparkline as an image: a line over a quiet area, scaled from zero."""
    if len(values) < 2:
        return html.Div(className="ca-spark")
    top = max(values) or 1.0
    points = [f"{240 * i / (len(values) - 1):.1f},{34 - 30 * v / top:.1f}" for i, v in enumerate(values)]
    color = PALETTES[scheme][0]
    svg = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 240 36' preserveAspectRatio='none'>"
        f"<polygon points='0,36 {' '.join(points)} 240,36' fill='{color}' fill-opacity='.12'/>"
        f"<polyline points='{' '.join(points)}' fill='none' stroke='{color}' stroke-width='1.6' "
        "vector-effect='non-scaling-stroke' stroke-linejoin='round'/></svg>"
    )
    return html.Div(html.Img(src=f"data:image/svg+xml,{quote(svg)}", alt=f"Recent course of {title.lower()}"), className="ca-spark")
