"""Anomalies: days and weeks that are not what they were expected to be, and why."""

from __future__ import annotations

from ca_dash.figures.anomalies import FUNNEL, MONEY, PACE
from ca_dash.page import Page
from ca_dash.panels.anomalies import ALL_CAUSES, CAUSES, COHORTS, FUNNEL_SERIES, ORDERS, RFM_CHANGE, SENTENCES, TIMELINE

PAGE = Page(
    "/anomalies",
    "Anomalies",
    "What changed that its past does not explain, is it the data or the business, and where does it come from?",
    (TIMELINE, SENTENCES, CAUSES, ALL_CAUSES, ORDERS, FUNNEL_SERIES, COHORTS, RFM_CHANGE),
    group="Overview",
    order=2,
    icon="alert",
    choices=(PACE, MONEY, FUNNEL),
)
