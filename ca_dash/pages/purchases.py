"""Purchases: orders, revenue and its parts by day, week or month, and by hour."""

from __future__ import annotations

import dash

from ca_dash.figures import overall, purchases
from ca_dash.page import Page, layout
from ca_dash.panels import Panel

ORDERS = Panel("purchases-orders", "Orders", "stats/{grain}_orders", purchases.orders, "Sessions that ended with an order.")
REVENUE = Panel(
    "purchases-revenue",
    "Revenue",
    "stats/{grain}_revenue",
    purchases.revenue,
    "Sum of what customers paid, after discount and before refunds.",
    money=("revenue",),
)
PARTS = Panel(
    "purchases-parts",
    "Net revenue, discount, refunds",
    "stats/{grain}_revenue",
    purchases.parts,
    "Net revenue is revenue less refunds; a refund counts when it was paid back.",
    money=("revenue",),
    is_wide=True,
)
AVERAGE = Panel(
    "purchases-average",
    "Average amount per order",
    "stats/weekly_payment_amount",
    purchases.average_amount,
    "Revenue of the week divided by its orders.",
    money=("average_amount",),
    is_wide=True,
    height=260,
)
HOURS = Panel(
    "purchases-hours",
    "Orders by hour",
    "stats/hourly_orders",
    overall.hourly_orders,
    "Orders per hour of day divided by the number of days.",
    height=280,
)
REVENUE_HOURS = Panel(
    "purchases-revenue-hours",
    "Revenue by hour",
    "stats/hourly_revenue",
    overall.hourly_revenue,
    "Revenue per hour of day divided by the number of days.",
    money=("revenue_per_day",),
    height=280,
)

PAGE = Page("Purchases", "When do customers buy, and how much?", (ORDERS, REVENUE, PARTS, AVERAGE, HOURS, REVENUE_HOURS), has_grain=True)
dash.register_page(__name__, path="/purchases", name="Purchases", category="Orders", order=0, icon="bag", layout=layout(PAGE))
