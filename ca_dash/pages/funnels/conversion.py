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
    note="Customers who may still take a step within their days are counted apart and are in no rate. Under a filter figures cannot be "
    "compared with the whole shop: whoever never came has no country or channel, and who came from two counts in both.",
)
