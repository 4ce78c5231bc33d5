"""Spending and frequency: how much customers spend, and how often they come and order."""

from __future__ import annotations

from ca_dash.page import Page
from ca_dash.panels.stats import ORDERS_PER_CUSTOMER, PAYMENT_AMOUNTS, WEEKLY_ORDERS, WEEKLY_SESSIONS

PAGE = Page(
    "/descriptive",
    "Spending & frequency",
    "What do customers spend, and how often do they come and buy?",
    (PAYMENT_AMOUNTS, ORDERS_PER_CUSTOMER, WEEKLY_SESSIONS, WEEKLY_ORDERS),
    group="Orders",
    order=1,
    icon="bars",
)
