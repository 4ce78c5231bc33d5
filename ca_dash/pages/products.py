"""Products: what sells, to how many, together with what, and how it changes."""

from __future__ import annotations

import dash

from ca_dash.choices import MEASURE
from ca_dash.figures import products
from ca_dash.page import Page, layout
from ca_dash.panels import Panel

NEEDS = ("baskets",)
TOP = Panel(
    "products-top",
    "Top 10 products",
    "products/top_products",
    products.top_products,
    "The ten products with most orders, units or line value (price × quantity, before discounts of the order and refunds).",
    needs=NEEDS,
    has_names=True,
    height=360,
)
CATEGORIES = Panel(
    "products-categories",
    "Top 10 categories",
    "products/top_categories",
    products.top_categories,
    "The ten categories with most orders, units or line value. An order counts once in each of its categories.",
    needs=NEEDS,
    height=360,
)
TREND = Panel(
    "products-trend",
    "Best sold products over time",
    "products/daily_products",
    products.trend,
    "Six of the ten products with most orders over the whole history; all others are one line, which the legend shows on demand.",
    adds_days=True,
    needs=NEEDS,
    has_names=True,
    is_wide=True,
    height=360,
)
TABLE = Panel(
    "products-table",
    "All products of the list",
    "products/top_products",
    None,
    "The products with most orders; all others together are one row, so that the sums tie out.",
    rows=products.product_table,
    needs=NEEDS,
    has_names=True,
    is_wide=True,
    height=380,
)
PAIRS = Panel(
    "products-pairs",
    "Bought together",
    "products/product_pairs",
    None,
    "Pairs of products in the same order. Lift 2: twice as often together as chance would bring them. Confidence a → b: of the orders with "
    "a, the share that also has b.",
    rows=products.pair_table,
    needs=NEEDS,
    has_names=True,
    is_wide=True,
    height=420,
)
LINE_VALUE = Panel(
    "products-line-value",
    "Line value and revenue by month",
    "products/line_value_monthly",
    products.line_value,
    "What the basket lines add up to, and what customers paid for the same orders. The difference (discounts, shipping, taxes) is shown, "
    "never hidden.",
    money=("line_value",),
    needs=NEEDS,
    is_wide=True,
    height=320,
)

PAGE = Page(
    "Products",
    "What sells, to how many customers, and what is bought together?",
    (TOP, CATEGORIES, TREND, PAIRS, LINE_VALUE, TABLE),
    has_grain=True,
    choices=(MEASURE,),
    needs=NEEDS,
)
dash.register_page(__name__, path="/products", name="Products", category="Products", order=0, icon="box", layout=layout(PAGE))
