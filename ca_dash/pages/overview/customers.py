"""Customers: who they are and how they begin, at a glance. Its panels are those of the pages that treat them in full."""

from __future__ import annotations

from ca_dash.page import Page
from ca_dash.panels.clv import LOOKED_BACK
from ca_dash.panels.cohorts import FIRST_ORDERS
from ca_dash.panels.funnels import CUSTOMER_VOLUMES
from ca_dash.panels.segments import SPACE
from ca_dash.panels.stats import ORDERS_PER_CUSTOMER, PAYMENT_AMOUNTS

PAGE = Page(
    "/customers",
    "Customers",
    "What do customers spend, how often do they order, and how do new ones become buyers?",
    (PAYMENT_AMOUNTS, ORDERS_PER_CUSTOMER, SPACE, LOOKED_BACK, FIRST_ORDERS, CUSTOMER_VOLUMES),
    group="Overview",
    order=1,
    icon="people",
)
