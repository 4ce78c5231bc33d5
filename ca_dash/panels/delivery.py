"""Panels of deliveries, and their key figures as tiles. Reports `delivery/*`."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from ca_assets.contracts.report_path import ReportPath
from ca_assets.index.protocol import NotPublished
from ca_assets.on_demand.request import NotComputed
from ca_dash.components.states import state_message
from ca_dash.components.tiles import plain_tile
from ca_dash.figures import delivery
from ca_dash.figures.base import Style
from ca_dash.figures.delivery import DURATION, DURATIONS, minutes_text
from ca_dash.format import DASH, counted, days, interval, is_missing, number, rate
from ca_dash.marks import delivery as marks
from ca_dash.panel import Panel, Selection, Tiles

BY_DAY = Panel(
    "delivery-days",
    "Time to deliver by day",
    "delivery/daily",
    delivery.by_day,
    "From the order to the delivery, by the day of the delivery: half of the day’s deliveries came within the lower line, nine in ten "
    "within the upper one.",
    height=300,
    behind=marks.BY_DAY,
)
ON_TIME = Panel(
    "delivery-on-time",
    "Deliveries on time",
    "delivery/daily",
    delivery.on_time,
    "Deliveries that came by the promised date, of all with one; a date without a time of day promises the whole day. Band: 95% Wilson "
    "interval. Added up to the chosen periods.",
    adds_days=True,
    height=300,
    behind=marks.ON_TIME,
)
HOURS = Panel(
    "delivery-hours",
    "When it is slow",
    "delivery/{duration}_weekday_hour",
    delivery.weekday_hour,
    "Mean duration by weekday and hour of the order; the darker, the longer. Outlined: longer than the number of deliveries and their "
    "usual spread explain. Cells of fewer than 5 deliveries are empty.",
    choices=(DURATION,),
    height=560,
    behind=marks.CELLS,
)
PLACES = Panel(
    "delivery-places",
    "Where it is slow",
    "delivery/{duration}_locations",
    delivery.locations,
    "Every location (a cell of about 150 m), larger with more deliveries; diamonds are slow ones: three deliveries or more that take "
    "longer than chance explains. Many locations are gathered in circles. Drag to move, scroll to zoom.",
    choices=(DURATION,),
    height=560,
    behind=marks.PLACES,
)
LATENESS = Panel(
    "delivery-lateness",
    "What lateness costs",
    "delivery/lateness",
    delivery.lateness,
    "Of promised deliveries whose 30 days have passed: how many customers ordered again, and how many orders were refunded. Whiskers: 95% "
    "Wilson interval. Late deliveries may differ in more than their lateness.",
    is_wide=True,
    height=300,
    behind=marks.LATENESS,
)
TRANSACTIONS = Panel(
    "delivery-abnormal",
    "Abnormal deliveries",
    "delivery/abnormal_transactions",
    None,
    "Ordered at a slow weekday and hour, and brought to a slow location, a slow customer, or both (rule 1).",
    table=delivery.transactions,
    empty="No delivery was ordered at a slow hour and brought to a slow place or customer.",
    is_wide=True,
    height=320,
)
CUSTOMERS = Panel(
    "delivery-customers",
    "Customers who wait longest",
    "delivery/abnormal_customers",
    None,
    "Customers with three deliveries or more whose mean is longer than chance explains.",
    table=delivery.customers,
    empty="No customer waits longer than chance explains.",
    is_wide=True,
    height=320,
    behind=marks.CUSTOMERS,
)


def _tiles(selection: Selection, style: Style) -> list[html.Div]:
    """The durations, punctuality and what is open, of the range."""
    try:
        kpis = selection.frame_of_range(ReportPath("delivery", "kpis")).data.set_index("duration")
        totals = selection.frame_of_range(ReportPath("delivery", "totals")).data
    except (NotComputed, NotPublished):
        return [html.Div(state_message("No key figures", "There are none of deliveries for these days."), className="ca-tile is-empty")]
    when = days(selection.filters.start, selection.filters.end, style.locale)
    tiles = [_duration(title, kpis.loc[name] if name in kpis.index else None, when, style) for name, title in DURATIONS]
    return [*tiles, *_totals(totals.iloc[0] if len(totals) else None, when, style)]


def _duration(title: str, row: Any, when: str, style: Style) -> html.Div:
    if row is None or not row["deliveries"]:
        return plain_tile(title, DASH, "not connected" if row is None else "no delivery", when)
    mean, p90 = minutes_text(row["mean_minutes"], style), minutes_text(row["p90_minutes"], style)
    foot = f"median; mean {mean}, 9 in 10 within {p90}"
    if row["impossible"]:
        foot += f"; {number(row['impossible'], 0, style.locale)} impossible left out"
    return plain_tile(title, minutes_text(row["p50_minutes"], style), foot, when)


def _totals(row: pd.Series | None, when: str, style: Style) -> list[html.Div]:
    if row is None:
        return [plain_tile(title, DASH, "no orders", when) for title in ("On time", "Open orders")]
    punctual = "no promised dates" if is_missing(row["promised"]) else "no promised delivery"
    if not is_missing(row["on_time_rate"]):
        bounds = interval(row["on_time_rate_low"], row["on_time_rate_high"], style.locale)
        punctual = f"{number(row['on_time'], 0, style.locale)} of {number(row['promised'], 0, style.locale)}, {bounds}"
        if not is_missing(row["mean_late_minutes"]):
            punctual += f"; late ones by {minutes_text(row['mean_late_minutes'], style)}"
    delivered = f"{number(row['deliveries'], 0, style.locale)} delivered"
    if not is_missing(row["locations"]):
        delivered += f" to {counted(row['locations'], 'location', style.locale)}"
    return [
        plain_tile("On time", rate(row["on_time_rate"], 1, style.locale), punctual, when),
        plain_tile("Open orders", number(row["open"], 0, style.locale), delivered, when),
    ]


TILES = Tiles(_tiles, 6, follow_dates=True)
