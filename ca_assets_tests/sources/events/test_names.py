"""Segment's V1 and V2 names and those of edX's shop give the same tables."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ca_assets_tests.sources.events.conftest import Shop, by_server, event

V2 = [
    event("Promotion Viewed", "2026-03-01T09:59:00Z", promotion_id="x"),
    event("Product Viewed", product_id="a", name="Tea", price=10),
    event("Product Added", "2026-03-01T10:01:00Z", product_id="a", name="Tea", price=10, quantity=2),
    by_server("Coupon Applied", "2026-03-01T10:02:00Z", coupon_id="MAY"),
    event("Checkout Started", "2026-03-01T10:03:00Z", order_id="7"),
    event("Payment Info Entered", "2026-03-01T10:04:00Z", order_id="7"),
    by_server(
        "Order Completed", "2026-03-01T10:05:00Z", order_id="7", total=18, discount=2, coupon="MAY", currency="EUR",
        products=[{"product_id": "a", "name": "Tea", "price": 10, "quantity": 2}],
    ),
    by_server("Order Refunded", "2026-03-03T10:00:00Z", order_id="7", total=5),
]  # fmt: skip
V1 = {
    "Promotion Viewed": "Viewed Promotion",
    "Product Viewed": "Viewed Product Details",
    "Product Added": "ADDED product ",
    "Coupon Applied": "edx.bi.ecommerce.voucher_applied",
    "Checkout Started": "Started Order",
    "Payment Info Entered": "edx.bi.ecommerce.to_payment_processor",
    "Order Completed": "Completed Order",
    "Order Refunded": "Refunded Order",
}


def old(line: str, *, is_edx: bool) -> str:
    """The line as V1 clients send it: numbers as texts, `id` and `orderId`; edX: lines' totals as prices, refunds as negative orders."""
    found = json.loads(line)
    message = found["message"]
    message["event"] = V1[message["event"]]
    message["properties"] = _old_properties(message["properties"], is_edx)
    if is_edx and message["event"] == "Refunded Order":
        message["event"] = "Completed Order"
        message["properties"]["total"] = f"-{message['properties']['total']}"
    return json.dumps(found)


def _old_properties(properties: dict[str, Any], is_edx: bool) -> dict[str, Any]:
    names = {"product_id": "id", "order_id": "orderId"}
    plain = {names.get(name, name): str(value) if isinstance(value, int) else value for name, value in properties.items()}
    if "products" in plain:
        lines = [{**line, "price": line["price"] * line["quantity"]} if is_edx else line for line in plain["products"]]
        plain["products"] = [_old_properties(line, is_edx) | ({"sku": "seat"} if is_edx else {}) for line in lines]
    return plain


@pytest.mark.parametrize("is_edx", [False, True])
def test_old_names_give_the_same_tables(shop: Shop, is_edx: bool) -> None:
    shop.write("1.jsonl", V2)
    shop.build()
    expected = shop.tables()
    shop.write("1.jsonl", [old(line, is_edx=is_edx) + " " for line in V2])
    shop.build()
    assert shop.tables() == expected
    (session,) = expected["sessions"]
    assert {**session, "session_start_date": None, "date": None, "refund_date": None} == {
        "id": "o-7", "client": "d", "session_start_date": None, "date": None, "payment_amount": 18, "discount_amount": 2,
        "has_purchased": True, "promotion_id": "MAY", "currency": "EUR", "refund_amount": 5, "refund_date": None,
        "context.campaign.source": None, "Product Viewed": True, "Product Added": True, "Coupon Applied": True, "Checkout Started": True,
        "Payment Info Entered": True,
    }  # fmt: skip
    assert [(row["product"], row["price"], row["quantity"], row["product_name"]) for row in expected["baskets"]] == [("a", 10, 2, "Tea")]
