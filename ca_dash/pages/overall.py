"""Overall: how the shop does, at a glance."""

from __future__ import annotations

import dash

from ca_dash.figures import overall
from ca_dash.page import Page, layout
from ca_dash.pages.churn import OVERALL as CHURN
from ca_dash.pages.churn import WEEKLY as WEEKLY_CHURN
from ca_dash.pages.journey import AVERAGE as JOURNEY
from ca_dash.pages.products import CATEGORIES as TOP_CATEGORIES
from ca_dash.pages.products import TOP as TOP_PRODUCTS
from ca_dash.panels import Panel
from ca_dash.tiles import key_figures

ORDERS = Panel(
    "overall-orders",
    "Daily orders",
    "stats/daily_orders",
    overall.daily_orders,
    "Bars: orders of the day. Line: mean of the seven days up to it.",
    overall.with_week_mean,
    is_wide=True,
    height=320,
)
REVENUE = Panel(
    "overall-revenue",
    "Daily revenue",
    "stats/daily_revenue",
    overall.daily_revenue,
    "Bars: what customers paid that day, before refunds. Line: mean of the seven days up to it.",
    overall.with_week_mean,
    money=("revenue",),
    is_wide=True,
    height=280,
)
WEEKDAYS = Panel(
    "overall-weekdays",
    "Orders by weekday",
    "stats/daily_orders",
    overall.weekdays,
    "Mean orders per weekday over the days of the range.",
    height=280,
)
HOURS = Panel(
    "overall-hours",
    "Orders by hour",
    "stats/hourly_orders",
    overall.hourly_orders,
    "Orders per hour of day divided by the number of days.",
    height=280,
)

PAGE = Page(
    "Overall",
    "How is the shop doing, and is this week better than the last?",
    (ORDERS, REVENUE, JOURNEY, CHURN, WEEKLY_CHURN, TOP_PRODUCTS, TOP_CATEGORIES, WEEKDAYS, HOURS),
    tiles=key_figures,
    uses_download=True,  # the journey begins there
)
dash.register_page(__name__, path="/", name="Overall", category="Overview", order=0, icon="home", layout=layout(PAGE))
