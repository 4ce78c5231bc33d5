"""Panels of orders, revenue and customers, and the key figures as tiles. Reports `stats/*`."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from dash import html

from ca_assets.analyses.core.family import spec_of
from ca_assets.analyses.core.report import Column
from ca_assets.contracts.report_path import ReportPath
from ca_assets.contracts.units import Grain
from ca_assets.index.protocol import NotPublished
from ca_dash.components.tiles import course_tile
from ca_dash.figures import stats
from ca_dash.figures.base import Style
from ca_dash.format import change, is_missing, money, number, short
from ca_dash.panel import Panel, Selection, Tiles

DAILY_ORDERS = Panel(
    "overall-orders",
    "Daily orders",
    "stats/daily_orders",
    stats.daily_orders,
    "Bars: orders of the day. Line: mean of the seven days up to it.",
    prepare=stats.with_week_mean,
    added=(Column("orders_mean", "float", "ratio", "Mean of the seven days up to the day"),),
    is_wide=True,
    height=320,
)
DAILY_REVENUE = Panel(
    "overall-revenue",
    "Daily revenue",
    "stats/daily_revenue",
    stats.daily_revenue,
    "Bars: what customers paid that day, before refunds. Line: mean of the seven days up to it.",
    prepare=stats.with_week_mean,
    added=(Column("revenue_mean", "float", "money", "Mean of the seven days up to the day"),),
    draws_money=True,
    is_wide=True,
    height=280,
)
WEEKDAYS = Panel(
    "overall-weekdays",
    "Orders by weekday",
    "stats/daily_orders",
    stats.weekdays,
    "Mean orders per weekday over the days of the range.",
    height=280,
)
HOURLY_ORDERS = Panel(
    "overall-hours",
    "Orders by hour",
    "stats/hourly_orders",
    stats.hourly_orders,
    "Orders per hour of day divided by the number of days.",
    height=280,
)

ORDERS = Panel("purchases-orders", "Orders", "stats/{grain}_orders", stats.orders, "Sessions that ended with an order.")
REVENUE = Panel(
    "purchases-revenue",
    "Revenue",
    "stats/{grain}_revenue",
    stats.revenue,
    "Sum of what customers paid, after discount and before refunds.",
    draws_money=True,
)
REVENUE_PARTS = Panel(
    "purchases-parts",
    "Net revenue, discount, refunds",
    "stats/{grain}_revenue",
    stats.revenue_parts,
    "Net revenue is revenue less refunds; a refund counts when it was paid back.",
    draws_money=True,
    is_wide=True,
)
AVERAGE_AMOUNT = Panel(
    "purchases-average",
    "Average amount per order",
    "stats/weekly_payment_amount",
    stats.average_amount,
    "Revenue of the week divided by its orders.",
    draws_money=True,
    is_wide=True,
    height=260,
)
HOURLY_REVENUE = Panel(
    "purchases-revenue-hours",
    "Revenue by hour",
    "stats/hourly_revenue",
    stats.hourly_revenue,
    "Revenue per hour of day divided by the number of days.",
    draws_money=True,
    height=280,
)

PAYMENT_AMOUNTS = Panel(
    "descriptive-amounts",
    "Customers by average order amount",
    "stats/payment_amount_distribution",
    stats.payment_amounts,
    "Each customer counts once, by the mean amount of his orders. The last, grey bin is open upwards.",
    draws_money=True,
)
ORDERS_PER_CUSTOMER = Panel(
    "descriptive-orders",
    "Customers by number of orders",
    "stats/orders_per_customer",
    stats.orders_per_customer,
    "Customers with exactly so many orders.",
)
WEEKLY_SESSIONS = Panel(
    "descriptive-sessions",
    "Sessions per customer and week",
    "stats/weekly_sessions_per_customer",
    stats.sessions_per_customer,
    "Sessions of the week divided by the customers with a session in it.",
)
WEEKLY_ORDERS = Panel(
    "descriptive-order-rate",
    "Orders per customer and week",
    "stats/weekly_orders_per_customer",
    stats.orders_per_active_customer,
    "Orders of the week divided by its buyers, and by all customers with a session in it.",
)


@dataclass(frozen=True)
class KeyFigure:
    """A metric of `stats/kpis`, and the series of its sparkline. More of a cost is no good news."""

    metric: str
    title: str
    report: str
    column: str
    is_money: bool = False
    is_cost: bool = False


KEY_FIGURES = (
    KeyFigure("orders", "Orders", "stats/daily_orders", "orders"),
    KeyFigure("revenue", "Revenue", "stats/daily_revenue", "revenue", is_money=True),
    KeyFigure("net_revenue", "Net revenue", "stats/daily_revenue", "net_revenue", is_money=True),
    KeyFigure("visitors", "Visitors", "stats/weekly_sessions_per_customer", "customers"),
    KeyFigure("buyers", "Buyers", "stats/weekly_orders_per_customer", "buyers"),
    KeyFigure("discount", "Discount", "stats/daily_revenue", "discount", is_money=True, is_cost=True),
)
COURSE_PERIODS: dict[Grain, int] = {"daily": 42, "weekly": 26, "monthly": 24}  # in a sparkline


def _tiles(selection: Selection, style: Style) -> list[html.Div]:
    """The last seven complete days against the seven before."""
    frame = selection.frame(ReportPath("stats", "kpis"))
    rows, age = frame.data.set_index("metric"), selection.age(frame)
    return [_tile(figure, rows.loc[figure.metric], selection, style, age) for figure in KEY_FIGURES if figure.metric in rows.index]


def _tile(figure: KeyFigure, row: pd.Series, selection: Selection, style: Style, age: str) -> html.Div:
    def text(value: float | None, *, is_short: bool = True) -> str:
        if figure.is_money:
            return money(value, style.currency, style.locale, is_short=is_short)
        return short(value, style.locale) if is_short else number(value, 0, style.locale)

    recent, total, before = row["last_7_days"], row["total"], row["previous_7_days"]
    value, when = (total, "whole history") if is_missing(recent) else (recent, "7 days")
    sums = [f"before {text(before)}", f"all time {text(total)}"]
    return course_tile(
        figure.title,
        when=", ".join(part for part in (when, age) if part),
        value=text(value),
        exact=text(value, is_short=False),
        change=_change(row["change_rate"], figure, style),
        course=_course(figure, selection),
        foot=["several currencies: choose one as the filter"] if is_missing(total) else sums,
        scheme=style.scheme,
    )


def _change(value: float | None, figure: KeyFigure, style: Style) -> html.Span | None:
    """The change with an arrow and a sign: colour is never the only mark."""
    if value is None or is_missing(value):
        return None
    arrow, direction = ("→", "flat") if abs(value) < 0.0005 else ("↑", "up") if value > 0 else ("↓", "down")
    tone = "neutral" if figure.is_cost or direction == "flat" else direction
    text = change(value, style.locale)
    return html.Span(f"{arrow} {text}", className=f"ca-change is-{tone}", title=f"{text} against the 7 days before")


def _course(figure: KeyFigure, selection: Selection) -> list[float]:
    """The newest complete periods of the metric."""
    grain = spec_of(figure.report).grain or "daily"
    try:
        data = selection.frame(ReportPath.parse(figure.report)).data
    except NotPublished:
        return []
    rows = data[data["complete"].astype(bool)].sort_values("period").tail(COURSE_PERIODS[grain])
    return [float(value) for value in rows[figure.column] if not is_missing(value)]


KEY_FIGURE_TILES = Tiles(_tiles, len(KEY_FIGURES))
