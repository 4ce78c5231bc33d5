"""Delivery: how long deliveries take, when and where they are slow, and what lateness costs."""

from __future__ import annotations

from ca_dash.figures.delivery import DURATION
from ca_dash.page import Page
from ca_dash.panels.delivery import BY_DAY, CUSTOMERS, HOURS, LATENESS, ON_TIME, PLACES, TILES, TRANSACTIONS

PAGE = Page(
    "/delivery",
    "Delivery",
    "How long do deliveries take, where and when are they slow, and what does that cost?",
    (BY_DAY, ON_TIME, HOURS, PLACES, LATENESS, TRANSACTIONS, CUSTOMERS),
    group="Orders",
    order=3,
    icon="van",
    tiles=TILES,
    choices=(DURATION,),
    note="Days are those of the delivery. An order is the end of its session where the shop has one.",
)
