"""Funnels, conversion: the true funnel of the same people, from the download to the purchase."""

from __future__ import annotations

import dash

from ca_dash.figures import conversion
from ca_dash.page import Page, layout
from ca_dash.panels import Panel

REPORT = "funnels/customers_conversion"
ALL = "All months together, whatever the range."
TOTAL = Panel(
    "conversion-total",
    "From download to purchase",
    REPORT,
    conversion.total,
    "Mature customers who reached each step in order within the window.",
    ignores_range=ALL,
)
TIMES = Panel(
    "conversion-times",
    "Time to each step",
    REPORT,
    conversion.time_to_step,
    "Time from the download to the step, over the customers who reached it.",
    ignores_range=ALL,
)
RATES = Panel(
    "conversion-rates",
    "Conversion by month of download",
    REPORT,
    conversion.monthly_rates,
    "Share of the month's mature customers who reached the step; band: 95% Wilson interval.",
    ignores_range=ALL,
    is_wide=True,
    height=340,
)
ENTERED = Panel(
    "conversion-entered",
    "Customers by month of download",
    REPORT,
    conversion.entered,
    "Undecided: their window is not over; they are in no rate.",
    ignores_range=ALL,
    is_wide=True,
)

PAGE = Page(
    "Conversion",
    "Of the customers who arrive, how many go all the way to a purchase, and how long does it take?",
    (TOTAL, TIMES, RATES, ENTERED),
    uses_download=True,
    note="Customers whose window is not over are undecided: they are counted apart and are in no rate. Inside one value "
    "of a dimension conversion is higher than in the whole shop, because whoever never came has no dimension.",
)
dash.register_page(__name__, path="/funnels/conversion", name="Conversion", category="Funnels", order=2, icon="target", layout=layout(PAGE))
