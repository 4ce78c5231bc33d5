"""Churn: how many customers have lapsed, and how customers come and go."""

from __future__ import annotations

from ca_dash.page import Page
from ca_dash.panels.churn import BRIDGE, MONTHLY, MONTHLY_GAPS, MOVES, TILES, WEEKLY, WEEKLY_GAPS

PAGE = Page(
    "/churn",
    "Churn",
    "How many customers have we lost, and do more leave than come?",
    (WEEKLY, WEEKLY_GAPS, MONTHLY, MONTHLY_GAPS, BRIDGE, MOVES),
    group="Customers",
    order=1,
    icon="exit",
    tiles=TILES,
    note="Active: the last order is no longer ago than customers usually take between two orders. The gap itself grows while a shop is "
    "young, because long gaps take time to be seen: read the rate together with the gap beside it.",
)
