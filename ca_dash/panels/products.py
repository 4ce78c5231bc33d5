"""Panels of products: what sells, to how many, together with what, and how it changes. Reports `products/*`."""

from __future__ import annotations

from ca_assets.contracts.report_path import ReportPath
from ca_dash.figures import products
from ca_dash.figures.products import MEASURE
from ca_dash.marks import products as marks
from ca_dash.panel import Names, Panel

NAMES = Names(ReportPath("products", "top_products"), key="product", name="product_name")
TOP_PRODUCTS = Panel(
    "products-top",
    "Top 10 products",
    "products/top_products",
    products.top_products,
    "The ten products with most orders, units or line value (price × quantity, before discounts of the order and refunds).",
    choices=(MEASURE,),
    names=NAMES,
    height=360,
    behind=marks.TOP_PRODUCTS,
)
TOP_CATEGORIES = Panel(
    "products-categories",
    "Top 10 categories",
    "products/top_categories",
    products.top_categories,
    "The ten categories with most orders, units or line value. An order counts once in each of its categories.",
    choices=(MEASURE,),
    height=360,
    behind=marks.TOP_CATEGORIES,
)
TREND = Panel(
    "products-trend",
    "Best sold products over time",
    "products/daily_products",
    products.trend,
    "Six of the ten products with most orders over the whole history; all others are one line, which the legend shows on demand.",
    choices=(MEASURE,),
    names=NAMES,
    adds_days=True,
    is_wide=True,
    height=360,
    behind=marks.TREND,
)
LIST = Panel(
    "products-table",
    "All products of the list",
    "products/top_products",
    None,
    "The products with most orders; all others together are one row, so that the sums tie out.",
    table=products.product_table,
    names=NAMES,
    is_wide=True,
    height=380,
    behind=marks.LIST,
)
PAIRS = Panel(
    "products-pairs",
    "Bought together",
    "products/product_pairs",
    None,
    "Pairs of products in the same order. 2 times likelier than chance: twice as many orders have both as would if buyers of one did not "
    "care for the other. Of A’s buyers, bought B: of the orders with A, the share that also has B.",
    table=products.pair_table,
    empty="A pair is listed once enough orders have both: pair_orders of the settings in shop.yaml, which is 5 unless it says otherwise.",
    names=NAMES,
    is_wide=True,
    height=420,
    behind=marks.PAIRS,
)
LINE_VALUE = Panel(
    "products-line-value",
    "Line value and revenue by month",
    "products/line_value_monthly",
    products.line_value,
    "What the basket lines add up to, and what customers paid for the same orders. The difference (discounts, shipping, taxes) is shown, "
    "never hidden.",
    draws_money=True,
    is_wide=True,
    height=320,
    behind=marks.LINE_VALUE,
)
