"""The page of one product, client, promotion or dimension value: four tiles, its course by day, what is bought with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import plotly.graph_objects as go
from dash import dcc, html

from ca_assets.analyses.search_terms.specs import TABLES, Subject
from ca_assets.index.protocol import IndexUnavailable, NotPublished
from ca_assets.on_demand.request import NotComputed
from ca_dash.components.graph import graph
from ca_dash.components.icons import icon
from ca_dash.components.states import Missing, unavailable
from ca_dash.components.tiles import plain_tile
from ca_dash.figures import subject as figures
from ca_dash.figures.base import Style
from ca_dash.figures.segment import segment_name
from ca_dash.format import column_title, counted, day, decimals, money, number, rate, scope_label
from ca_dash.locales import current
from ca_dash.reports import Reader, ShopView
from ca_dash.search.url import NOUNS, href
from ca_dash.theme import Scheme

HEIGHT = 300
Rows = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Chart:
    """A card of the page: its title, the table that it draws, how, and what it says of itself."""

    title: str
    table: str
    draw: Callable[..., tuple[go.Figure, pd.DataFrame]]
    about: str


ORDERS = Chart("Orders", "daily", figures.orders, "Orders over the time since the shop’s first session.")
REVENUE = Chart("Revenue", "daily", figures.revenue, "What these orders brought, before refunds.")
LINE_VALUE = Chart("Line value", "daily", figures.line_value, "Price × quantity of the product’s own lines, before discounts and refunds.")
TOGETHER = Chart("Bought together", "related", figures.related, "Other products in the same orders, those in most of them first.")
BOUGHT = Chart("Products", "related", figures.related, "Products in these orders, those in most of them first.")
SHARE = Chart("Share of all orders", "daily", figures.share, "Of the shop’s orders those with the promotion.")
MONEY = Chart("Revenue and discount", "daily", figures.revenue_and_discount, "What these orders brought, and what was given off.")
CUSTOMERS = Chart("Customers per day", "daily", figures.customers, "Customers with an order; over weeks and months the mean of the days.")
CHARTS: Mapping[str, tuple[Chart, ...]] = {
    "product": (ORDERS, LINE_VALUE, TOGETHER),
    "client": (ORDERS, REVENUE, BOUGHT),
    "promotion": (SHARE, MONEY, BOUGHT),
    "dimension": (ORDERS, REVENUE, CUSTOMERS),
}


def content(kind: str) -> html.Div:
    """The page, for a callback to fill."""
    pending = [html.H1(NOUNS[kind].capitalize()), html.Div(className="ca-list-pending is-pending")]
    return html.Div(pending, id="subject", className="ca-page ca-subject")


def page(reader: Reader, subject: Subject, scheme: Scheme) -> list[Any]:
    """What the page shows, or why it shows nothing."""
    try:
        shop = reader.shop()
        if shop is None or shop.report_date is None:
            raise Missing("No data yet", "Load a shop: ca sources apply shop.yaml, then ca load; or try ca demo.")
        if not subject.value:
            raise Missing("Nothing is named", "Search for a product, customer, promotion or filter.")
        rows = {name: table.to_pandas(date_as_object=False) for name, table in reader.subject(subject, shop.report_date).items()}
        facts = reader.facts(subject)
    except (NotComputed, NotPublished) as error:
        return [*_head(subject, None, None), Missing("This cannot be shown", str(error)).message()]
    except Missing as missing:
        return [*_head(subject, None, None), missing.message()]
    except IndexUnavailable as error:
        return [*_head(subject, None, None), unavailable(error)]
    totals = rows["totals"].iloc[0]
    currency = totals["currency"] if isinstance(totals["currency"], str) else None
    style = Style(scheme, currency, current(), week_start=shop.week_start, day=shop.report_date)
    tiles = html.Div(_tiles(subject, totals, facts, shop.report_date, currency), className="ca-tiles has-4")
    cards = [_card(number_, chart, rows, subject, style) for number_, chart in enumerate(CHARTS[subject.kind])]
    return [*_head(subject, facts, shop), tiles, html.Div(cards, className="ca-panels")]


def _head(subject: Subject, facts: Mapping[str, Any] | None, shop: ShopView | None) -> list[Any]:
    """What it is, and the way to pages that can be filtered by it."""
    name = scope_label(subject.value) if subject.kind == "dimension" else str((facts or {}).get("label") or subject.value)
    said = [NOUNS[subject.kind].capitalize()]
    if name != subject.value and subject.kind == "product":
        said.append(subject.value)
    if shop and shop.report_date:
        said.append(f"as of {day(shop.report_date, current())}")
    parts: list[Any] = [html.H1(name, className="ca-subject-title"), html.P(" · ".join(said), className="ca-question")]
    if shop and subject.kind == "dimension" and subject.value in shop.scopes:
        link = dcc.Link("Open all pages with this filter", href=f"/?{urlencode({'scope': subject.value})}", className="ca-state-link")
        parts.append(link)
    return [html.Div(parts, className="ca-page-head")]


def _tiles(subject: Subject, totals: pd.Series, facts: Mapping[str, Any], report_date: dt.date, currency: str | None) -> Sequence[html.Div]:
    """Four figures of all time."""
    locale, orders, customers = current(), int(totals["orders"]), int(totals["customers"])
    several = "in several currencies, which are never added up"
    revenue = money(totals["revenue"], currency, locale, is_short=True)
    since = f"since {day(pd.Timestamp(totals['first_order']).date(), locale)}" if orders else "none so far"
    tiles = [
        plain_tile("Orders", number(orders, 0, locale), since),
        plain_tile(
            "Line value" if subject.kind == "product" else "Spent" if subject.kind == "client" else "Revenue",
            revenue if currency else "–",
            (f"{number(totals['units'], 0, locale)} units" if subject.kind == "product" else "before refunds") if currency else several,
        ),
    ]
    share = customers and totals["repeat_customers"] / customers
    repeat = f"{number(totals['repeat_customers'], 0, locale)} of {counted(customers, 'customer', locale)}"
    discount = money(totals["discount"], currency, locale, is_short=True) if currency else "–"
    average = money(totals["revenue"] / orders, currency, locale) if orders and currency else "–"
    last = [] if not orders else [pd.Timestamp(totals["last_order"]).date()]
    since_last = f"{number((report_date - last[0]).days, 0, locale)} days" if last else "–"
    segment = segment_name(facts["segment"]) if facts.get("segment") else "–"
    return [
        *tiles,
        *{
            "product": (
                plain_tile("Customers", number(customers, 0, locale), "with an order of it"),
                plain_tile("Bought it again", rate(share, 1, locale) if customers else "–", repeat),
            ),
            "client": (
                plain_tile("Since the last order", since_last, f"on {day(last[0], locale)}" if last else "no order yet"),
                plain_tile("Segment", segment, _prediction(facts, locale)),
            ),
            "promotion": (
                plain_tile("Discount", discount, "given with these orders"),
                plain_tile("Customers", number(customers, 0, locale), repeat.replace(" of ", " used it again, of ")),
            ),
            "dimension": (
                plain_tile("Customers", number(customers, 0, locale), "with an order here"),
                plain_tile("Average order", average, "revenue by orders"),
            ),
        }[subject.kind],
    ]


def _prediction(facts: Mapping[str, Any], locale: Any) -> str:
    """What a customer is expected to spend, when there is a prediction."""
    if facts.get("revenue_expected") is None:
        return "no prediction of spending"
    weeks = number(facts["horizon_weeks"], 0, locale)
    return f"{money(facts['revenue_expected'], facts.get('currency'), locale)} expected in {weeks} weeks"


def _card(place: int, chart: Chart, rows: Rows, subject: Subject, style: Style) -> html.Section:
    """A chart with its table and its download."""
    name = f"subject-{place}"
    head = html.Div([html.H2(chart.title, id=f"title-{name}", className="ca-panel-title")], className="ca-panel-head")
    data = rows[chart.table]
    if data.empty or not (data["orders"] > 0).any():
        state = Missing("No orders", "There are none up to the report date.").message()
        return html.Section([head, html.Div(state, className="ca-panel-body has-state")], className="ca-panel", **_named(name))
    if chart.table == "daily" and data["revenue"].isna().all() and chart in (REVENUE, LINE_VALUE, MONEY):
        state = Missing("Several currencies", "Orders in several currencies are never added up.").message()
        return html.Section([head, html.Div(state, className="ca-panel-body has-state")], className="ca-panel", **_named(name))
    figure, drawn = chart.draw(data=data, style=style)
    place_ = graph(name, HEIGHT)
    place_.figure = figure
    csv = html.A(
        [icon("download", 16), "CSV"],
        href=f"/export/search/{subject.kind}/{chart.table}.csv?{urlencode({'value': subject.value})}",
        className="ca-list-csv",
        download="",
        **{"aria-label": f"{chart.title} as CSV"},
    )
    table = html.Details([html.Summary("As a table"), _table(chart, drawn, style)], className="ca-subject-table")
    about = html.P(chart.about, className="ca-muted")
    return html.Section([head, about, html.Div(place_, className="ca-panel-body"), table, csv], className="ca-panel", **_named(name))


def _named(name: str) -> dict[str, str]:
    return {"aria-labelledby": f"title-{name}"}


def _table(chart: Chart, rows: pd.DataFrame, style: Style) -> html.Div:
    columns = [column for column in TABLES[chart.table] if column.name in rows]
    head = html.Thead(html.Tr([html.Th(column_title(column.name), scope="col") for column in columns]))
    lines = [html.Tr([html.Td(_cell(row[column.name], column.unit, style)) for column in columns]) for row in rows.to_dict("records")[::-1]]
    content = html.Table([html.Caption(chart.title, className="ca-unseen"), head, html.Tbody(lines)], className="ca-list-table")
    return html.Div(content, className="ca-list-rows", tabIndex=0, role="region", **{"aria-label": f"{chart.title} as a table"})


def _cell(value: Any, unit: str, style: Style) -> Any:
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return "–"
    if unit == "date":
        return day(pd.Timestamp(value).date(), style.locale)
    if unit == "money":
        return money(value, style.currency, style.locale)
    if unit == "text":
        return dcc.Link(str(value), href=href("product", str(value)))
    digits = 0 if unit == "count" else min(2, decimals(style.currency))
    return number(value, digits, style.locale)
