"""Customer journey: the average customer's way from the download through the orders."""

from __future__ import annotations

from ca_dash.page import Page
from ca_dash.panels.journey import AVERAGE, TILES

PAGE = Page(
    "/journey",
    "Customer journey",
    "How long does the average customer take from the first contact to the first order, and on to the next?",
    (AVERAGE,),
    group="Customers",
    order=2,
    icon="path",
    tiles=TILES,
    note="Each step counts the customers who took it, so later steps are those of better customers. The journey is of all known data, "
    "whatever the range.",
)
