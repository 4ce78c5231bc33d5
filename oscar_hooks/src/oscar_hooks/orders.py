"""What is said of an order: that it was created, what it was worth, what was paid back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from oscar_hooks.emit import track
from oscar_hooks.products import categories, order_product, order_products
from oscar_hooks.shopper import Shopper


def order_created(order: Any, shopper: Shopper) -> None:
    """The order exists; that it was completed is said by `order_completed`."""
    properties = {**order_ids(order), "total": order.total_incl_tax, "currency": order.currency}
    track("order_placed", shopper, properties, identity=str(order.number), at=order.date_placed)


def order_completed(order: Any, shopper: Shopper) -> None:
    """What the customer paid (`total`), and of that: the goods after discounts without tax (`subtotal`, also `revenue`), shipping, tax."""
    lines = list(order.lines.select_related("product").order_by("pk"))
    shipping_discount, coupon = discounts(order)
    subtotal = order.total_excl_tax - order.shipping_excl_tax
    properties = {
        **order_ids(order),
        "total": order.total_incl_tax,
        "revenue": subtotal,
        "subtotal": subtotal,
        "shipping": order.shipping_incl_tax,
        "tax": order.total_incl_tax - order.total_excl_tax,
        "discount": sum((line.line_price_before_discounts_incl_tax - line.line_price_incl_tax for line in lines), shipping_discount),
        "coupon": coupon,
        "currency": order.currency,
        "products": order_products(lines),
    }
    track("post_checkout", shopper, properties, identity=str(order.number), at=order.date_placed)


def order_refunded(
    order: Any, shopper: Shopper, amount: Decimal, *, lines: Iterable[tuple[Any, int]], reference: str | None, at: datetime | None
) -> None:
    """What was paid back. `full`: it is all that was paid for the order (earlier refunds are not looked at)."""
    came_back = list(lines)
    category = categories([line.product for line, _ in came_back if line.product])
    properties = {
        **order_ids(order),
        "total": amount,
        "currency": order.currency,
        "full": amount >= order.total_incl_tax,
        "reference": reference,
        "products": [order_product(line, quantity, category.get(line.product_id)) for line, quantity in came_back] or None,
    }
    track("refunded_order", shopper, properties, identity=f"{order.number}:{reference}" if reference else None, at=at)


def order_ids(order: Any) -> dict[str, str | None]:
    """The order's number (a number until the order is read again, a text ever after) and the basket it came from."""
    return {"order_id": str(order.number), "checkout_id": str(order.basket_id) if order.basket_id else None}


def discounts(order: Any) -> tuple[Decimal, str | None]:
    """What came off the shipping, and the voucher that was applied first. What came off the goods is in the lines."""
    rows = list(order.discounts.order_by("pk").values_list("category", "amount", "voucher_code"))
    shipping = sum((amount for category, amount, _ in rows if category == "Shipping"), Decimal(0))
    return shipping, next((code for _, _, code in rows if code), None)
