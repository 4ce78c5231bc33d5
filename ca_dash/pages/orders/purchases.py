"""Purchases: orders, revenue and its parts by day, week or month, and by hour."""

from __future__ import annotations

from ca_dash.page import Page
from ca_dash.panels.stats import AVERAGE_AMOUNT, HOURLY_ORDERS, HOURLY_REVENUE, ORDERS, REVENUE, REVENUE_PARTS

PAGE = Page(
    "/purchases",
    "Purchases",
    "When do customers buy, and how much?",
    (ORDERS, REVENUE, REVENUE_PARTS, AVERAGE_AMOUNT, HOURLY_ORDERS, HOURLY_REVENUE),
    group="Orders",
    order=0,
    icon="bag",
)
