"""The contracts of `oscar`: django-oscar's columns first, in its order, then ours."""

from __future__ import annotations

from typing import Final

from ca_assets.analyses.core.report import Column, ReportSpec

NAME: Final = "oscar"
LISTED: Final = 10_000  # rows of a scope; all others are one row
_NO_EVENTS = " Views and basket additions come from events; they are empty where sessions are not built from any."
_OTHERS = f" The first {LISTED:,} stand alone, all others together are the row `__other__`, so that the sums tie out."
PRODUCT_PERFORMANCE = ReportSpec(
    NAME,
    "product_performance",
    "Product performance",
    "What each product came to, over the whole history: how often its page was viewed, how often it was put into a basket (clicks, "
    "whatever the quantity), and how many units of it were bought. Purchases are units and additions are clicks, as in django-oscar, so "
    "that more may be bought than was added." + _NO_EVENTS + " Sorted by purchases, then views, then product." + _OTHERS,
    ("product",),
    (
        Column("product", "str", "text", "The product's id; `__other__`: all that are not shown alone"),
        Column("product_name", "str", "text", "Its name, the first by alphabet where it had several"),
        Column("views", "int", "count", "Views of its page"),
        Column("basket_additions", "int", "count", "Times that it was put into a basket"),
        Column("purchases", "float", "quantity", "Units bought, in purchased sessions"),
        Column("orders", "int", "count", "Orders that contain it; of `__other__` empty, as one order may contain several of them"),
        Column("viewing_sessions", "int", "count", "Sessions in which its page was viewed; of `__other__` empty"),
        Column("line_value", "float", "money", "Price × quantity of its basket lines"),
        Column("additions_per_view", "float", "ratio", "basket_additions / views; may be above 1, as lists have buttons too"),
        Column("first_seen", "date", "date", "Day of the first session in which it was viewed, added or bought"),
    ),
    needs=("baskets",),
)
CUSTOMER_BEHAVIOUR = ReportSpec(
    NAME,
    "customer_behaviour",
    "Customer behaviour",
    "What each customer did, over the whole history. Unlike django-oscar's counters it has the clicks before the account was made, where "
    "the browser could be joined with it." + _NO_EVENTS + " Sorted by total spent, then orders, then product views, then client." + _OTHERS,
    ("client",),
    (
        Column("client", "str", "text", "The customer's id; `__other__`: all that are not shown alone"),
        Column("date_registered", "date", "date", "Day of the sign-up, or of the download where no sign-up is known"),
        Column("product_views", "int", "count", "Views of products' pages"),
        Column("basket_additions", "int", "count", "Times that something was put into a basket"),
        Column("orders", "int", "count", "Purchased sessions"),
        Column("order_lines", "int", "count", "Basket lines of these orders; empty without baskets"),
        Column("order_items", "float", "quantity", "Units of these lines; empty without baskets"),
        Column("total_spent", "float", "money", "Sum of what was paid, before refunds"),
        Column("date_last_order", "date", "date", "Day of the last order"),
        Column("sessions", "int", "count", "Sessions, with and without a purchase"),
        Column("refunded", "float", "money", "Sum of the known refunds"),
        Column("first_seen", "date", "date", "Day of the first session"),
    ),
    is_of_clients=True,
)
REPORTS: Final = (PRODUCT_PERFORMANCE, CUSTOMER_BEHAVIOUR)
