"""Funnels, customers: how many people took each step in a period (volumes, not a conversion)."""

from __future__ import annotations

from ca_dash.page import Page
from ca_dash.panels.funnels import CUSTOMER_HOURS, CUSTOMER_TOTALS, CUSTOMER_VOLUMES

PAGE = Page(
    "/funnels/customers",
    "Customer steps",
    "How many customers arrive, sign up, come back and buy for the first time?",
    (CUSTOMER_TOTALS, CUSTOMER_VOLUMES, CUSTOMER_HOURS),
    group="Funnels",
    order=1,
    icon="steps",
    note="These are volumes: each bar counts the customers whose step fell in the period, whenever they took the step before.",
)
