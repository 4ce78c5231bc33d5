"""Segmentation: the eight segments of buyers, how they are found, and how customers move between them."""

from __future__ import annotations

from ca_dash.page import Page
from ca_dash.panels.segments import ADVICE, FLOW, FREQUENCY, MONETARY, MOVES, RECENCY, SCORES, SUMMARY, TREEMAP

PAGE = Page(
    "/segmentation",
    "Segmentation",
    "Which customers are worth what, and who is drifting away?",
    (TREEMAP, SUMMARY, ADVICE, RECENCY, FREQUENCY, MONETARY, SCORES, FLOW, MOVES),
    group="Customers",
    order=4,
    icon="segments",
)
