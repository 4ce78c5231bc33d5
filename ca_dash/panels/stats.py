"""Panels of orders, revenue and customers, and the key figures as tiles. Reports `stats/*`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from dash import html

from ca_assets.analyses.core.report import Column
from ca_assets.contracts.report_path import ReportPath
from ca_assets.index.protocol import NotPublished
from ca_dash.components.tiles import course_tile
from ca_dash.figures import stats
from ca_dash.figures.base import Style
from ca_dash.figures.measure import Measure
from ca_dash.filters.comparison import BEFORE, COMPARED, NOTHING, periods_back
from ca_dash.format import change, days, is_missing, money, number, short
from ca_dash.marks import stats as marks
from ca_dash.panel import Panel, Selection, Tiles

DAILY_ORDERS = Panel(
    "overall-orders",
    "Orders over time",
    "stats/{grain}_orders",
    stats.orders_over_time,
    "Bars: orders of the day, week or month. Line, of days: mean of the seven days up to each.",
    prepare=stats.with_week_mean,
    added=(Column("orders_mean", "float", "ratio", "Mean of the seven days up to the day"),),
    measure=Measure("orders", "Orders", "count", mean="orders_mean"),
    is_wide=True,
    height=320,
    behind=marks.ORDERS,
)
DAILY_REVENUE = Panel(
    "overall-revenue",
    "Revenue over time",
    "stats/{grain}_revenue",
    stats.revenue_over_time,
    "Bars: what customers paid in the day, week or month, before refunds. Line, of days: mean of the seven days up to each.",
    prepare=stats.with_week_mean,
    added=(Column("revenue_mean", "float", "money", "Mean of the seven days up to the day"),),
    measure=Measure("revenue", "Revenue", "money", mean="revenue_mean"),
    draws_money=True,
    is_wide=True,
    height=280,
    behind=marks.REVENUE,
)
WEEKDAYS = Panel(
    "overall-weekdays",
    "Orders by weekday",
    "stats/daily_orders",
    stats.weekdays,
    "Mean orders per weekday over the days of the range.",
    height=280,
    behind=marks.WEEKDAYS,
)
HOURLY_ORDERS = Panel(
    "overall-hours",
    "Orders by hour",
    "stats/hourly_orders",
    stats.hourly_orders,
    "Orders per hour of day divided by the number of days.",
    height=280,
    behind=marks.HOURS,
)

ORDERS = Panel(
    "purchases-orders",
    "Orders",
    "stats/{grain}_orders",
    stats.orders,
    "Sessions that ended with an order.",
    measure=Measure("orders", "Orders", "count"),
    behind=marks.ORDERS,
)
REVENUE = Panel(
    "purchases-revenue",
    "Revenue",
    "stats/{grain}_revenue",
    stats.revenue,
    "Sum of what customers paid, after discount and before refunds.",
    draws_money=True,
    measure=Measure("revenue", "Revenue", "money"),
    behind=marks.REVENUE,
)
REVENUE_PARTS = Panel(
    "purchases-parts",
    "Net revenue, discount, refunds",
    "stats/{grain}_revenue",
    stats.revenue_parts,
    "Net revenue is revenue less refunds; a refund counts when it was paid back.",
    draws_money=True,
    is_wide=True,
    behind=marks.REVENUE_PARTS,
)
AVERAGE_AMOUNT = Panel(
    "purchases-average",
    "Average amount per order",
    "stats/weekly_payment_amount",
    stats.average_amount,
    "Revenue of the week divided by its orders.",
    draws_money=True,
    measure=Measure("average_amount", "Average amount per order", "money"),
    is_wide=True,
    height=260,
    behind=marks.AVERAGE_AMOUNT,
)
HOURLY_REVENUE = Panel(
    "purchases-revenue-hours",
    "Revenue by hour",
    "stats/hourly_revenue",
    stats.hourly_revenue,
    "Revenue per hour of day divided by the number of days.",
    draws_money=True,
    height=280,
    behind=marks.HOURS,
)

PAYMENT_AMOUNTS = Panel(
    "descriptive-amounts",
    "Customers by average order amount",
    "stats/payment_amount_distribution",
    stats.payment_amounts,
    "Each customer counts once, by the mean amount of his orders. The last, grey bin is open upwards.",
    draws_money=True,
    behind=marks.PAYMENT_AMOUNTS,
)
ORDERS_PER_CUSTOMER = Panel(
    "descriptive-orders",
    "Customers by number of orders",
    "stats/orders_per_customer",
    stats.orders_per_customer,
    "Customers with exactly so many orders.",
    behind=marks.ORDERS_PER_CUSTOMER,
)
WEEKLY_SESSIONS = Panel(
    "descriptive-sessions",
    "Sessions per customer and week",
    "stats/weekly_sessions_per_customer",
    stats.sessions_per_customer,
    "Sessions of the week divided by the customers with a session in it.",
    measure=Measure("sessions_per_customer", "Sessions per customer", "ratio"),
    behind=marks.VISITORS,
)
WEEKLY_ORDERS = Panel(
    "descriptive-order-rate",
    "Orders per customer and week",
    "stats/weekly_orders_per_customer",
    stats.orders_per_active_customer,
    "Orders of the week divided by its buyers, and by all customers with a session in it.",
    measure=Measure("orders_per_buyer", "Orders per buyer", "ratio"),
    behind=marks.ACTIVE,
)


@dataclass(frozen=True)
class KeyFigure:
    """A metric of `stats/kpis`, and the series of its sparkline. More of a cost is no good news.

    `adds_up`: its days add up to any range. Distinct people do not; their figure is that of the last seven days, and says so.
    """

    metric: str
    title: str
    report: str
    column: str
    is_money: bool = False
    is_cost: bool = False
    adds_up: bool = True


KEY_FIGURES = (
    KeyFigure("orders", "Orders", "stats/daily_orders", "orders"),
    KeyFigure("revenue", "Revenue", "stats/daily_revenue", "revenue", is_money=True),
    KeyFigure("net_revenue", "Net revenue", "stats/daily_revenue", "net_revenue", is_money=True),
    KeyFigure("visitors", "Visitors", "stats/weekly_sessions_per_customer", "customers", adds_up=False),
    KeyFigure("buyers", "Buyers", "stats/weekly_orders_per_customer", "buyers", adds_up=False),
    KeyFigure("discount", "Discount", "stats/daily_revenue", "discount", is_money=True, is_cost=True),
)
LAST_DAYS = 7  # of people, in `stats/kpis`
COURSE_WEEKS = 26


@dataclass(frozen=True)
class Span:
    """Days from `start` to `end`."""

    start: dt.date
    end: dt.date

    def moved(self, days: int) -> Span:
        """As long, so many days earlier."""
        return Span(self.start - dt.timedelta(days), self.end - dt.timedelta(days))

    def compared(self, choice: str) -> Span:
        """The span that it is compared with: that before it of the same length, or a year of whole weeks before (more, if it is longer)."""
        return self.moved(periods_back((self.end - self.start).days + 1, "daily", choice))


@dataclass(frozen=True)
class Measured:
    """A metric over a span and over the one that it is compared with (None: with none; its value None: it has not all days), with its
    course.
    """

    span: Span
    value: float | None
    compared: Span | None
    before: float | None
    course: Sequence[float]


def _tiles(selection: Selection, style: Style) -> list[html.Div]:
    """The range against the days before it, or a year before."""
    frame = selection.frame(ReportPath("stats", "kpis"))
    rows, age = frame.data.set_index("metric"), selection.age(frame)
    shown = [figure for figure in KEY_FIGURES if figure.metric in rows.index]
    return [_tile(figure, _measured(figure, rows.loc[figure.metric], selection), rows.loc[figure.metric], style, age) for figure in shown]


def _measured(figure: KeyFigure, row: Any, selection: Selection) -> Measured:
    filters = selection.filters
    span = Span(filters.start, filters.end)
    try:
        data = selection.frame(ReportPath.parse(figure.report)).data
    except NotPublished:
        data = pd.DataFrame(columns=["period", "complete", figure.column])
    everything = Span(filters.first_day, filters.as_of)
    choice = filters.choices.get(COMPARED.name, BEFORE)
    if not figure.adds_up:
        weeks = _course(data[data["complete"].astype(bool)].sort_values("period").tail(COURSE_WEEKS)[figure.column])
        if span == everything or is_missing(row["last_7_days"]):  # all days, or a shop of fewer than seven
            return Measured(everything, _known(row["total"]), everything.compared(BEFORE), None, weeks)
        last = Span(filters.as_of - dt.timedelta(LAST_DAYS - 1), filters.as_of)
        before_last = None if choice == NOTHING else last.moved(LAST_DAYS)
        return Measured(last, _known(row["last_7_days"]), before_last, _known(row["previous_7_days"]) if before_last else None, weeks)
    compared = None if choice == NOTHING else span.compared(choice)
    values = _days_of(data, span)[figure.column]
    before = _sum(_days_of(data, compared)[figure.column]) if compared and compared.start >= filters.first_day else None
    return Measured(span, _sum(values), compared, before, _course(values))


def _days_of(data: pd.DataFrame, span: Span) -> pd.DataFrame:
    periods = pd.to_datetime(data["period"])
    return data[(periods >= pd.Timestamp(span.start)) & (periods <= pd.Timestamp(span.end))].sort_values("period")


def _known(value: float | None) -> float | None:
    return None if is_missing(value) else value


def _sum(values: pd.Series) -> float | None:
    """Null where a value is missing: amounts of several currencies are not added up."""
    numbers = pd.to_numeric(values)
    return float(numbers.sum()) if len(numbers) and numbers.notna().all() else None


def _course(values: pd.Series) -> list[float]:
    return [float(value) for value in values if not is_missing(value)]


def _tile(figure: KeyFigure, measured: Measured, row: Any, style: Style, age: str) -> html.Div:
    def text(value: float | None, *, is_short: bool = True) -> str:
        if figure.is_money:
            return money(value, style.currency, style.locale, is_short=is_short)
        return short(value, style.locale) if is_short else number(value, 0, style.locale)

    total = f"all time {text(row['total'])}"
    return course_tile(
        figure.title,
        when=", ".join(part for part in (_dates(measured.span, style), age) if part),
        value=text(measured.value),
        exact=text(measured.value, is_short=False),
        change=_change(measured, figure, style),
        course=measured.course,
        foot=["several currencies: choose one as the filter"] if is_missing(row["total"]) else [*_before(measured, text, style), total],
        scheme=style.scheme,
    )


def _before(measured: Measured, text: Callable[[float], str], style: Style) -> list[str]:
    """What it is compared with, in words; nothing where readers want no comparison."""
    if measured.compared is None:
        return []
    earlier = _dates(measured.compared, style)
    return [f"no figure for {earlier}" if measured.before is None else f"{text(measured.before)} on {earlier}"]


def _dates(span: Span, style: Style) -> str:
    return days(span.start, span.end, style.locale)


def _change(measured: Measured, figure: KeyFigure, style: Style) -> html.Span | None:
    """The change with an arrow and a sign: colour is never the only mark."""
    if measured.value is None or not measured.before or measured.compared is None:
        return None
    value = measured.value / measured.before - 1
    arrow, direction = ("→", "flat") if abs(value) < 0.0005 else ("↑", "up") if value > 0 else ("↓", "down")
    tone = "neutral" if figure.is_cost or direction == "flat" else direction
    text = change(value, style.locale)
    return html.Span(f"{arrow} {text}", className=f"ca-change is-{tone}", title=f"{text} against {_dates(measured.compared, style)}")


KEY_FIGURE_TILES = Tiles(_tiles, len(KEY_FIGURES), follow_dates=True)
