"""Funnels, conversion: the true funnel of the same people, from the download to the purchase."""

from __future__ import annotations

from ca_dash.page import Page
from ca_dash.panels.funnels import CONVERSION_ENTERED, CONVERSION_RATES, CONVERSION_TIMES, CONVERSION_TOTAL

PAGE = Page(
    "/funnels/conversion",
    "Conversion",
    "Of the customers who arrive, how many go all the way to a purchase, and how long does it take?",
    (CONVERSION_TOTAL, CONVERSION_TIMES, CONVERSION_RATES, CONVERSION_ENTERED),
    group="Funnels",
    order=2,
    icon="target",
    note="Customers whose window is not over are undecided: they are counted apart and are in no rate. Inside one value "
    "of a dimension conversion is higher than in the whole shop, because whoever never came has no dimension.",
)
