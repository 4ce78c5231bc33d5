"""Products: what sells, to how many, together with what, and how it changes."""

from __future__ import annotations

from ca_dash.figures.products import MEASURE
from ca_dash.page import Page
from ca_dash.panels.products import LINE_VALUE, LIST, PAIRS, TOP_CATEGORIES, TOP_PRODUCTS, TREND

PAGE = Page(
    "/products",
    "Products",
    "What sells, to how many customers, and what is bought together?",
    (TOP_PRODUCTS, TOP_CATEGORIES, TREND, PAIRS, LINE_VALUE, LIST),
    group="Products",
    order=0,
    icon="box",
    choices=(MEASURE,),
)
