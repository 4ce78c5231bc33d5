"""Promotions: what each brought and cost, and what customers buy without one."""

from __future__ import annotations

import dash

from ca_dash.figures import promotions
from ca_dash.page import Page, layout
from ca_dash.panels import Panel

NEEDS = ("promotion_id",)
SUMMARY = Panel(
    "promotions-summary",
    "Promotions at a glance",
    "promotions/summary",
    None,
    "Orders, customers, revenue (after discount, before refunds), discount, average amount; the share of first orders with its 95% "
    "interval; orders per customer. The last row adds up what adds up.",
    rows=promotions.summary,
    needs=NEEDS,
    is_wide=True,
    height=340,
)
ORDERS = Panel(
    "promotions-orders",
    "Orders with and without a promotion",
    "promotions/daily_share",
    promotions.daily_orders,
    "Organic orders have no promotion. Added up to the chosen periods.",
    adds_days=True,
    needs=NEEDS,
)
RATE = Panel(
    "promotions-rate",
    "Share of promoted orders",
    "promotions/daily_share",
    promotions.daily_rate,
    "Orders with a promotion divided by all orders of the day, week or month; band: 95% Wilson interval.",
    adds_days=True,
    needs=NEEDS,
)
HOURS = Panel(
    "promotions-hours",
    "Orders by hour",
    "promotions/hourly_share",
    promotions.hourly_orders,
    "Orders by the hour of day at which the session began, per day of the window.",
    needs=NEEDS,
    height=280,
)
HOURLY_RATE = Panel(
    "promotions-hourly-rate",
    "Share of promoted orders by hour",
    "promotions/hourly_share",
    promotions.hourly_rate,
    "Orders with a promotion divided by all orders of the hour; whiskers: 95% Wilson interval.",
    needs=NEEDS,
    height=280,
)
BY_PROMOTION = Panel(
    "promotions-amounts",
    "Revenue and discount by promotion",
    "promotions/daily_revenue",
    promotions.by_promotion,
    "Sums over the days of the range. The promotions with most orders stand alone, the rest is one bar.",
    money=("revenue",),
    needs=NEEDS,
    height=400,
)
REVENUE = Panel(
    "promotions-revenue",
    "Revenue of promotions over time",
    "promotions/daily_revenue",
    promotions.revenue_trend,
    "Revenue of the five largest promotions of the range; the other promoted orders are one line.",
    money=("revenue",),
    adds_days=True,
    needs=NEEDS,
    height=400,
)
DISCOUNT = Panel(
    "promotions-discount",
    "Discount of promotions over time",
    "promotions/daily_revenue",
    promotions.discount_trend,
    "Discount given with the five largest promotions of the range; the other promoted orders are one line.",
    money=("discount",),
    adds_days=True,
    needs=NEEDS,
    is_wide=True,
    height=300,
)

PAGE = Page(
    "Promotions",
    "What do promotions bring, what do they cost, and whom do they bring?",
    (SUMMARY, ORDERS, RATE, BY_PROMOTION, REVENUE, HOURS, HOURLY_RATE, DISCOUNT),
    has_grain=True,
    needs=NEEDS,
    note="Revenue with a promotion is not revenue because of it: many of these orders would have come anyway.",
)
dash.register_page(__name__, path="/promotions", name="Promotions", category="Products", order=1, icon="tag", layout=layout(PAGE))
