"""Names of events: Segment's V2 names, its V1 names and aliases, those of edX's shop → one code each.

Upper and lower case and blanks at the ends are one. A name that is not listed is its own code, in lower case.
"""

from __future__ import annotations

PRODUCT_ADDED, PRODUCT_REMOVED = "product added", "product removed"
ORDER_COMPLETED, ORDER_REFUNDED, SIGNED_UP = "order completed", "order refunded", "signed up"
PRODUCT_VIEWED = "product viewed"
# Only a browser knows them; a server that tells them too does not stand for the browser's.
BROWSER_FACTS = (
    *(PRODUCT_VIEWED, "product clicked", "promotion viewed", "promotion clicked", "product list viewed", "product list filtered"),
    *("products searched", "cart viewed"),
)
ALIASES = {
    "viewed product": PRODUCT_VIEWED,
    "viewed product details": PRODUCT_VIEWED,
    "clicked product": "product clicked",
    "viewed promotion": "promotion viewed",
    "clicked promotion": "promotion clicked",
    "viewed product category": "product list viewed",
    "searched products": "products searched",
    "viewed cart": "cart viewed",
    "added product": PRODUCT_ADDED,
    "edx.bi.ecommerce.basket.bundle_added": PRODUCT_ADDED,
    "removed product": PRODUCT_REMOVED,
    "edx.bi.ecommerce.basket.bundle_removed": PRODUCT_REMOVED,
    "edx.bi.ecommerce.voucher_applied": "coupon applied",
    "edx.bi.ecommerce.basket.voucher_applied": "coupon applied",
    "edx.bi.ecommerce.voucher_removed": "coupon removed",
    "started order": "checkout started",
    "viewed checkout step": "checkout step viewed",
    "completed checkout step": "checkout step completed",
    "edx.bi.ecommerce.to_payment_processor": "payment info entered",
    "edx.bi.ecommerce.basket.payment_selected": "payment info entered",
    "edx.bi.ecommerce.payment_completed": "payment completed",
    "edx.bi.ecommerce.order_created": "order created",
    "completed order": ORDER_COMPLETED,
    "bulk enrollment codes order completed": ORDER_COMPLETED,
    "updated order": "order updated",
    "refunded order": ORDER_REFUNDED,
    "reviewed product": "product reviewed",
}


def code_of(name: str) -> str:
    """The code of an event's name as somebody writes it."""
    plain = name.strip().lower()
    return ALIASES.get(plain, plain)
