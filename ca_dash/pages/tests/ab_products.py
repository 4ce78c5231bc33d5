"""A/B products: what customers order after a product, and what can be said of it."""

from __future__ import annotations

from ca_dash.page import Page
from ca_dash.panels.ab_tests import AROUND, PRODUCTS, TESTED

PAGE = Page(
    "/ab-products",
    "A/B products",
    "Do customers order more, or more at once, after they bought a product?",
    PRODUCTS,
    group="Tests",
    order=1,
    icon="flask",
    choices=(TESTED, AROUND),
    note="These are associations: who buys a product may differ from who does not in ways that no order shows.",
)
