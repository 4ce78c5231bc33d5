"""What a shop's database says, and switches for the hooks in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from oscar.core.loading import get_model

from oscar_hooks import connections


def sales() -> dict[str, Any]:
    """Orders with their sums and lines, baskets with their state, and what Oscar itself counted."""
    order_lines = ("partner_sku", "quantity", "line_price_incl_tax")
    return {
        "orders": [
            (order.number, order.total_incl_tax, order.status, order.basket.status, list(order.lines.values_list(*order_lines)))
            for order in get_model("order", "Order").objects.order_by("number")
        ],
        "baskets": [
            (basket.status, list(basket.vouchers.values_list("code", flat=True)), list(basket.lines.values_list("product_id", "quantity")))
            for basket in get_model("basket", "Basket").objects.order_by("pk")
        ],
        "records": sorted(product_records().items()),
    }


def product_records() -> dict[str, tuple[int, int, int]]:
    """Oscar's own product report: views, basket additions and purchases by product id."""
    fields = ("product_id", "num_views", "num_basket_additions", "num_purchases")
    return {str(row[0]): row[1:] for row in get_model("analytics", "ProductRecord").objects.values_list(*fields)}


@contextmanager
def without_hooks() -> Iterator[None]:
    """The shop as if the app were not installed."""
    connections.disconnect()
    try:
        yield
    finally:
        connections.connect()
