"""Values become JSON, long orders fit, and settings that mean nothing are said."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from oscar_hooks.values import MESSAGE_BYTES, json_bytes, plain, shortened, without_nothing

from ca_assets_tests.oscar_hooks.collecting import Collector
from ca_assets_tests.oscar_hooks.conftest import deliver, hooks


def test_values_become_json(filled_shop: Any) -> None:
    from django.utils.translation import gettext_lazy

    value = {
        "lazy": [gettext_lazy("Yes")],
        "id": uuid.UUID(int=1),
        "amount": Decimal("12.50"),
        "nan": float("nan"),
        "infinite": Decimal("Infinity"),
        "day": datetime(2026, 11, 30, tzinfo=UTC),
        "lone": "a\ud800b\x00",
        7: True,
    }
    assert json.loads(json.dumps(plain(value), allow_nan=False)) == {
        "lazy": ["Yes"],
        "id": "00000000-0000-0000-0000-000000000001",
        "amount": 12.5,
        "nan": None,
        "infinite": None,
        "day": "2026-11-30T00:00:00+00:00",
        "lone": "a?b",
        "7": True,
    }
    assert without_nothing({"a": None, "b": "", "c": 0, "d": False}) == {"c": 0, "d": False}


def long_order(lines: int) -> dict[str, Any]:
    """An order whose products have long names."""
    product = {"sku": "s" * 20, "name": "ä" * 60, "category": "c" * 40, "price": 12.99, "quantity": 2}
    return {"order_id": "1", "total": 25.98 * lines, "products": [{"product_id": str(100_000 + n), **product} for n in range(lines)]}


@pytest.mark.parametrize(("lines", "sent", "left_out"), [(20, 20, None), (300, 300, None), (3000, None, "some")])
def test_long_orders_fit(lines: int, sent: int | None, left_out: str | None) -> None:
    order = long_order(lines)
    fitted = shortened(order)
    assert json_bytes(fitted) <= MESSAGE_BYTES
    assert fitted["total"] == order["total"]
    assert len(fitted["products"]) + fitted.get("products_left_out", 0) == lines
    assert ("products_left_out" in fitted) == bool(left_out)
    assert sent is None or [(line["product_id"], line["quantity"], line["price"]) for line in fitted["products"]] == [
        (line["product_id"], line["quantity"], line["price"]) for line in order["products"]
    ]


def test_an_order_of_300_lines_arrives(events: Collector) -> None:
    from django.utils import timezone
    from oscar.core.loading import get_model
    from oscar_hooks.orders import order_completed
    from oscar_hooks.shopper import shopper_of_order

    from ca_assets_tests.oscar_hooks.shop.catalogue import GLUE, product

    money = dict.fromkeys(("total_incl_tax", "total_excl_tax"), Decimal("747.00"))
    order = get_model("order", "Order").objects.create(number="300", currency="EUR", date_placed=timezone.now(), **money)
    prices = dict.fromkeys(
        ("line_price_incl_tax", "line_price_excl_tax", "line_price_before_discounts_incl_tax", "line_price_before_discounts_excl_tax"),
        Decimal("2.49"),
    )
    line = get_model("order", "Line")
    about = {"order": order, "product": product(GLUE), "title": "Glue " * 12, "quantity": 1, "num_allocated": 0}
    line.objects.bulk_create(line(partner_sku=f"glue-{n:03}", unit_price_incl_tax=Decimal("2.49"), **about, **prices) for n in range(300))
    order_completed(order, shopper_of_order(order))
    deliver()
    (completed,) = events.named("Completed Order")
    assert completed["properties"]["total"] == 747.0
    assert len(completed["properties"]["products"]) == 300


def test_settings_that_do_nothing_are_said(filled_shop: Any) -> None:
    from oscar_hooks.checks import check_settings

    with hooks(HOST="collector:80", NAMES="v1", PERSONAL=("phone",), QUEUE=1):
        assert [warning.id[-4:] for warning in check_settings()] == ["W001", "W003", "W004", "W005"]
    with hooks(HOST="http://collector"):
        assert check_settings() == []


def test_what_no_client_takes_is_counted(events: Collector, caplog: pytest.LogCaptureFixture) -> None:
    from oscar_hooks.client import sender

    with hooks(HOST=events.url, QUEUE_SIZE=10):
        connection = sender()
        assert connection is not None
        connection.stop()
        connection.client.consumers[0].join()
        message = {"type": "track", "event": "e", "properties": {}, "messageId": "1", "userId": "1"}
        assert [connection.send(message | {"context": {}}) for _ in range(12)] == [True] * 10 + [False] * 2
    assert connection.lost == 2
    assert [record.getMessage().count("were not delivered") for record in caplog.records if record.name == "oscar_hooks"] == [1], (
        "said once"
    )
