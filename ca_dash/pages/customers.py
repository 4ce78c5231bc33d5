"""Customers: who they are and how they begin, at a glance. Its panels are those of the pages that treat them in full."""

from __future__ import annotations

import dash

from ca_dash.page import Page, layout
from ca_dash.pages.cohorts import DASHBOARD
from ca_dash.pages.customers_funnel import VOLUMES
from ca_dash.pages.descriptive import AMOUNTS, ORDERS

PAGE = Page(
    "Customers",
    "What do customers spend, how often do they order, and how do new ones become buyers?",
    (AMOUNTS, ORDERS, DASHBOARD, VOLUMES),
    has_grain=True,
    uses_download=True,
)
dash.register_page(__name__, path="/customers", name="Customers", category="Overview", order=1, icon="people", layout=layout(PAGE))
