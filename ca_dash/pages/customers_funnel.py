"""Funnels, customers: how many people took each step in a period (volumes, not a conversion)."""

from __future__ import annotations

import dash

from ca_dash.figures import funnels
from ca_dash.page import Page, layout
from ca_dash.panels import Panel

TOTALS = Panel(
    "customers-totals",
    "Customers with each step",
    "funnels/customers_{grain}",
    funnels.customer_totals,
    "Customers whose step fell in the periods shown. Different people: for the way of the same people see Conversion.",
    is_wide=True,
)
VOLUMES = Panel(
    "customers-volumes",
    "Customers with each step over time",
    "funnels/customers_{grain}",
    funnels.customer_volumes,
    "Customers whose download, sign-up, action, first session or first purchase fell in the period.",
    is_wide=True,
    height=340,
)
HOURS = Panel(
    "customers-hours",
    "Customers by hour",
    "funnels/customers_hourly",
    funnels.customer_hours,
    "Customers by the hour of day of each step, per day of the whole customer range.",
    ignores_range="All known data, whatever the range.",
    is_wide=True,
)

PAGE = Page(
    "Customer steps",
    "How many customers arrive, sign up, come back and buy for the first time?",
    (TOTALS, VOLUMES, HOURS),
    has_grain=True,
    uses_download=True,
    note="These are volumes: each bar counts the customers whose step fell in the period, whenever they took the step before.",
)
dash.register_page(
    __name__, path="/funnels/customers", name="Customer steps", category="Funnels", order=1, icon="people", layout=layout(PAGE)
)
