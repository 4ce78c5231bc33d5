"""RFM: every buyer by recency, frequency and monetary."""

from __future__ import annotations

from ca_dash.page import Page
from ca_dash.panels.segments import FREQUENCY_RECENCY, MONETARY_FREQUENCY, RECENCY_MONETARY, SPACE

PAGE = Page(
    "/rfm",
    "RFM",
    "Who ordered lately, often, and much?",
    (SPACE, FREQUENCY_RECENCY, MONETARY_FREQUENCY, RECENCY_MONETARY),
    group="Customers",
    order=3,
    icon="cube",
)
