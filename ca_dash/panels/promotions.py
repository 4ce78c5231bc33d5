"""Panels of promotions: what each brought and cost, and what customers buy without one. Reports `promotions/*`."""

from __future__ import annotations

from ca_dash.figures import promotions
from ca_dash.marks import promotions as marks
from ca_dash.panel import Panel

SUMMARY = Panel(
    "promotions-summary",
    "Promotions at a glance",
    "promotions/summary",
    None,
    "Orders, customers, revenue (after discount, before refunds), discount, average amount; the share of first orders with its 95% "
    "interval; orders per customer. The last row adds up what adds up.",
    table=promotions.summary,
    is_wide=True,
    height=340,
    behind=marks.SUMMARY,
)
ORDERS = Panel(
    "promotions-orders",
    "Orders with and without a promotion",
    "promotions/daily_share",
    promotions.daily_orders,
    "Organic orders have no promotion. Added up to the chosen periods.",
    adds_days=True,
    behind=marks.DAILY_ORDERS,
)
RATE = Panel(
    "promotions-rate",
    "Share of promoted orders",
    "promotions/daily_share",
    promotions.daily_rate,
    "Orders with a promotion divided by all orders of the day, week or month; band: 95% Wilson interval.",
    adds_days=True,
    behind=marks.DAILY_RATE,
)
HOURS = Panel(
    "promotions-hours",
    "Orders by hour",
    "promotions/hourly_share",
    promotions.hourly_orders,
    "Orders by the hour of day at which the session began, per day of the window.",
    height=280,
    behind=marks.HOURS,
)
HOURLY_RATE = Panel(
    "promotions-hourly-rate",
    "Share of promoted orders by hour",
    "promotions/hourly_share",
    promotions.hourly_rate,
    "Orders with a promotion divided by all orders of the hour; whiskers: 95% Wilson interval.",
    height=280,
    behind=marks.HOURLY_RATE,
)
BY_PROMOTION = Panel(
    "promotions-amounts",
    "Revenue and discount by promotion",
    "promotions/daily_revenue",
    promotions.by_promotion,
    "Sums over the days of the range. The promotions with most orders stand alone, the rest is one bar.",
    draws_money=True,
    height=400,
    behind=marks.BY_PROMOTION,
)
REVENUE = Panel(
    "promotions-revenue",
    "Revenue of promotions over time",
    "promotions/daily_revenue",
    promotions.revenue_trend,
    "Revenue of the five largest promotions of the range; the other promoted orders are one line.",
    draws_money=True,
    adds_days=True,
    height=400,
    behind=marks.REVENUE,
)
DISCOUNT = Panel(
    "promotions-discount",
    "Discount of promotions over time",
    "promotions/daily_revenue",
    promotions.discount_trend,
    "Discount given with the five largest promotions of the range; the other promoted orders are one line.",
    draws_money=True,
    adds_days=True,
    is_wide=True,
    height=300,
    behind=marks.DISCOUNT,
)
