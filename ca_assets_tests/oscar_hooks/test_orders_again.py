"""Refunds, and orders that are sent again: facts that are reported twice count once."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from ca_assets_tests.oscar_hooks.collecting import Collector, nobody
from ca_assets_tests.oscar_hooks.conftest import deliver, hooks


@pytest.fixture
def order(shop: None) -> Any:
    """An order of 12.50 and 4.98, of an account, placed without events."""
    from ca_assets_tests.oscar_hooks.shop.facts import without_hooks
    from ca_assets_tests.oscar_hooks.shop.visits import GLUE, PAPER, Visitor

    with without_hooks():
        visitor = Visitor()
        visitor.register("ada@example.com")
        visitor.add(PAPER)
        visitor.add(GLUE, 2)
        visitor.enter_checkout()
        visitor.pay()
    return visitor.order()


def payment_source(order: Any) -> Any:
    """Where the money came from and goes back to."""
    from oscar.core.loading import get_model

    kind, _ = get_model("payment", "SourceType").objects.get_or_create(name="Card")
    source, _ = get_model("payment", "Source").objects.get_or_create(order=order, source_type=kind, defaults={"currency": "EUR"})
    return source


def resend(*arguments: str) -> str:
    from django.core.management import call_command

    said = StringIO()
    call_command("resend_orders", *arguments, stdout=said)
    return said.getvalue()


def facts(events: Collector) -> list[tuple[str, float, bool, str | None]]:
    deliver()
    refunds = [message["properties"] for message in events.named("Refunded Order")]
    return [(each["order_id"], each["total"], each["full"], each.get("reference")) for each in refunds]


def test_a_refund_of_oscar_is_an_event(order: Any, events: Collector) -> None:
    source = payment_source(order)
    source.allocate(Decimal("17.48"))
    source.refund(Decimal("4.98"))
    source.refund(Decimal("17.48"))
    second, third = source.transactions.order_by("pk")[1:]
    assert facts(events) == [
        (order.number, 4.98, False, f"transaction-{second.pk}"),
        (order.number, 17.48, True, f"transaction-{third.pk}"),
    ]
    assert {message["userId"] for message in events.messages} == {str(order.user_id)}


def test_only_transactions_of_a_trusted_status(order: Any, events: Collector) -> None:
    with hooks(HOST=events.url, REFUND_TRANSACTION_STATUSES=("settled",)):
        payment_source(order).refund(Decimal(1), status="declined")
        payment_source(order).refund(Decimal(2), status="settled")
        assert [total for _, total, _, _ in facts(events)] == [2.0]


def test_a_status_means_the_rest_came_back(order: Any, events: Collector) -> None:
    with hooks(HOST=events.url, REFUNDED_STATUSES=("Refunded",)):
        payment_source(order).refund(Decimal("4.98"))
        order.set_status("Refunded")
        assert [total for _, total, _, _ in facts(events)] == [4.98, 12.5]


def test_a_shop_may_report_a_refund_itself(order: Any, events: Collector) -> None:
    from oscar_hooks.signals import refunded_order

    line = order.lines.get(partner_sku="glue")
    for _ in range(2):
        refunded_order.send_robust(sender=None, order=order, amount=Decimal("2.49"), lines=[(line, 1)], reference="RMA-1")
    deliver()
    first, second = events.named("Refunded Order")
    assert first["messageId"] == second["messageId"]
    glue = {"product_id": "1", "sku": "glue", "name": "Glue", "category": "Glue & tape", "price": 2.49, "quantity": 1}
    assert first["properties"]["products"] == [glue]


def test_orders_sent_again_are_the_same_facts(events: Collector) -> None:
    from ca_assets_tests.oscar_hooks.shop.visits import registered_visit

    order = registered_visit().order()
    payment_source(order).refund(Decimal("5.00"))
    deliver()
    kinds = ("edx.bi.ecommerce.order_created", "Completed Order", "Refunded Order")
    live = {message["messageId"]: message for message in events.named(*kinds)}
    for _ in range(2):
        assert "1 orders" in resend()
    again = events.named(*kinds)[len(live) :]
    assert [message["event"] for message in again] == [*kinds] * 2
    for message in again:
        first = live[message["messageId"]]
        assert (message["properties"], message["timestamp"], message["userId"]) == (
            first["properties"],
            first["timestamp"],
            first["userId"],
        )


def test_orders_are_chosen_by_number_and_day(order: Any, events: Collector) -> None:
    from django.utils import timezone

    today = timezone.now().date().isoformat()
    assert "1 orders" in resend(order.number)
    assert "1 orders" in resend("--since", today, "--until", today)
    assert "0 orders" in resend("--until", "2001-01-01")


def test_sending_again_says_what_is_wrong(order: Any) -> None:
    from django.core.management import CommandError
    from django.test import override_settings

    with override_settings(OSCAR_HOOKS={}), pytest.raises(CommandError, match="no HOST"):
        resend()
    with nobody() as url, hooks(HOST=url):
        with pytest.raises(CommandError, match="no orders with the numbers 7"):
            resend("7")
        with pytest.raises(CommandError, match="Run this again"):
            resend("--wait", "0.1")
