"""What each event is called: `seed`, the names that older shops and reports know, and `v2`, Segment's current specification."""

from __future__ import annotations

from typing import Final

SEED: Final = "seed"
V2: Final = "v2"

# What happened: the two names.
EVENT_NAMES: Final[dict[str, tuple[str, str]]] = {
    "product_viewed": ("Viewed Product", "Product Viewed"),
    "user_search": ("Products Searched", "Products Searched"),
    "basket_addition": ("Added Product", "Product Added"),
    "voucher_addition": ("edx.bi.ecommerce.voucher_applied", "Coupon Applied"),
    "voucher_denial": ("Coupon Denied", "Coupon Denied"),
    "voucher_removal": ("edx.bi.ecommerce.voucher_removed", "Coupon Removed"),
    "start_checkout": ("Started Order", "Checkout Started"),
    "pre_payment": ("edx.bi.ecommerce.to_payment_processor", "Payment Info Entered"),
    "post_payment": ("edx.bi.ecommerce.payment_completed", "edx.bi.ecommerce.payment_completed"),
    "order_placed": ("edx.bi.ecommerce.order_created", "edx.bi.ecommerce.order_created"),
    "post_checkout": ("Completed Order", "Order Completed"),
    "refunded_order": ("Refunded Order", "Order Refunded"),
    "user_registered": ("Signed Up", "Signed Up"),
    "review_added": ("Reviewed Product", "Product Reviewed"),
}


def event_name(happening: str, names: str) -> str:
    """What an event is called. Names that are neither are refused by the system check; until it is heeded they mean `seed`."""
    return EVENT_NAMES[happening][names == V2]
