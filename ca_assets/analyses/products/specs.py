"""The contracts of `products` (docs/contract, section 6): columns, keys and the definitions that shop owners read."""

from __future__ import annotations

from ca_assets.analyses.core.columns import COMPLETE, ORDERS, PERIOD
from ca_assets.analyses.core.report import Column, ReportSpec

NEEDS = ("baskets",)
_PRODUCT = Column("product", "str", "text", "The product's key in the shop; `__other__`: all products that are not shown alone")
_CONTAINING = Column("orders", "int", "count", "Distinct orders that contain it, however often")
_UNITS = Column("units", "float", "quantity", "Sum of the quantities")
_LINE_VALUE = Column("line_value", "float", "money", "Sum of unit price × quantity, before discounts on the order and before refunds")
_CUSTOMERS = Column("customers", "int", "count", "Distinct customers with such an order")
_FIGURES = (_CONTAINING, _UNITS, _LINE_VALUE, _CUSTOMERS)
_NO_MIX = " Line value is not shown where orders are in more than one currency: amounts of two currencies are never added."


def _top(type_: str, title: str, what: str, *columns: Column) -> ReportSpec:
    definition = (
        f"{what} in baskets of purchased sessions: in how many orders and for how many customers, how many units, and what the lines "
        "add up to (unit price × quantity). The first 100 (a setting) by orders, then customers, then name; all others are one row, whose "
        "orders and customers are distinct ones. An order with several of them counts in the row of each, so orders do not add up."
    )
    key = (columns[0].name,)
    return ReportSpec("products", type_, title, definition + _NO_MIX, key, (*columns, *_FIGURES), has_windows=True, needs=NEEDS)


_PAIRS = ReportSpec(
    "products",
    "product_pairs",
    "Products bought together",
    "Two products in one order (twice in an order counts once). Support: share of the orders with a basket that hold both. Confidence: "
    "share of the orders with one that hold the other too. Lift: how many times more often they meet than they would by chance, if being "
    "bought did not depend on the other (1 = as by chance). Only pairs in at least 5 orders (a setting) and in at least one of a thousand "
    "orders; the first 1,000 by lift, then orders, then names.",
    ("product_a", "product_b"),
    (
        Column("product_a", "str", "text", "The product that comes first in text order"),
        Column("product_b", "str", "text", "The other product"),
        Column("orders", "int", "count", "Distinct orders that contain both"),
        Column("orders_a", "int", "count", "Distinct orders that contain product_a"),
        Column("orders_b", "int", "count", "Distinct orders that contain product_b"),
        Column("total_orders", "int", "count", "Orders with a basket line"),
        Column("support", "float", "rate", "orders / total_orders"),
        Column("confidence_ab", "float", "rate", "orders / orders_a: share of product_a's orders that hold product_b too"),
        Column("confidence_ba", "float", "rate", "orders / orders_b: share of product_b's orders that hold product_a too"),
        Column("lift", "float", "ratio", "(orders × total_orders) / (orders_a × orders_b)"),
    ),
    has_windows=True,
    needs=NEEDS,
)
_DAILY = ReportSpec(
    "products",
    "daily_products",
    "Products by day",
    "Per day, the first 10 products of the whole time (those at the head of the top list) and all others together: orders that contain "
    "them, units, and what the lines add up to (unit price × quantity). Days without an order are 0." + _NO_MIX,
    ("period", "product"),
    (PERIOD, COMPLETE, _PRODUCT, _CONTAINING, _UNITS, _LINE_VALUE),
    grain="daily",
    needs=NEEDS,
)
_MONTHLY = ReportSpec(
    "products",
    "line_value_monthly",
    "Line value and revenue by month",
    "What basket lines add up to (unit price × quantity), beside what was paid for the same orders. They differ by discounts on the whole "
    "order, shipping, taxes, rounding or missing lines; revenue is the amounts paid, on this page as on all others. Orders are all of the "
    "month; the other figures are those of its orders with basket lines. Money is not shown where orders are in more than one currency.",
    ("period",),
    (
        PERIOD,
        COMPLETE,
        ORDERS,
        Column("orders_with_lines", "int", "count", "Orders of the month that have at least one basket line"),
        Column("line_value", "float", "money", "Sum of unit price × quantity over the lines of these orders"),
        Column("revenue", "float", "money", "Sum of what customers paid for these orders, before refunds"),
        Column("discount", "float", "money", "Sum of the discounts given on these orders"),
        Column("difference", "float", "money", "revenue − line_value"),
    ),
    grain="monthly",
    needs=NEEDS,
)
REPORTS: tuple[ReportSpec, ...] = (
    _top(
        "top_products",
        "Top products",
        "Products",
        _PRODUCT,
        Column(
            "product_name",
            "str",
            "text",
            "Its name (that of its newest order when it has several); empty when not mapped and for the others",
        ),
    ),
    _top(
        "top_categories",
        "Top categories",
        "Categories of products",
        Column(
            "category",
            "str",
            "text",
            "The category; `__none__`: products without one; `__other__`: all categories that are not shown alone",
        ),
    ),
    _PAIRS,
    _DAILY,
    _MONTHLY,
)
SPECS = {spec.type: spec for spec in REPORTS}
