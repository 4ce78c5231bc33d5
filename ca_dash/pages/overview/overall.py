"""Overall: how the shop does, at a glance."""

from __future__ import annotations

from ca_dash.page import Page
from ca_dash.panels.churn import OVERALL as CHURN
from ca_dash.panels.churn import WEEKLY as WEEKLY_CHURN
from ca_dash.panels.journey import AVERAGE as JOURNEY
from ca_dash.panels.products import TOP_CATEGORIES, TOP_PRODUCTS
from ca_dash.panels.segments import TREEMAP
from ca_dash.panels.stats import DAILY_ORDERS, DAILY_REVENUE, HOURLY_ORDERS, KEY_FIGURE_TILES, WEEKDAYS

PAGE = Page(
    "/",
    "Overall",
    "How is the shop doing, and is it doing better than before?",
    (DAILY_ORDERS, DAILY_REVENUE, JOURNEY, CHURN, WEEKLY_CHURN, TREEMAP, TOP_PRODUCTS, TOP_CATEGORIES, WEEKDAYS, HOURLY_ORDERS),
    group="Overview",
    order=0,
    icon="home",
    tiles=KEY_FIGURE_TILES,
)
