"""Names of events: Segment's V2 names, its V1 names and aliases, those of edX's shop → one code each.

Upper and lower case and blanks at the ends are one. A code is the V2 name in lower case; a name that is not listed is its own code.
"""

from __future__ import annotations

ALIASES = {
    "viewed product": "product viewed",
    "viewed product details": "product viewed",
    "clicked product": "product clicked",
    "viewed promotion": "promotion viewed",
    "clicked promotion": "promotion clicked",
    "viewed product category": "product list viewed",
    "searched products": "products searched",
    "viewed cart": "cart viewed",
    "added product": "product added",
    "edx.bi.ecommerce.basket.bundle_added": "product added",
    "removed product": "product removed",
    "edx.bi.ecommerce.basket.bundle_removed": "product removed",
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
    "completed order": "order completed",
    "bulk enrollment codes order completed": "order completed",
    "updated order": "order updated",
    "refunded order": "order refunded",
    "reviewed product": "product reviewed",
}


def code_of(name: str) -> str:
    """The code of an event's name as somebody writes it."""
    plain = name.strip().lower()
    return ALIASES.get(plain, plain)
