"""Descriptive: how much customers spend, and how often they come and order."""

from __future__ import annotations

import dash

from ca_dash.figures import descriptive
from ca_dash.page import Page, layout
from ca_dash.panels import Panel

AMOUNTS = Panel(
    "descriptive-amounts",
    "Customers by average order amount",
    "stats/payment_amount_distribution",
    descriptive.payment_amounts,
    "Each customer counts once, by the mean amount of his orders. The last, grey bin is open upwards.",
    money=("customers",),
)
ORDERS = Panel(
    "descriptive-orders",
    "Customers by number of orders",
    "stats/orders_per_customer",
    descriptive.orders_per_customer,
    "Customers with exactly so many orders.",
)
VISITS = Panel(
    "descriptive-sessions",
    "Sessions per customer and week",
    "stats/weekly_sessions_per_customer",
    descriptive.sessions_per_customer,
    "Sessions of the week divided by the customers with a session in it.",
)
RATE = Panel(
    "descriptive-order-rate",
    "Orders per customer and week",
    "stats/weekly_orders_per_customer",
    descriptive.orders_per_active_customer,
    "Orders of the week divided by its buyers, and by all customers with a session in it.",
)

PAGE = Page("Descriptive", "What do customers spend, and how often do they come and buy?", (AMOUNTS, ORDERS, VISITS, RATE))
dash.register_page(__name__, path="/descriptive", name="Descriptive", category="Orders", order=1, icon="bars", layout=layout(PAGE))
