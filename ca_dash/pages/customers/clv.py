"""CLV: what customers will order and spend, and how right earlier forecasts were."""

from __future__ import annotations

from ca_dash.page import Page
from ca_dash.panels.clv import BY_SEGMENT, CALIBRATION, CHURN_RISK, EXPECTED, LOOKED_BACK, PARAMETERS, SCOREBOARD, TILES, TOTALS

PAGE = Page(
    "/clv",
    "CLV",
    "What will customers spend in the coming months, who will leave, and how far can this be trusted?",
    (EXPECTED, LOOKED_BACK, TOTALS, BY_SEGMENT, CHURN_RISK, CALIBRATION, SCOREBOARD, PARAMETERS),
    group="Customers",
    order=5,
    icon="forecast",
    tiles=TILES,
    note="CLV is customer lifetime value. Forecasts are made once a week, beside the nightly load.",
)
